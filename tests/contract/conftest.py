"""A Moodle that answers from the recorded sequences, for every contract test that asks one."""

from collections.abc import Iterator

import pytest

from connector.replay import Recording
from tests.contract.fake_moodle import Site, site
from tests.contract.outside_town import outside_town
from tests.contract.recorded import Step, recording, steps

__all__ = ["outside_town"]


@pytest.fixture(scope="session")
def history() -> list[Step]:
    """Every step of every sequence, with what each sender's events point at."""
    return list(steps())


@pytest.fixture
def recorded() -> Recording:
    """The recording, before the first step; `go_to` moves it."""
    return recording()


@pytest.fixture
def moodle(recorded: Recording) -> Iterator[Site]:
    """A running site that answers from `recorded`, and a client that may ask it."""
    with site(recorded) as running:
        yield running
