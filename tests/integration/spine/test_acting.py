"""Approved routes are enrolled in Moodle: once, repeatably, and with its refusals told."""

from datetime import timedelta
from pathlib import Path

import pytest

from connector.domain.wishes import MoodleWishes
from connector.moodle.errors import MoodleUnavailable
from connector.services.acting.acting import ActingService
from tests.contract.living_rest import MAINTENANCE, READ, refusal
from tests.integration.spine.acting_town import acting_town, actions, decide
from tests.integration.spine.living_town import LivingTown

WANTED = MoodleWishes(enrol=True)
ENROL = "enrol_manual_enrol_users"
ROUTES = "ST-1,7,DIAG,2026-11-01,ST-2,2026-11-01,,\nST-2,7,DIAG,2026-11-01,,,,\n"
STEPS = (
    "ST-1,7,1,course:KPK,,,да\nST-1,7,2,course:CHESS,,,нет\nST-1,7,3,manual,,,да\n"
    "ST-2,7,1,course:KPK,,,да\n"
)


def orders(town: LivingTown) -> int:
    return sum(function == ENROL for function, _ in town.rest.calls)


def again(town: LivingTown) -> None:
    c = town.spine.container
    with c.db.writing() as session:
        ActingService(session).retry("korolev", town.spine.clock.now())


def test_an_approved_route_enrols_once_and_a_draft_nobody(
    tmp_path: Path, database_url: str
) -> None:
    with acting_town(tmp_path, WANTED, database_url) as town:
        decide(town, ROUTES, STEPS)
        assert actions(town) == [("ST-1", "KPK", "waiting", None)]

        assert town.engine.act() == 1

        assert actions(town) == [("ST-1", "KPK", "done", "done")]
        anna, peter = town.users["ST-1"], town.users["ST-2"]
        assert town.moodle.enrolled["3"] == {anna: True}
        assert town.moodle.by_role["3", anna] == 5
        assert town.engine.act() == 0

        # Approved later, and unenrolled by hand: the first comes, the second is Moodle's own.
        town.moodle.unenrol(anna, "3")
        decide(town, ROUTES.replace("01,,,,\n", "01,ST-3,2026-11-02,,\n"), STEPS)
        assert town.engine.act() == 1
        assert town.moodle.enrolled["3"] == {peter: True}
        assert orders(town) == 2


def test_what_is_no_longer_owed_is_withdrawn_and_nobody_is_unenrolled(tmp_path: Path) -> None:
    cancelled = ROUTES.replace("2026-11-01,,\nST-2", "2026-11-01,2026-11-20,уволен\nST-2")
    with acting_town(tmp_path, WANTED) as town:
        decide(town, ROUTES, STEPS)
        decide(town, cancelled, STEPS)
        assert actions(town) == [("ST-1", "KPK", "withdrawn", None)]
        assert town.engine.act() == 0

        decide(town, ROUTES, STEPS)
        town.engine.act()
        decide(town, cancelled, STEPS)
        town.engine.act()
        assert actions(town) == [("ST-1", "KPK", "done", "done")]
        assert town.users["ST-1"] in town.moodle.enrolled["3"]


def test_an_answer_that_was_lost_is_no_second_enrolment(tmp_path: Path) -> None:
    with acting_town(tmp_path, WANTED) as town:
        decide(town, ROUTES, STEPS)
        town.rest.calls.clear()

        def lost(function: str, params: object) -> None:
            if function == ENROL and orders(town) == 1:
                town.moodle.enrol(town.users["ST-1"], "3")
                raise MoodleUnavailable("timed_out")

        town.rest.trouble = lost  # type: ignore[assignment]
        assert town.engine.act() == 1
        assert actions(town) == [("ST-1", "KPK", "waiting", "timed_out")]
        assert town.engine.act() == 0

        town.later(3600)
        town.engine.settle()
        assert town.engine.act() == 1
        assert actions(town) == [("ST-1", "KPK", "done", "held_already")]
        assert orders(town) == 1


def test_a_killed_worker_s_action_is_taken_up_when_its_term_is_over(tmp_path: Path) -> None:
    with acting_town(tmp_path, WANTED) as town:
        decide(town, ROUTES, STEPS)
        c = town.spine.container
        now = town.spine.clock.now()
        with c.db.writing() as session:
            assert ActingService(session).claim("lms", 0, "dead", now + timedelta(minutes=10), now)
        assert town.engine.act() == 0
        town.later(700)
        assert town.engine.act() == 1
        assert actions(town) == [("ST-1", "KPK", "done", "done")]


