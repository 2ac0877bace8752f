"""Servers of their own for the trials of a test session."""

from collections.abc import Iterator

import pytest

from tests.faults.ground import Ground, ground
from tests.faults.outcome import Row, table
from tests.services.missing import ServiceMissing


@pytest.fixture(scope="session")
def shared() -> Iterator[Ground]:
    try:
        with ground() as made:
            yield made
    except ServiceMissing as err:
        pytest.fail(str(err), pytrace=False)


@pytest.fixture(scope="module")
def rows() -> Iterator[list[Row]]:
    """What the trials of a file showed; -s shows the table."""
    made: list[Row] = []
    yield made
    print(f"\n{table(made)}")
