"""Servers of their own for the trials of a test session."""

from collections.abc import Iterator

import pytest

from tests.faults.ground import Ground, ground
from tests.services.missing import ServiceMissing


@pytest.fixture(scope="session")
def shared() -> Iterator[Ground]:
    try:
        with ground() as made:
            yield made
    except ServiceMissing as err:
        pytest.fail(str(err), pytrace=False)
