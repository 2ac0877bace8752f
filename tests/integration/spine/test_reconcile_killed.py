"""A pass whose process is killed, at any of its calls: the next one goes on where it stopped."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connector.errors import LostLease
from connector.moodle.answers import Reading
from connector.moodle.questions import Question
from connector.runtime.claims import release_everything
from connector.runtime.reconcile_pass import TERM
from tests.integration.spine.living_town import DirectClient, LivingTown, living_town, truth
from tests.integration.spine.test_reconcile import assert_proven, live


class Killed(BaseException):
    """Nothing is caught, released or rolled up: as far as others see, the process is gone."""


@pytest.fixture(params=["sqlite", "postgres"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LivingTown]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    with living_town(tmp_path, url=url) as made:
        yield made


def test_a_pass_killed_at_every_few_calls_ends_as_moodle_is(
    town: LivingTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(town)
    left = [0]
    call = DirectClient.call

    def until_killed(self: DirectClient, question: Question) -> Reading:
        left[0] -= 1
        if left[0] == 0:
            raise Killed
        return call(self, question)

    monkeypatch.setattr(DirectClient, "call", until_killed)
    deaths, patience = 0, 3
    while True:
        left[0] = patience
        try:
            found = town.reconcile()
            break
        except Killed:
            deaths += 1
            # Whoever stands in for a dead one waits until its term is over; a step that always
            # takes more calls than one lives would never be done.
            patience += 1
            town.later(int(TERM / timedelta(seconds=1)) + 1)
    assert deaths > 5
    assert town.evidence() == truth(town.moodle, town.users)
    # Each was found once, whichever of them found it.
    assert found["attempt"] == 5
    assert found["completion"] == 1
    assert {state for _, state, _ in town.own_deliveries()} == {"done"}
    assert_proven(town)


def test_nobody_takes_a_pass_while_its_process_may_live(
    town: LivingTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(self: DirectClient, question: Question) -> Reading:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(DirectClient, "call", killed)
        with pytest.raises(Killed):
            town.reconcile()
    with pytest.raises(LostLease):
        town.reconcile()
    town.later(int(TERM / timedelta(seconds=1)) + 1)
    town.reconcile()


def test_a_process_that_begins_alone_need_not_wait_for_a_dead_one(
    town: LivingTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(self: DirectClient, question: Question) -> Reading:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(DirectClient, "call", killed)
        with pytest.raises(Killed):
            town.reconcile()
    with town.spine.container.db.writing() as session:
        release_everything(session)
    town.reconcile()
