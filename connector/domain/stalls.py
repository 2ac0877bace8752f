"""Stalled routes: a condition of a day, not a state (domain 4)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from connector.domain.calendar import WorkCalendar
from connector.domain.dossier import StallPolicy
from connector.domain.progress import RouteProgress
from connector.domain.routes import Pause

_DAY = timedelta(days=1)

HORIZON_DAYS = 400
"""How far ahead the next change of a stall is looked for; then it is looked at again."""


class StallReason(StrEnum):
    IDLE = "idle"
    OVERDUE = "overdue"


class Rung(StrEnum):
    """Who hears of an episode, one after the other: methodist, then heads, then specialist."""

    METHODIST = "methodist"
    HEAD = "head"
    SPECIALIST = "specialist"


@dataclass(frozen=True, slots=True)
class Episode:
    """A route stalled without a break from `first_day` to the day asked about.

    idle_days: working days since anything moved; rungs: those reached, lowest first.
    """

    route: RouteProgress
    first_day: date
    reason: StallReason
    since: date
    idle_days: int
    rungs: tuple[Rung, ...]


def working_days(
    calendar: WorkCalendar, pauses: tuple[Pause, ...], after: date, until: date
) -> int:
    """W(after, until): working days x with after < x <= until outside pauses."""
    total = calendar.count(after, until)
    if not pauses or total == 0:
        return total
    counted = after
    # In order of their first day, so that days in two pauses are taken off once.
    for pause in sorted(pauses, key=lambda p: p.span.first or date.min):
        first, last = pause.span.first, pause.span.last or until
        start = counted if first is None or first <= counted else first - _DAY
        end = min(last, until)
        if end > start:
            total -= calendar.count(start, end)
            counted = end
    return total


def stall_reason(
    progress: RouteProgress, day: date, calendar: WorkCalendar, policy: StallPolicy
) -> tuple[StallReason, date] | None:
    """Why the route is stalled on `day`, with the day its clock counts from; None if it is not."""
    route = progress.route
    if not progress.is_active(day) or route.is_paused(day):
        return None
    last = last_move(progress, day)
    if working_days(calendar, route.pauses, last, day) >= policy.idle_days:
        return StallReason.IDLE, last
    for step in progress.steps:
        done = step.done is not None and step.done.day <= day
        due = step.step.due_on
        if done or not step.step.required or due is None or due >= day:
            continue
        if working_days(calendar, route.pauses, due, day) > policy.grace_days:
            return StallReason.OVERDUE, due
    return None


def last_move(progress: RouteProgress, day: date) -> date:
    """The latest of start, approval and any step's done day, up to `day`."""
    route = progress.route
    moves = [route.starts_on, route.approved_on or route.starts_on]
    moves += [s.done.day for s in progress.steps if s.done is not None and s.done.day <= day]
    return max(moves)


def episode_on(
    progress: RouteProgress, day: date, calendar: WorkCalendar, policy: StallPolicy
) -> Episode | None:
    """The episode the route is in on `day`, None if it is not stalled."""
    found = stall_reason(progress, day, calendar, policy)
    if found is None:
        return None
    first = _first_day(progress, day, calendar, policy)
    reason, since = found
    idle = working_days(calendar, progress.route.pauses, last_move(progress, day), day)
    rungs = _rungs(progress, first, day, calendar, policy)
    return Episode(progress, first, reason, since, idle, rungs)


def _first_day(
    progress: RouteProgress, day: date, calendar: WorkCalendar, policy: StallPolicy
) -> date:
    first = day
    while stall_reason(progress, first - _DAY, calendar, policy) is not None:
        first -= _DAY
    return first


def _rungs(
    progress: RouteProgress, first: date, day: date, calendar: WorkCalendar, policy: StallPolicy
) -> tuple[Rung, ...]:
    waited = working_days(calendar, progress.route.pauses, first, day)
    rungs = [Rung.METHODIST]
    if waited >= policy.head_after:
        rungs.append(Rung.HEAD)
    if waited >= policy.specialist_after:
        rungs.append(Rung.SPECIALIST)
    return tuple(rungs)


def next_change(
    progress: RouteProgress, after: date, calendar: WorkCalendar, policy: StallPolicy
) -> date | None:
    """The next day on which time alone begins, ends or raises an episode; None if nothing will.

    A route that stays quiet is looked at again HORIZON_DAYS ahead at the latest.
    """
    route = progress.route
    if progress.is_completed(after) or route.is_cancelled(after) or route.approved_by is None:
        return None
    horizon = after + timedelta(days=HORIZON_DAYS)
    if stall_reason(progress, after, calendar, policy) is None:
        return _first_stalled(progress, after, calendar, policy, horizon) or horizon
    first = _first_day(progress, after, calendar, policy)
    reached = _rungs(progress, first, after, calendar, policy)
    # Waiting only grows: what ends an episode is a pause, a step done or a cancellation.
    turns = {pause.span.first for pause in route.pauses}
    turns |= {step.done.day for step in progress.steps if step.done is not None}
    turns.add(route.cancelled_on)
    if len(reached) == len(Rung) and not any(day and day > after for day in turns):
        return None
    day = after
    while (day := day + _DAY) < horizon:
        if day in turns and stall_reason(progress, day, calendar, policy) is None:
            return day
        if _rungs(progress, first, day, calendar, policy) != reached:
            return day
    return horizon


def _first_stalled(
    progress: RouteProgress,
    after: date,
    calendar: WorkCalendar,
    policy: StallPolicy,
    horizon: date,
) -> date | None:
    day = max(after, progress.route.starts_on - _DAY)
    while (day := day + _DAY) < horizon:
        if stall_reason(progress, day, calendar, policy) is not None:
            return day
    return None
