"""Stalled routes told day by day, slowly, from the words of domain 4: an oracle for the real thing.

Shares no code with connector.domain.stalls; only the calendar's answer for a single day is asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from connector.domain.calendar import WorkCalendar
from connector.domain.routes import Route
from connector.domain.stall_answers import StallAnswer
from connector.domain.stall_policy import StallPolicy

DAY = timedelta(days=1)
Done = dict[int, date]
"""Done days of the steps, by order; a step that is not there is never done."""


def worked(route: Route, after: date, until: date, calendar: WorkCalendar) -> int:
    count, day = 0, after
    while day < until:
        day += DAY
        paused = any(
            (p.span.first is None or p.span.first <= day)
            and (p.span.last is None or day <= p.span.last)
            for p in route.pauses
        )
        count += calendar.is_working(day) and not paused
    return count


def is_stalled(
    route: Route, done: Done, day: date, calendar: WorkCalendar, policy: StallPolicy
) -> bool:
    approved_on = route.approved_on or route.starts_on
    if route.approved_by is None or approved_on > day or route.starts_on > day:
        return False
    if route.cancelled_on is not None and route.cancelled_on <= day:
        return False
    required = [step for step in route.steps if step.required]
    if required and all(step.order in done and done[step.order] <= day for step in required):
        return False
    if any(
        (p.span.first is None or p.span.first <= day)
        and (p.span.last is None or day <= p.span.last)
        for p in route.pauses
    ):
        return False
    last = max([route.starts_on, approved_on, *(d for d in done.values() if d <= day)])
    if worked(route, last, day, calendar) >= policy.idle_days:
        return True
    return any(
        worked(route, step.due_on, day, calendar) > policy.grace_days
        for step in required
        if step.due_on is not None and not (step.order in done and done[step.order] <= day)
    )


@dataclass(frozen=True)
class Told:
    """What there is to say of an episode on a day; rungs: with the day each was reached."""

    first: date
    rungs: tuple[tuple[str, date], ...]
    held: bool
    remind_on: date | None


def episode(
    route: Route,
    done: Done,
    day: date,
    calendar: WorkCalendar,
    policy: StallPolicy,
    answers: Iterable[StallAnswer] = (),
) -> Told | None:
    """Lives through the episode day by day; None if the route is not stalled."""
    if not is_stalled(route, done, day, calendar, policy):
        return None
    first = day
    while is_stalled(route, done, first - DAY, calendar, policy):
        first -= DAY
    after = {"methodist": 0, "head": policy.head_after, "specialist": policy.specialist_after}
    given = sorted(
        (a for a in answers if a.route == route.number and first <= a.on <= day),
        key=lambda a: (a.on, a.number),
    )
    waits = sorted({0} | {after[rung] for rung in policy.ladder})
    shown, patience, heard_at, today = 0, 0, -1, first
    rungs: dict[str, date] = {}
    held = False
    remind_on = None
    while True:
        until = [a.until for a in given if a.on < today and a.until is not None]
        held = bool(until) and today < until[-1]
        if calendar.is_working(today) and today > first:
            if not held and not patience:
                shown += 1
            patience = max(0, patience - 1)
        for rung in policy.ladder:
            if shown >= after[rung]:
                rungs.setdefault(str(rung), today)
        if policy.remind_after and shown >= policy.remind_after and not given:
            remind_on = remind_on or today
        for answer in given:
            if answer.on != today or answer.until is not None:
                continue
            reached = max(wait for wait in waits if wait <= shown)
            higher = [wait for wait in waits if wait > shown]
            if higher and reached > heard_at:
                heard_at = reached
                patience = max(patience, higher[0] - reached)
        if today == day:
            break
        today += DAY
    last = [a.until for a in given if a.until is not None][-1:]
    return Told(first, tuple(rungs.items()), bool(last) and day < last[0], remind_on)


def next_change(
    route: Route,
    done: Done,
    after: date,
    days: int,
    calendar: WorkCalendar,
    policy: StallPolicy,
    answers: Iterable[StallAnswer] = (),
) -> date | None:
    """The first of the next `days` days on which the episode is another than on `after`."""
    known = [answer for answer in answers if answer.on <= after]
    now = episode(route, done, after, calendar, policy, known)
    for n in range(1, days + 1):
        if episode(route, done, after + n * DAY, calendar, policy, known) != now:
            return after + n * DAY
    return None


def ended(
    route: Route, done: Done, days: Iterable[date], calendar: WorkCalendar, policy: StallPolicy
) -> list[tuple[date, date]]:
    """First day and day of the end of each episode that a step ended on one of `days`."""
    found = []
    for day in days:
        paused = any(
            (p.span.first is None or p.span.first <= day)
            and (p.span.last is None or day <= p.span.last)
            for p in route.pauses
        )
        cancelled = route.cancelled_on is not None and route.cancelled_on <= day
        before = episode(route, done, day - DAY, calendar, policy)
        if before is None or paused or cancelled or day not in done.values():
            continue
        if not is_stalled(route, done, day, calendar, policy):
            found.append((before.first, day))
    return found
