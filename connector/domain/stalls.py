"""Stalled routes: a condition of a day, not a state (domain 4)."""

from datetime import date, timedelta
from enum import StrEnum

from connector.domain.calendar import WorkCalendar
from connector.domain.progress import RouteProgress
from connector.domain.routes import Pause
from connector.domain.stall_days import first_where
from connector.domain.stall_policy import StallPolicy

_DAY = timedelta(days=1)


class StallReason(StrEnum):
    IDLE = "idle"
    OVERDUE = "overdue"


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


def turns(progress: RouteProgress) -> list[date]:
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


def first_day(
    progress: RouteProgress, day: date, calendar: WorkCalendar, policy: StallPolicy
) -> date:
    """The first day of the episode that lasts on `day`, a stalled one."""

    def stalled(day: date) -> bool:
        return stall_reason(progress, day, calendar, policy) is not None

    last = day
    for turn in reversed([turn for turn in turns(progress) if turn <= day]):
        if not stalled(turn):
            return first_where(stalled, turn, last)
        if not stalled(turn - _DAY):
            return turn
        last = turn - _DAY
    return last
