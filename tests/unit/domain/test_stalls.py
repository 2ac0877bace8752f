"""Stalled routes: examples by hand (domain 4)."""

from datetime import date, timedelta
from typing import Any

import pytest

from connector.domain.calendar import WorkCalendar
from connector.domain.catalogue import parse_target
from connector.domain.dates import Span
from connector.domain.progress import RouteProgress
from connector.domain.routes import Pause, RouteStep
from connector.domain.stall_episodes import Episode, episode_on
from connector.domain.stall_policy import Rung, StallPolicy
from connector.domain.stall_turns import HORIZON_DAYS, next_change
from connector.domain.stalls import StallReason, stall_reason, working_days
from tests.unit.domain.builders import CALENDAR, calendar, completion, folded, noon, route

# 2 March 2026 is a Monday. 20 working days after it is Monday 30 March, no holidays counted.
START, IDLE_ON = date(2026, 3, 2), date(2026, 3, 30)
POLICY = StallPolicy()
DAY = timedelta(days=1)
OPEN_STEP = RouteStep(1, parse_target("course:3"))


def progress(*done: date, **more: Any) -> RouteProgress:
    """A route with one open step; courses of other steps completed on `done`."""
    evidence = [completion(noon(day), f"c{n}") for n, day in enumerate(done)]
    steps = [RouteStep(n + 2, parse_target(f"course:c{n}")) for n in range(len(done))]
    given: dict[str, Any] = {"steps": (OPEN_STEP, *steps), **more}
    (found,) = folded(*evidence, routes=(route(**given),)).routes
    return found


def reason(found: RouteProgress, day: date, work: WorkCalendar = CALENDAR) -> StallReason | None:
    held = stall_reason(found, day, work, POLICY)
    return held[0] if held else None


def episode(found: RouteProgress, day: date) -> Episode:
    held = episode_on(found, day, CALENDAR, POLICY)
    assert held is not None
    return held


def test_twenty_working_days_without_a_move_is_stalled() -> None:
    assert reason(progress(), IDLE_ON - DAY) is None
    assert reason(progress(), IDLE_ON) is StallReason.IDLE


def test_the_latest_move_counts() -> None:
    moved = progress(START + 7 * DAY)
    assert reason(moved, IDLE_ON + 6 * DAY) is None
    assert reason(moved, IDLE_ON + 7 * DAY) is StallReason.IDLE
    approved_later = progress(approved_on=START + 7 * DAY)
    assert reason(approved_later, IDLE_ON + 6 * DAY) is None
    assert reason(approved_later, IDLE_ON + 7 * DAY) is StallReason.IDLE


def test_holidays_and_closed_days_are_no_working_days() -> None:
    closed = calendar(Span(START + 7 * DAY, START + 11 * DAY), off=[START + 14 * DAY])
    assert reason(progress(), IDLE_ON + 7 * DAY, closed) is None
    assert reason(progress(), IDLE_ON + 8 * DAY, closed) is StallReason.IDLE


def test_more_than_five_working_days_overdue_is_stalled() -> None:
    due = START + 2 * DAY
    late = progress(steps=(RouteStep(1, OPEN_STEP.target, due_on=due),))
    assert reason(late, due + 7 * DAY) is None
    assert stall_reason(late, due + 8 * DAY, CALENDAR, POLICY) == (StallReason.OVERDUE, due)


@pytest.mark.parametrize("more", [{"required": False}, {"due_on": None}])
def test_only_a_required_step_with_a_date_is_overdue(more: dict[str, Any]) -> None:
    given = {"due_on": START, **more}
    found = progress(steps=(OPEN_STEP, RouteStep(2, parse_target("manual"), **given)))
    assert reason(found, IDLE_ON - DAY) is None


def test_a_step_done_is_not_overdue_any_more() -> None:
    steps = (OPEN_STEP, RouteStep(2, parse_target("course:c0"), due_on=START + DAY))
    done = START + 14 * DAY
    (found,) = folded(completion(noon(done), "c0"), routes=(route(steps=steps),)).routes
    assert reason(found, done - DAY) is StallReason.OVERDUE
    assert reason(found, done) is None


