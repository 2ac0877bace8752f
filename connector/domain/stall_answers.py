"""What people answer to a stalled route, and for how long that holds the ladder (domain 4).

An answer belongs to the episode in which its day lies, so a new episode begins without any. It acts
on the days after its own: what was told that morning stays told.

- acknowledged, handed over: somebody is at it. The clock of the ladder stands still for as many
  working days as lie between the rung that was reached and the next one. Only the first such answer
  after a rung counts, so clicking again wins nothing.
- snoozed until a day, measure to be checked on a day: the clock stands still until that day, on
  which it goes on. A later snooze or measure takes the place of an earlier one on its own day.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from connector.domain.calendar import WorkCalendar
from connector.domain.dates import Span
from connector.domain.owed import Recipient
from connector.domain.stall_days import first_where
from connector.domain.stall_policy import StallPolicy

_DAY = timedelta(days=1)

LONGEST_HOLD = timedelta(days=92)
"""A quarter. Whoever needs longer has the route paused, with a reason and a decision."""


class AnswerKind(StrEnum):
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    MEASURE = "measure"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True, slots=True)
class StallAnswer:
    """One answer to an episode of the person's route with this number.

    number: tells answers of one day apart, in the order they were given. by, to: recipients as in
    notices. on: the local day; until: when a snooze ends or a measure's effect is checked.
    """

    number: int
    route: str
    kind: AnswerKind
    on: date
    by: str
    by_name: str
    role: Recipient
    until: date | None = None
    to: str | None = None
    to_name: str | None = None
    text: str | None = None

    @property
    def holds(self) -> bool:
        """Whether it keeps the ladder until a day of its own."""
        return self.kind in (AnswerKind.SNOOZED, AnswerKind.MEASURE)


def in_order(answers: Iterable[StallAnswer], route: str, span: Span) -> tuple[StallAnswer, ...]:
    """The answers to this route that were given within the span, the first ones first."""
    fitting = (one for one in answers if one.route == route and one.on in span)
    return tuple(sorted(fitting, key=lambda one: (one.on, one.number)))


def standing_hold(answers: Sequence[StallAnswer], day: date) -> StallAnswer | None:
    """The snooze or measure that keeps the ladder on `day`; answers: those up to it, in order."""
    last = next((one for one in reversed(answers) if one.holds), None)
    return last if last is not None and last.until is not None and day < last.until else None


def ended_holds(answers: Sequence[StallAnswer], day: date) -> Iterator[StallAnswer]:
    """Snoozes and measures whose day has come by `day` before another took their place."""
    holds = [one for one in answers if one.holds and one.until is not None]
    for at, one in enumerate(holds):
        until = one.until
        if until is not None and until <= day and all(o.on >= until for o in holds[at + 1 :]):
            yield one


@dataclass(frozen=True, slots=True)
class LadderClock:
    """Working days since the first stalled day on which nothing held the ladder.

    spans: (after, last): days x with after < x <= last do not count; apart and in order.
    """

    first: date
    calendar: WorkCalendar
    spans: tuple[tuple[date, date], ...] = ()

    def on(self, day: date) -> int:
        held = sum(self.calendar.count(after, min(last, day)) for after, last in self.spans)
        return self.calendar.count(self.first, day) - held


def ladder_clock(
    first: date, answers: Sequence[StallAnswer], calendar: WorkCalendar, policy: StallPolicy
) -> LadderClock:
    """The clock of an episode; answers: its own, in order. No pause lies within an episode."""
    clock = LadderClock(first, calendar)
    holds = [one for one in answers if one.holds]
    patience = -1
    for answer in answers:
        if answer.holds and answer.until is not None:
            following = [one.on for one in holds[holds.index(answer) + 1 :]]
            last = min([answer.until - _DAY, *following[:1]])
        else:
            reached, following_rung = _around(clock.on(answer.on), policy)
            if following_rung is None or reached <= patience:
                continue
            patience = reached
            last = _day_after(answer.on, following_rung - reached, calendar)
        clock = LadderClock(first, calendar, _joined(clock.spans, (answer.on, last)))
    return clock


def _around(waited: int, policy: StallPolicy) -> tuple[int, int | None]:
    """The greatest threshold of a rung that was reached, and the least that was not."""
    waits = [0, *map(policy.after, policy.ladder)]
    later = [wait for wait in waits if wait > waited]
    return max(wait for wait in waits if wait <= waited), min(later, default=None)


def _day_after(day: date, working: int, calendar: WorkCalendar) -> date:
    """The day by which so many working days have passed after `day`."""
    return first_where(
        lambda later: calendar.count(day, later) >= working, day, day + (working * 10 + 60) * _DAY
    )


def _joined(
    spans: Sequence[tuple[date, date]], new: tuple[date, date]
) -> tuple[tuple[date, date], ...]:
    found: list[tuple[date, date]] = []
    for after, last in sorted([*spans, new]):
        if last <= after:
            continue
        if found and after <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((after, last))
    return tuple(found)
