"""The next day on which time alone changes something about a stalled route (domain 4)."""

from collections.abc import Iterable
from datetime import date, timedelta

from connector.domain.calendar import WorkCalendar
from connector.domain.dates import earliest
from connector.domain.progress import RouteProgress
from connector.domain.stall_answers import StallAnswer, ladder_clock
from connector.domain.stall_days import first_where
from connector.domain.stall_episodes import Episode, episode_on
from connector.domain.stall_policy import StallPolicy
from connector.domain.stalls import stall_reason, turns

_DAY = timedelta(days=1)

HORIZON_DAYS = 400
"""How far ahead the next change of a stall is looked for; then it is looked at again."""


def next_change(
    progress: RouteProgress,
    after: date,
    calendar: WorkCalendar,
    policy: StallPolicy,
    answers: Iterable[StallAnswer] = (),
) -> date | None:
    """The next day on which time alone begins or ends an episode, raises it, reminds of it or ends
    what holds it; None if nothing will.

    A route that stays quiet is looked at again HORIZON_DAYS ahead at the latest.
    """
    route = progress.route
    if progress.is_completed(after) or route.is_cancelled(after) or route.approved_by is None:
        return None
    own = policy.of(route)
    later = [turn for turn in turns(progress) if turn > after]
    horizon = after + timedelta(days=HORIZON_DAYS)
    episode = episode_on(progress, after, calendar, policy, answers)
    if episode is None:
        return _first_stalled(progress, after, calendar, own, [*later, horizon]) or horizon

    def is_over(day: date) -> bool:
        return stall_reason(progress, day, calendar, own) is None

    ends = next((turn for turn in later if is_over(turn)), None)
    until = ends or horizon
    rises = _next_rung(episode, after, calendar, own, until)
    reminds = _next_reminder(episode, after, calendar, own)
    wakes = episode.hold.until if episode.hold else None
    return earliest(*(day for day in (rises, reminds, wakes) if day and day <= until), ends)


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
            return first_where(stalled, first, last)
        first = turn
    return None


def _next_rung(
    episode: Episode, after: date, calendar: WorkCalendar, policy: StallPolicy, until: date
) -> date | None:
    """The day before `until` on which the next rung is reached; `until` where only far waits."""
    clock = ladder_clock(episode.first_day, episode.answers, calendar, policy)
    waits = [wait for wait in map(policy.after, policy.ladder) if wait > clock.on(after)]
    if not waits:
        return None
    if clock.on(until - _DAY) < min(waits):
        return until
    return first_where(lambda day: clock.on(day) >= min(waits), after + _DAY, until - _DAY)


def _next_reminder(
    episode: Episode, after: date, calendar: WorkCalendar, policy: StallPolicy
) -> date | None:
    wait = policy.remind_after
    if episode.answers or not wait or calendar.count(episode.first_day, after) >= wait:
        return None
    far = after + timedelta(days=HORIZON_DAYS)
    return first_where(
        lambda day: calendar.count(episode.first_day, day) >= wait, after + _DAY, far
    )
