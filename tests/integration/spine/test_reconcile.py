"""With webhooks switched off the state is the same, only later (reconciliation)."""

from datetime import timedelta
from pathlib import Path

import pytest

from connector.domain.signals import Dialect
from connector.services.folding.rebuilding import Rebuild
from connector.services.folding.recounting import Recount
from tests.contract.living_moodle import LivingMoodle
from tests.contract.living_rest import READ
from tests.integration.spine.living_town import LivingTown, living_town, truth

HOURS = 3600


def assert_proven(town: LivingTown) -> None:
    c = town.spine.container
    today = town.spine.clock.now().astimezone(c.rulebook.rules("korolev").zone).date()
    with c.db.snapshot() as session:
        setting = c.settings.get(session, "korolev", today)
        assert Recount(session, c.rulebook, setting).differences(today) == []
        assert Rebuild(session, c.rulebook, "korolev").differences() == []


def live(town: LivingTown) -> None:
    """A day of two learners, of which nobody is told."""
    moodle = town.moodle
    anna, peter = town.users["ST-1"], town.users["ST-2"]
    for happening in (
        lambda: moodle.take(anna, "1", [1.5, 4]),
        lambda: moodle.take(peter, "1", [5, 2.25]),
        lambda: moodle.tick(anna, "31"),
        lambda: moodle.take(anna, "2", [3]),
        lambda: moodle.take(anna, "2", [9]),
        lambda: moodle.take(peter, "4", [1, 0]),
        lambda: moodle.take(peter, "9", [1]),
        lambda: moodle.tick(peter, "31"),
    ):
        town.later()
        happening()


def test_everything_is_found_without_any_sender(tmp_path: Path) -> None:
    with living_town(tmp_path) as town:
        live(town)

        found = town.reconcile()

        assert town.evidence() == truth(town.moodle, town.users)
        assert len(town.evidence()) == 10
        assert found["attempt"] == 5
        assert found["completion"] == 1
        assert found["account"] == 3
        assert {state for _, state, _ in town.own_deliveries()} == {"done"}
        assert_proven(town)


def test_a_second_pass_finds_nothing_and_asks_little(tmp_path: Path) -> None:
    with living_town(tmp_path) as town:
        live(town)
        town.reconcile()
        town.rest.calls.clear()

        assert town.reconcile() == {}

        reviews = [f for f, _ in town.rest.calls if f == "mod_quiz_get_attempt_review"]
        # The essay waits for its grader, so it is looked at each time.
        assert len(reviews) == 1


def change_everything(moodle: LivingMoodle, anna: str, peter: str) -> None:
    first, final = (
        next(a for a in moodle.attempts.values() if (a.user, a.quiz) == (anna, quiz))
        for quiz in ("1", "2")
    )
    essay = next(a for a in moodle.attempts.values() if a.quiz == "4")
    moodle.grade_essay(essay, 6.0)
    moodle.delete_attempt(first)
    moodle.regrade("1", (4.0, 6.0))
    moodle.delete_attempt(final)
    moodle.tick(peter, "31", 0)
    moodle.unlock("3")


def test_what_was_changed_or_withdrawn_is_found(tmp_path: Path) -> None:
    with living_town(tmp_path) as town:
        live(town)
        town.reconcile()
        town.later(HOURS)

        change_everything(town.moodle, town.users["ST-1"], town.users["ST-2"])
        first = town.reconcile()
        town.later()
        town.moodle.run_task()
        town.reconcile()

        assert town.evidence() == truth(town.moodle, town.users)
        assert first["attempt_gone"] == 2
        assert first["activity_gone"] == 1
        assert_proven(town)


@pytest.mark.parametrize("right", sorted(READ))
def test_a_right_that_is_taken_away_withdraws_nothing(tmp_path: Path, right: str) -> None:
    with living_town(tmp_path) as town:
        live(town)
        town.reconcile()
        before = town.evidence()
        town.rest.rights = READ - {right}
        town.later(HOURS)

        assert set(town.reconcile()) <= {"account"}

        assert town.evidence() == before
        town.rest.rights = READ
        town.moodle.take(town.users["ST-3"], "1", [5, 5])
        town.reconcile()
        assert town.evidence() == truth(town.moodle, town.users)


def test_a_course_emptied_for_a_new_run_leaves_last_year_alone(tmp_path: Path) -> None:
    with living_town(tmp_path) as town:
        live(town)
        town.reconcile()
        before = town.evidence()
        town.later(60 * 24 * HOURS)

        town.moodle.reset("3")
        town.moodle.reset("2")
        found = town.reconcile()

        # Told to whoever may say yes, once; until then the year that was reported stands.
        assert found["attempt_gone"] == 5
        assert town.evidence() == before
        assert town.reconcile() == {}


def test_what_our_own_sender_told_is_not_said_again(tmp_path: Path) -> None:
    with living_town(tmp_path, Dialect.NATIVE) as town:
        live(town)
        town.reconcile()
        assert town.evidence() == truth(town.moodle, town.users)
        assert town.reconcile() == {}
        assert_proven(town)


def test_what_is_counted_as_missed_is_overdue(tmp_path: Path) -> None:
    with living_town(tmp_path) as town:
        town.later()
        town.moodle.take(town.users["ST-1"], "1", [1, 1])
        town.later(2 * HOURS)
        town.moodle.take(town.users["ST-2"], "1", [2, 2])

        assert town.reconcile()["attempt"] == 2

        # The second one may yet be told.
        assert town.missed() == {"attempt": 1}


def test_a_new_address_and_a_deletion_are_found(tmp_path: Path) -> None:
    with living_town(tmp_path) as town:
        town.reconcile()
        town.moodle.change_user(town.users["ST-1"], email="new@school.example")
        town.moodle.delete_user(town.users["ST-3"])

        assert town.reconcile() == {"account": 2}


def test_only_those_who_were_there_since_a_day_are_looked_at(tmp_path: Path) -> None:
    with living_town(tmp_path) as town:
        town.moodle.take(town.users["ST-1"], "1", [1, 1])
        town.later(48 * HOURS)
        town.moodle.take(town.users["ST-2"], "1", [1, 1])

        found = town.reconcile(since=town.spine.clock.now() - timedelta(days=1))

        assert found["attempt"] == 1