@pytest.mark.parametrize(
    "more",
    [
        {"approved_by": None},
        {"cancelled_on": IDLE_ON},
        {"starts_on": IDLE_ON + DAY, "approved_on": START},
        {"approved_on": IDLE_ON + DAY},
        {"pauses": (Pause(Span(IDLE_ON, IDLE_ON)),)},
    ],
)
def test_what_is_not_active_or_is_paused_is_never_stalled(more: dict[str, Any]) -> None:
    assert reason(progress(**more), IDLE_ON) is None


def test_a_completed_route_is_not_stalled() -> None:
    found = progress(START + DAY, steps=(RouteStep(1, parse_target("course:c0")),))
    assert reason(found, date(2026, 12, 31)) is None


def test_paused_days_count_for_no_clock() -> None:
    pauses = (
        Pause(Span(START + 7 * DAY, START + 13 * DAY)),
        Pause(Span(START + 10 * DAY, START + 15 * DAY)),
    )
    assert working_days(CALENDAR, pauses, START, IDLE_ON) == 20 - 7
    found = progress(pauses=pauses)
    assert reason(found, date(2026, 4, 7)) is None
    assert reason(found, date(2026, 4, 8)) is StallReason.IDLE


def test_an_episode_begins_on_the_first_stalled_day_and_climbs() -> None:
    found = progress()
    days = [IDLE_ON, IDLE_ON + 6 * DAY, IDLE_ON + 7 * DAY, IDLE_ON + 13 * DAY, IDLE_ON + 14 * DAY]
    assert {episode(found, day).first_day for day in days} == {IDLE_ON}
    assert [len(episode(found, day).rungs) for day in days] == [1, 1, 2, 2, 3]
    assert episode(found, days[-1]).rungs == (Rung.METHODIST, Rung.HEAD, Rung.SPECIALIST)


def test_an_episode_tells_how_long_nothing_moved() -> None:
    held = episode(progress(), IDLE_ON + 2 * DAY)
    assert (held.reason, held.since, held.idle_days) == (StallReason.IDLE, START, 22)


def test_a_pause_ends_an_episode_and_another_begins_after_it() -> None:
    pause = Pause(Span(IDLE_ON + 2 * DAY, IDLE_ON + 8 * DAY))
    found = progress(pauses=(pause,))
    assert episode(found, IDLE_ON + DAY).first_day == IDLE_ON
    assert episode_on(found, IDLE_ON + 5 * DAY, CALENDAR, POLICY) is None
    assert episode(found, IDLE_ON + 20 * DAY).first_day == IDLE_ON + 9 * DAY


def following(found: RouteProgress, after: date) -> date | None:
    return next_change(found, after, CALENDAR, POLICY)


def test_the_next_change_walks_through_an_episode() -> None:
    found = progress()
    assert following(found, START - 9 * DAY) == IDLE_ON
    assert following(found, START) == IDLE_ON
    assert following(found, IDLE_ON) == IDLE_ON + 3 * DAY, "the methodist is reminded"
    assert following(found, IDLE_ON + 3 * DAY) == IDLE_ON + 7 * DAY
    assert following(found, IDLE_ON + 7 * DAY) == IDLE_ON + 14 * DAY
    assert following(found, IDLE_ON + 14 * DAY) is None


def test_an_episode_ends_where_a_pause_begins_or_a_step_of_the_future_is_done() -> None:
    assert following(progress(pauses=(Pause(Span(IDLE_ON + DAY, None)),)), IDLE_ON) == IDLE_ON + DAY
    assert following(progress(cancelled_on=IDLE_ON + 2 * DAY), IDLE_ON) == IDLE_ON + 2 * DAY
    assert following(progress(IDLE_ON + 3 * DAY), IDLE_ON) == IDLE_ON + 3 * DAY


def test_a_pause_without_an_end_is_looked_at_again_at_the_horizon() -> None:
    found = progress(pauses=(Pause(Span(START + DAY, None)),))
    assert following(found, START) == START + timedelta(days=HORIZON_DAYS)


@pytest.mark.parametrize("more", [{"approved_by": None}, {"cancelled_on": START}])
def test_nothing_will_change_in_a_route_that_is_not_walked(more: dict[str, Any]) -> None:
    assert following(progress(**more), START + DAY) is None
