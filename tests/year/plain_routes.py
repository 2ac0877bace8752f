"""Routes of the plain model: done, completed, stalled, asked of every day (domain.md 4)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from tests.year.happenings import Happening
from tests.year.plain_calendar import DAY, is_working, local
from tests.year.year_town import RouteRow

IDLE, GRACE, REMIND_AFTER, HEADS_AFTER, SPECIALIST_AFTER = 20, 5, 3, 5, 10
_BEGINNING, _END = date(2025, 9, 1), date(2027, 9, 1)


@dataclass
class Moodle:
    """What Moodle has said so far of one person. attempts: by serial; courses: by (course, at)."""

    attempts: dict[int, Happening] = field(default_factory=dict)
    courses: dict[tuple[str, datetime], bool] = field(default_factory=dict)
    activities: dict[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """To a stalled route, on a day. kind: acknowledged, snoozed, measure, handed_over. until: when
    a snooze ends or a measure is checked; to: to whom it was handed."""

    kind: str
    on: date
    by: str
    role: str
    until: date | None = None
    to: str | None = None


@dataclass(frozen=True)
class Stall:
    """An episode as it stands on a day. answers: those given within it, in order."""

    first: date
    day: date
    answers: tuple[Answer, ...]

    @property
    def waited(self) -> int:
        """Working days since the first stalled day on which nothing held the ladder."""
        return _waited(self.first, self.day, _held(self.first, self.answers))

    def since(self, waited: int) -> date | None:
        """The first day on which so many had passed; None: they have not."""
        held, day, count = _held(self.first, self.answers), self.first, 0
        while count < waited and day < self.day:
            day += DAY
            count += is_working(day) and day not in held
        return day if count >= waited else None

    @property
    def hold(self) -> Answer | None:
        """The snooze or measure that holds the ladder on the day."""
        holds = [a for a in self.answers if a.until]
        last = holds[-1] if holds else None
        return last if last and last.until and self.day < last.until else None

    def ended_holds(self) -> Iterator[Answer]:
        """Whose day has come before another took their place: to be checked."""
        holds = [a for a in self.answers if a.until]
        for at, one in enumerate(holds):
            assert one.until is not None
            if one.until <= self.day and all(other.on >= one.until for other in holds[at + 1 :]):
                yield one


def _held(first: date, answers: tuple[Answer, ...]) -> set[date]:
    """The days on which the ladder stands still (docs/ru/stalls.md, «Ответы»)."""
    held: set[date] = set()
    patience = -1
    for at, answer in enumerate(answers):
        if answer.until is not None:
            # Until the day it named, or until another answer of that sort takes its place.
            ends = [answer.until - DAY, *(a.on for a in answers[at + 1 :] if a.until)]
            held |= {*_days(answer.on + DAY, min(ends[:2]))}
            continue
        waited = _waited(first, answer.on, held)
        reached = max(rung for rung in (0, HEADS_AFTER, SPECIALIST_AFTER) if rung <= waited)
        above = [rung for rung in (HEADS_AFTER, SPECIALIST_AFTER) if rung > waited]
        if not above or reached <= patience:
            continue
        patience = reached
        day, left = answer.on, min(above) - reached
        while left:
            day += DAY
            held.add(day)
            left -= is_working(day)
    return held


def _waited(first: date, day: date, held: set[date]) -> int:
    return sum(is_working(d) and d not in held for d in _days(first + DAY, day))


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


class PlainRoute:
    """A route and what Moodle says of its person."""

    def __init__(self, row: RouteRow, moodle: Moodle) -> None:
        self.row = row
        self.answers: list[Answer] = []
        self._moodle = moodle
        self._upto: dict[date, int] = {}
        self._done: dict[int, date] | None = None

    @property
    def code(self) -> str:
        return f"{self.row.person}/{self.row.number}"

    def become(self, row: RouteRow) -> None:
        """It was decided otherwise."""
        self.row = row
        self._upto = {}
        self._done = None

    def hear(self) -> None:
        """Moodle says something of the person."""
        self._done = None

    def done(self) -> dict[int, date]:
        """The days on which steps were done, by their order."""
        if self._done is None:
            self._done = self._done_by_now()
        return self._done

    def _done_by_now(self) -> dict[int, date]:
        found = {}
        moodle = self._moodle
        for step in self.row.steps:
            kind, _, ref = step.target.partition(":")
            days = []
            if kind == "course":
                days = [
                    local(at).date()
                    for (c, at), holds in moodle.courses.items()
                    if holds and c == ref
                ]
            elif kind == "activity" and ref in moodle.activities:
                days = [local(moodle.activities[ref]).date()]
            elif kind == "quiz":
                days = [
                    local(a.at).date() for a in moodle.attempts.values() if sum(a.marks) * 50 >= 60
                ]
            days = [day for day in days if day >= self.row.starts]
            if days:
                found[step.order] = min(days)
        return found

    def completed(self) -> date | None:
        """Not before it was approved: until then it is a draft."""
        done = self.done()
        needed = [step.order for step in self.row.steps if step.required]
        if not needed or any(order not in done for order in needed):
            return None
        last = max(done[order] for order in needed)
        return None if self.row.cancelled and self.row.cancelled <= last else last

    def is_approved(self, day: date) -> bool:
        return self.row.approved is not None and self.row.approved <= day

    def is_cancelled(self, day: date) -> bool:
        return self.row.cancelled is not None and self.row.cancelled <= day

    def is_paused(self, day: date) -> bool:
        return any(f <= day and (u is None or day <= u) for f, u in self.row.pauses)

    def is_stalled(self, day: date) -> bool:
        return self._is_stalled(self.done(), self.completed(), day)

    def _is_stalled(self, done: dict[int, date], completed: date | None, day: date) -> bool:
        row = self.row
        if row.approved is None or max(row.approved, row.starts) > day:
            return False
        if completed is not None and completed <= day:
            return False
        if self.is_cancelled(day) or self.is_paused(day):
            return False
        moves = [row.starts, row.approved, *(d for d in done.values() if d <= day)]
        if self._clock(max(moves), day) >= IDLE:
            return True
        return any(
            self._clock(step.due, day) > GRACE
            for step in row.steps
            if step.required and step.due and not (step.order in done and done[step.order] <= day)
        )

    def stall(self, day: date) -> Stall | None:
        """The episode it is in on `day`."""
        done, completed = self.done(), self.completed()
        first, earlier = None, day
        while self._is_stalled(done, completed, earlier):
            first, earlier = earlier, earlier - DAY
        if first is None:
            return None
        return Stall(first, day, tuple(a for a in self.answers if first <= a.on <= day))

    def ended(self, since: date, until: date) -> Iterator[tuple[date, Stall]]:
        """Episodes that a step ended in these days; what else ends one ends it silently."""
        for day in sorted({day for day in self.done().values() if since <= day <= until}):
            if self.is_stalled(day) or self.is_paused(day) or self.is_cancelled(day):
                continue
            last = self.stall(day - DAY)
            if last is not None:
                yield day, last

    def _clock(self, after: date, day: date) -> int:
        """W(after, day): working days outside pauses."""
        if day <= after:
            return 0
        if not self._upto:
            count = 0
            for one in _days(_BEGINNING, _END):
                count += is_working(one) and not self.is_paused(one)
                self._upto[one] = count
        return self._upto[day] - self._upto[after]
