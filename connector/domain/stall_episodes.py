"""Episodes of a stalled route: how far the ladder has got, and how they end (domain 4).

`policy` is the municipality's; the route's own kind is looked up here. `answers` may be those to
any route and of any day: only those count that were given to this route, within the episode, by
the day asked about.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from connector.domain.calendar import WorkCalendar
from connector.domain.dates import Span
from connector.domain.progress import RouteProgress
from connector.domain.stall_answers import (
    LadderClock,
    StallAnswer,
    in_order,
    ladder_clock,
    standing_hold,
)
from connector.domain.stall_days import first_where
from connector.domain.stall_policy import Rung, StallPolicy
from connector.domain.stalls import (
    StallReason,
    first_day,
    last_move,
    stall_reason,
    working_days,
)

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Episode:
    """A route stalled without a break from `first_day` to the day asked about.

    idle_days: working days since anything moved; waited: since the first stalled day. reached: the
    rungs that were, lowest first, each with its day. remind_on: when the methodist is reminded for
    want of any answer; None: it was answered, or nobody is reminded.
    """

    route: RouteProgress
    first_day: date
    reason: StallReason
    since: date
    idle_days: int
    waited: int = 0
    reached: tuple[tuple[Rung, date], ...] = ()
    answers: tuple[StallAnswer, ...] = ()
    hold: StallAnswer | None = None
    remind_on: date | None = None

    @property
    def rungs(self) -> tuple[Rung, ...]:
        return tuple(rung for rung, _ in self.reached)


@dataclass(frozen=True, slots=True)
class EndedEpisode:
    """An episode that a step ended. last: as it stood on its last day; is_completed: with it the
    whole route was."""

    last: Episode
    ended_on: date
    is_completed: bool


def episode_on(
    progress: RouteProgress,
    day: date,
    calendar: WorkCalendar,
    policy: StallPolicy,
    answers: Iterable[StallAnswer] = (),
) -> Episode | None:
    """The episode the route is in on `day`, None if it is not stalled."""
    own = policy.of(progress.route)
    found = stall_reason(progress, day, calendar, own)
    if found is None:
        return None
    first = first_day(progress, day, calendar, own)
    reason, since = found
    pauses = progress.route.pauses
    given = in_order(answers, progress.route.number, Span(first, day))
    clock = ladder_clock(first, given, calendar, own)
    return Episode(
        progress,
        first,
        reason,
        since,
        working_days(calendar, pauses, last_move(progress, day), day),
        calendar.count(first, day),
        tuple(_reached(clock, own, day)),
        given,
        standing_hold(given, day),
        None if given else _reminded(clock, own, day),
    )


def _reached(clock: LadderClock, policy: StallPolicy, day: date) -> Iterator[tuple[Rung, date]]:
    for rung in policy.ladder:
        found = _first_at(clock, policy.after(rung), day)
        if found is not None:
            yield rung, found


def _reminded(clock: LadderClock, policy: StallPolicy, day: date) -> date | None:
    return _first_at(clock, policy.remind_after, day) if policy.remind_after else None


def _first_at(clock: LadderClock, wait: int, day: date) -> date | None:
    """The first day up to `day` on which the clock shows so much."""
    if clock.on(day) < wait:
        return None
    return first_where(lambda later: clock.on(later) >= wait, clock.first, day)


def ended_episodes(
    progress: RouteProgress,
    span: Span,
    calendar: WorkCalendar,
    policy: StallPolicy,
    answers: Iterable[StallAnswer] = (),
) -> Iterator[EndedEpisode]:
    """Those that a step ended within the span, the first ones first. What a pause, a cancellation
    or a changed date ends, ends silently."""
    given = tuple(answers)
    own = policy.of(progress.route)
    done = {step.done.day for step in progress.steps if step.done is not None}
    for day in sorted(day for day in done if day in span):
        if progress.route.is_paused(day) or progress.route.is_cancelled(day):
            continue
        if stall_reason(progress, day, calendar, own) is not None:
            continue
        last = episode_on(progress, day - _DAY, calendar, policy, given)
        if last is not None:
            yield EndedEpisode(last, day, progress.is_completed(day))