@pytest.mark.parametrize(
    ("right", "course", "reason"),
    [
        ("roleassign", "KPK", "wsusercannotassign"),
        ("enrol", "KPK", "nopermissions"),
        (None, "CHESS", "wsnoinstance"),
        (None, "GONE", "unknown_course"),
    ],
)
def test_a_refusal_waits_for_a_person_and_is_tried_again_then(
    tmp_path: Path, right: str | None, course: str, reason: str
) -> None:
    with acting_town(tmp_path, WANTED) as town:
        town.moodle.courses["5"].manual = False
        town.moodle.unenrol(town.users["ST-1"], "5")
        town.rest.rights = READ - {right}
        decide(town, ROUTES, STEPS.replace("course:KPK", f"course:{course}"))
        town.engine.act()
        assert actions(town) == [("ST-1", course, "refused", reason)]
        assert town.engine.act() == 0

        town.rest.rights = READ
        town.moodle.courses["5"].manual = True
        again(town)
        town.engine.act()
        is_gone = reason == "unknown_course"
        assert actions(town)[0][2:] == (("refused", reason) if is_gone else ("done", "done"))


def test_a_suspended_learner_is_not_let_in_again(tmp_path: Path) -> None:
    with acting_town(tmp_path, WANTED) as town:
        anna = town.users["ST-1"]
        town.moodle.enrol(anna, "3")
        town.moodle.suspend(anna, "3")
        decide(town, ROUTES, STEPS)
        town.engine.act()
        assert actions(town) == [("ST-1", "KPK", "refused", "enrolment_suspended")]
        assert town.moodle.enrolled["3"] == {anna: False}


def test_a_moodle_that_is_away_is_asked_once_for_all_of_them(tmp_path: Path) -> None:
    routes = "".join(f"ST-{n},7,DIAG,2026-11-01,ST-2,2026-11-01,,\n" for n in (1, 2, 3))
    steps = "".join(f"ST-{n},7,1,course:KPK,,,да\n" for n in (1, 2, 3))
    with acting_town(tmp_path, WANTED) as town:
        decide(town, routes, steps)
        town.rest.calls.clear()
        town.rest.trouble = lambda function, params: MAINTENANCE
        town.engine.act()
        assert len(town.rest.calls) == 1
        assert {state for _, _, state, _ in actions(town)} == {"waiting"}
        town.later(200)
        assert town.engine.act() == 0

        # A token that was taken away refuses none of them: it is mended, and they go on.
        town.later(120)
        town.rest.trouble = lambda function, params: refusal("invalidtoken")
        town.engine.act()
        assert len(town.rest.calls) == 2
        assert [one[2:] for one in actions(town)] == [("waiting", "invalidtoken")] * 3
        town.rest.trouble = lambda function, params: None
        again(town)
        assert town.engine.act() == 3
        assert {state for _, _, state, _ in actions(town)} == {"done"}


def test_somebody_without_an_account_is_enrolled_when_there_is_one(tmp_path: Path) -> None:
    with acting_town(tmp_path, WANTED) as town:
        town.spine.import_sheets(
            "korolev",
            {
                "staff": "personnel_no,last_name,first_name,email,role,school,employed_from\n"
                + "".join(f"ST-{n},Фамилия,Имя,,teacher,S1,2020-01-01\n" for n in (1, 2, 3, 4))
            },
        )
        decide(town, "ST-4,7,DIAG,2026-11-01,ST-2,2026-11-01,,\n", "ST-4,7,1,course:KPK,,,да\n")
        assert actions(town) == [("ST-4", "KPK", "held", "no_account")]
        assert town.engine.act() == 0

        town.moodle.create_user("ST-4", "st-4@school.example")
        town.reconcile()
        town.engine.act()
        town.engine.settle()
        assert town.engine.act() == 1
        assert actions(town) == [
            ("ST-4", "KPK", "withdrawn", None),
            ("ST-4", "KPK", "done", "done"),
        ]


def test_nothing_is_done_for_a_municipality_that_did_not_ask(tmp_path: Path) -> None:
    with acting_town(tmp_path, MoodleWishes()) as town:
        decide(town, ROUTES, STEPS)
        assert actions(town) == []
