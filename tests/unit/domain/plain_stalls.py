"""Stalled routes told day by day, slowly, from the words of domain 4: an oracle for the real thing.

Shares no code with connector.domain.stalls; only the calendar's answer for a single day is asked.
"""

from datetime import date, timedelta

from connector.domain.calendar import WorkCalendar
from connector.domain.dossier import StallPolicy
from connector.domain.routes import Route

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


def episode(
    route: Route, done: Done, day: date, calendar: WorkCalendar, policy: StallPolicy
) -> tuple[date, int] | None:
    """First stalled day and how many rungs have been reached (from 1); None if not stalled."""
    if not is_stalled(route, done, day, calendar, policy):
        return None
    first = day
    while is_stalled(route, done, first - DAY, calendar, policy):
        first -= DAY
    waited = worked(route, first, day, calendar)
    after = {"methodist": 0, "head": policy.head_after, "specialist": policy.specialist_after}
    return first, sum(waited >= after[rung] for rung in policy.ladder)


def next_change(
    route: Route, done: Done, after: date, days: int, calendar: WorkCalendar, policy: StallPolicy
) -> date | None:
    """The first of the next `days` days on which the episode is another than on `after`."""
    now = episode(route, done, after, calendar, policy)
    for n in range(1, days + 1):
        if episode(route, done, after + n * DAY, calendar, policy) != now:
            return after + n * DAY
    return None
