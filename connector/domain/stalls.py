"""Stalled routes: a condition of a day, not a state (domain 4)."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from connector.domain.calendar import WorkCalendar
from connector.domain.dossier import Rung, StallPolicy
from connector.domain.progress import RouteProgress
from connector.domain.routes import Pause

_DAY = timedelta(days=1)

HORIZON_DAYS = 400
"""How far ahead the next change of a stall is looked for; then it is looked at again."""


class StallReason(StrEnum):
    IDLE = "idle"
    OVERDUE = "overdue"


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


def _turns(progress: RouteProgress) -> list[date]:
    """The days on which anything but the clocks changes, in order.

    From one of them to the day before the next the clocks only grow, so a route that is stalled on
    a day stays so: whole stretches are judged by their ends, not day by day.
    """
    route = progress.route
    days = {route.starts_on, route.approved_on, route.cancelled_on}
    days |= {step.done.day for step in progress.steps if step.done is not None}
    for pause in route.pauses:
        days.add(pause.span.first)
        days.add(pause.span.last + _DAY if pause.span.last else None)
    return sorted(day for day in days if day is not None)


def _first_where(holds: Callable[[date], bool], first: date, last: date) -> date:
    """The first day from `first` to `last` on which what holds on `last` and stays so holds."""
    ordinals = range(first.toordinal(), last.toordinal())
    found = bisect_left(ordinals, True, key=lambda ordinal: holds(date.fromordinal(ordinal)))
    return first + timedelta(days=found)


def _first_day(
    progress: RouteProgress, day: date, calendar: WorkCalendar, policy: StallPolicy
) -> date:
    def stalled(day: date) -> bool:
        return stall_reason(progress, day, calendar, policy) is not None

    last = day
    for turn in reversed([turn for turn in _turns(progress) if turn <= day]):
        if not stalled(turn):
            return _first_where(stalled, turn, last)
        if not stalled(turn - _DAY):
            return turn
        last = turn - _DAY
    return last


def _rungs(
    progress: RouteProgress, first: date, day: date, calendar: WorkCalendar, policy: StallPolicy
) -> tuple[Rung, ...]:
    waited = working_days(calendar, progress.route.pauses, first, day)
    return tuple(rung for rung in policy.ladder if waited >= policy.after(rung))


def next_change(
    progress: RouteProgress, after: date, calendar: WorkCalendar, policy: StallPolicy
) -> date | None:
    """The next day on which time alone begins, ends or raises an episode; None if nothing will.

    A route that stays quiet is looked at again HORIZON_DAYS ahead at the latest.
    """
    route = progress.route
    if progress.is_completed(after) or route.is_cancelled(after) or route.approved_by is None:
        return None
    turns = [turn for turn in _turns(progress) if turn > after]
    horizon = after + timedelta(days=HORIZON_DAYS)
    if stall_reason(progress, after, calendar, policy) is None:
        return _first_stalled(progress, after, calendar, policy, [*turns, horizon]) or horizon

    def is_over(day: date) -> bool:
        return stall_reason(progress, day, calendar, policy) is None

    ends = next((turn for turn in turns if is_over(turn)), None)
    first = _first_day(progress, after, calendar, policy)
    rises = _next_rung(progress, first, after, calendar, policy, ends or horizon)
    return rises or ends


def _first_stalled(
    progress: RouteProgress,
    after: date,
    calendar: WorkCalendar,
    policy: StallPolicy,
    turns: list[date],
) -> date | None:
    def stalled(day: date) -> bool:
        return stall_reason(progress, day, calendar, policy) is not None

    horizon, first = turns[-1], after + _DAY
    for turn in turns:
        last = min(turn, horizon) - _DAY
        if first <= last and stalled(last):
            return _first_where(stalled, first, last)
        first = turn
    return None


def _next_rung(
    progress: RouteProgress,
    first: date,
    after: date,
    calendar: WorkCalendar,
    policy: StallPolicy,
    until: date,
) -> date | None:
    """The day before `until` on which the next rung is reached; `until` where only far waits."""

    def waited(day: date) -> int:
        return working_days(calendar, progress.route.pauses, first, day)

    waits = [w for w in map(policy.after, policy.ladder) if w > waited(after)]
    if not waits:
        return None
    if waited(until - _DAY) < min(waits):
        return until
    return _first_where(lambda day: waited(day) >= min(waits), after + _DAY, until - _DAY)
