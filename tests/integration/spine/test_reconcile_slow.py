"""A pass through a Moodle that takes minutes for each answer: nobody else takes it meanwhile."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connector.moodle.answers import Reading
from connector.moodle.questions import Question
from connector.runtime.reconcile_pass import TERM
from connector.services.sources.reconciliations import Kind, ReconciliationService
from tests.integration.spine.living_town import DirectClient, LivingTown, living_town, truth
from tests.integration.spine.test_reconcile import live


@pytest.fixture(params=["sqlite", "postgres"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LivingTown]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    with living_town(tmp_path, url=url) as made:
        yield made


def test_a_pass_stays_in_its_hand_however_slow_moodle_is(
    town: LivingTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(town)
    call = DirectClient.call
    asked = [0]

    def slow(self: DirectClient, question: Question) -> Reading:
        town.later(100)
        asked[0] += 1
        c = town.spine.container
        with c.db.writing() as session:
            now = c.clock.now()
            assert ReconciliationService(session).take("lms", Kind.FULL, TERM, now) is None
        return call(self, question)

    monkeypatch.setattr(DirectClient, "call", slow)
    town.reconcile()
    # Some steps ask for longer than the term of one claim.
    assert asked[0] > 20
    assert town.evidence() == truth(town.moodle, town.users)


def test_who_comes_after_a_killed_one_waits_for_minutes_only() -> None:
    assert timedelta(minutes=1) < TERM <= timedelta(minutes=3)
