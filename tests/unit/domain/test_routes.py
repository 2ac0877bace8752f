"""Routes: steps done, states, completion (domain 4)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connector.domain.catalogue import parse_target
from connector.domain.dates import Span
from connector.domain.evidence import Evidence
from connector.domain.progress import RouteProgress
from connector.domain.records import HandmadeEvidence
from connector.domain.routes import Pause, RouteStep
from tests.unit.domain.builders import (
    VLADIVOSTOK,
    activity,
    attempt,
    completion,
    folded,
    noon,
    route,
    setting,
    utc,
)

START = date(2026, 3, 2)
DAY = timedelta(days=1)


def step(order: int, target: str, **more: Any) -> RouteStep:
    return RouteStep(order, parse_target(target), **more)


def progress(
    *evidence: Evidence, handmade: Any = (), in_: Any = None, **more: Any
) -> RouteProgress:
    """The route of a person with this evidence."""
    (found,) = folded(*evidence, routes=(route(**more),), handmade=tuple(handmade), in_=in_).routes
    return found


def done_on(*evidence: Evidence, target: str, **more: Any) -> date | None:
    (only,) = progress(*evidence, steps=(step(1, target),), **more).steps
    return only.done.day if only.done else None


def test_a_step_is_done_by_the_earliest_fitting_evidence() -> None:
    later, earlier = completion(noon(START + 9 * DAY)), completion(noon(START + 4 * DAY))
    assert done_on(later, earlier, target="course:3") == START + 4 * DAY


def test_evidence_before_the_start_does_not_fit() -> None:
    assert done_on(completion(noon(START - DAY)), target="course:3") is None
    assert done_on(completion(noon(START)), target="course:3") == START
    both = completion(noon(START - DAY)), completion(noon(START + DAY))
    assert done_on(*both, target="course:3") == START + DAY


def test_the_day_is_the_local_one() -> None:
    # 15:00 UTC on the day before is the start's own morning in Vladivostok.
    eve = completion(utc(2026, 3, 1, 15))
    assert done_on(eve, target="course:3") is None
    assert done_on(eve, target="course:3", in_=setting(zone=VLADIVOSTOK)) == START


def test_a_course_is_called_by_its_idnumber_or_its_number() -> None:
    named = completion(noon(START), "3", "ДПП-1")
    assert done_on(named, target="course:ДПП-1") == START
    assert done_on(named, target="course:3") == START
    assert done_on(named, target="course:4") is None


@pytest.mark.parametrize(("state", "day"), [(0, None), (1, START), (2, START), (3, None)])
def test_an_activity_counts_in_states_1_and_2(state: int, day: date | None) -> None:
    assert done_on(activity(noon(START), "90", state), target="activity:90") == day


@pytest.mark.parametrize(
    ("grade", "maximum", "day"),
    [
        ("6", "10", START),
        ("5.99999", "10", None),
        ("4.2", "7", START),
        ("4.19999", "7", None),
        (None, "10", None),
        ("6", "0", None),
        ("6", None, None),
    ],
)
def test_a_quiz_needs_the_mark_exactly(
    grade: str | None, maximum: str | None, day: date | None
) -> None:
    tried = attempt(noon(START), quiz="55", grade=grade, max_grade=maximum)
    assert done_on(tried, target="quiz:55>=60") == day


def test_any_final_attempt_will_do_for_a_quiz() -> None:
    first = attempt(noon(START), quiz="55", number=1, grade=7)
    worse = attempt(noon(START + DAY), quiz="55", number=2, grade=1)
    assert done_on(first, worse, target="quiz:55>=60") == START


@pytest.mark.parametrize("more", [{"state": "inprogress"}, {"provisional": True}])
def test_an_attempt_that_is_not_final_proves_no_step(more: dict[str, Any]) -> None:
    tried = attempt(noon(START), quiz="55", grade=10, **more)
    assert done_on(tried, target="quiz:55>=60") is None


@pytest.mark.parametrize("written", ["1/2", "1:2"])
def test_a_step_can_be_proved_by_hand(written: str) -> None:
    hand = HandmadeEvidence("h1", "p1", "step", written, START + DAY)
    found = progress(handmade=[hand], steps=(step(1, "manual"), step(2, "manual")))
    assert [s.done.day if s.done else None for s in found.steps] == [None, START + DAY]
    assert found.steps[1].done is not None
    assert found.steps[1].done.key == "handmade:h1"


def test_an_offline_course_proves_a_course_step() -> None:
    hand = HandmadeEvidence("h1", "p1", "programme", "3", START + DAY)
    assert done_on(target="course:3", handmade=[hand]) == START + DAY


STEPS = (step(1, "course:3"), step(2, "activity:90"), step(3, "manual", required=False))


def test_a_route_is_completed_on_the_last_of_its_required_steps_days() -> None:
    second, first = completion(noon(START + 5 * DAY)), activity(noon(START + 2 * DAY))
    found = progress(second, first, steps=STEPS)
    assert found.completed_on == START + 5 * DAY
    assert not found.is_completed(START + 4 * DAY)
    assert found.is_completed(START + 5 * DAY)


def test_order_does_not_gate() -> None:
    found = progress(activity(noon(START)), steps=STEPS)
    assert [s.done is not None for s in found.steps] == [False, True, False]


def test_retracted_evidence_reopens_step_and_route() -> None:
    evidence = completion(noon(START + DAY)), activity(noon(START + DAY))
    assert progress(*evidence, steps=STEPS).is_completed(date(2026, 12, 31))
    reopened = progress(evidence[0], steps=STEPS)
    assert reopened.state(date(2026, 12, 31)) == "active"


@pytest.mark.parametrize("steps", [(), (step(1, "course:3", required=False),)])
def test_a_route_without_required_steps_never_completes_by_itself(steps: Any) -> None:
    found = progress(completion(noon(START)), steps=steps)
    assert found.completed_on is None
    assert found.state(date(2030, 1, 1)) == "active"


def test_a_step_marked_not_relevant_holds_nothing_up() -> None:
    steps = (step(1, "course:3"), step(2, "course:99", required=False))
    assert progress(completion(noon(START)), steps=steps).completed_on == START


def test_a_cancelled_route_completes_no_more() -> None:
    done = completion(noon(START + 5 * DAY))
    steps = (step(1, "course:3"),)
    cancelled = progress(done, steps=steps, cancelled_on=START + 3 * DAY)
    assert cancelled.completed_on is None
    assert cancelled.state(START + 2 * DAY) == "active"
    assert cancelled.state(START + 9 * DAY) == "cancelled"
    assert (
        progress(done, steps=steps, cancelled_on=START + 6 * DAY).state(START + 9 * DAY)
        == "completed"
    )


def test_a_route_without_approval_is_a_draft() -> None:
    done, steps = completion(noon(START)), (step(1, "course:3"),)
    assert progress(done, steps=steps, approved_by=None).state(date(2030, 1, 1)) == "draft"
    approved = progress(steps=steps, approved_on=START + DAY)
    assert (approved.state(START), approved.state(START + DAY)) == ("draft", "active")


def test_a_route_approved_without_a_day_was_approved_when_it_started() -> None:
    assert not route().is_approved(START - DAY)
    assert route().is_approved(START)


def test_a_route_approved_ahead_becomes_active_when_it_starts() -> None:
    ahead = progress(steps=STEPS, approved_on=START - 9 * DAY)
    assert not ahead.is_active(START - DAY)
    assert ahead.is_active(START)


def test_pauses_include_both_their_days() -> None:
    paused = route(pauses=(Pause(Span(START + DAY, START + 3 * DAY)),))
    assert [paused.is_paused(START + n * DAY) for n in range(5)] == [False, True, True, True, False]


def test_a_route_is_based_on_the_latest_result_up_to_its_start() -> None:
    tried = [
        attempt(noon(START - 9 * DAY), number=1),
        attempt(noon(START), number=2),
        attempt(noon(START + DAY), number=3),
    ]
    found = progress(*tried, based_on="7")
    assert (found.based_on, found.is_based_on_diagnosis) == (tried[1].key, True)


@pytest.mark.parametrize(
    "evidence",
    [
        (),
        (attempt(noon(START + DAY)),),
        (attempt(noon(START), quiz="8"),),
        (attempt(noon(START), provisional=True),),
        (attempt(noon(START), state="abandoned"),),
    ],
)
def test_without_such_a_result_it_is_based_on_nothing(evidence: tuple[Evidence, ...]) -> None:
    assert not progress(*evidence, based_on="7").is_based_on_diagnosis


def test_a_step_covers_its_own_competencies_else_its_programmes() -> None:
    found = progress(
        steps=(step(1, "course:3"), step(2, "course:3", competencies=("B",)), step(3, "manual"))
    )
    assert [s.competencies for s in found.steps] == [("A",), ("B",), ()]


def test_routes_are_in_order_of_start_and_number() -> None:
    routes = [route(), route(starts_on=START - DAY)]
    assert [r.route.starts_on for r in folded(routes=tuple(routes)).routes] == [START - DAY, START]
    assert route().code == "p1/1"


def test_a_mark_of_0_still_needs_a_graded_attempt() -> None:
    assert parse_target("quiz:55>=0").mark == Decimal(0)
    assert done_on(attempt(noon(START), quiz="55", grade=0), target="quiz:55>=0") == START
    assert done_on(attempt(noon(START), quiz="55"), target="quiz:55>=0") is None
