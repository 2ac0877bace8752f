"""Stalled routes: a condition of a day, not a state (domain 4)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from connector.domain.calendar import WorkCalendar
from connector.domain.dates import earliest
from connector.domain.dossier import StallPolicy
from connector.domain.progress import RouteProgress
from connector.domain.routes import Pause

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
    day = after
    paused = 0
    while day < until:
        day += timedelta(days=1)
        if any(day in pause.span for pause in pauses) and calendar.is_working(day):
            paused += 1
    return total - paused


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
    first = day
    while stall_reason(progress, first - timedelta(days=1), calendar, policy) is not None:
        first -= timedelta(days=1)
    waited = working_days(calendar, progress.route.pauses, first, day)
    rungs = [Rung.METHODIST]
    if waited >= policy.head_after:
        rungs.append(Rung.HEAD)
    if waited >= policy.specialist_after:
        rungs.append(Rung.SPECIALIST)
    reason, since = found
    idle = working_days(calendar, progress.route.pauses, last_move(progress, day), day)
    return Episode(progress, first, reason, since, idle, tuple(rungs))


def next_change(
    progress: RouteProgress, after: date, calendar: WorkCalendar, policy: StallPolicy
) -> date | None:
    """The next day on which time alone begins, ends or raises an episode; None if nothing will.

    A route that stays quiet is looked at again HORIZON_DAYS ahead at the latest.
    """
    route = progress.route
    if progress.is_completed(after) or route.is_cancelled(after) or route.approved_by is None:
        return None
    turns = [pause.span.first for pause in route.pauses]
    turns += [step.done.day for step in progress.steps if step.done is not None]
    turns.append(route.cancelled_on)
    turn = earliest(*(day for day in turns if day is not None and day > after))
    episode = episode_on(progress, after, calendar, policy)
    if episode is None:
        return earliest(turn, _first_stalled(progress, after, calendar, policy))
    for wait in (policy.head_after, policy.specialist_after):
        day = _waited(progress, episode.first_day, wait, calendar)
        if day > after:
            return earliest(turn, day)
    return turn


def _first_stalled(
    progress: RouteProgress, after: date, calendar: WorkCalendar, policy: StallPolicy
) -> date:
    for ahead in range(1, HORIZON_DAYS):
        day = after + timedelta(days=ahead)
        if stall_reason(progress, day, calendar, policy) is not None:
            return day
    return after + timedelta(days=HORIZON_DAYS)


def _waited(progress: RouteProgress, first: date, wait: int, calendar: WorkCalendar) -> date:
    """The first day on which `wait` working days have passed since an episode began."""
    day = first
    while working_days(calendar, progress.route.pauses, first, day) < wait:
        day += timedelta(days=1)
    return day
