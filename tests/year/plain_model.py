"""Who must be told what and when, worked out once more: from domain.md, plainly, day by day.

Nothing of the product is used here, and nothing is clever: a working day is looked up in a list, a
stall is asked of every day, an organisation is searched through whenever somebody is to be told.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from tests.year.happenings import Happening, attempt_id
from tests.year.year_town import HOLIDAYS, SPECIALIST, RouteRow, YearTown

DAY = timedelta(days=1)
MOSCOW = timedelta(hours=3)
DAYS_OFF = {
    *(date(2025, month, day) for month, day in ((11, 3), (11, 4), (12, 31))),
    *(date(2026, 1, day) for day in (1, 2, 5, 6, 7, 8, 9)),
    *(date(2026, m, d) for m, d in ((2, 23), (3, 9), (5, 1), (5, 11), (6, 12), (11, 4), (12, 31))),
    *(date(2027, 1, day) for day in (1, 4, 5, 6, 7, 8)),
}
"""Days off from Monday to Friday, as the government moved them (постановления о переносе)."""
WORKED_SATURDAYS = {date(2025, 11, 1)}
OPENS, CLOSES, DIGEST = 8, 20, 9
IDLE, GRACE, HEADS_AFTER, SPECIALIST_AFTER = 20, 5, 5, 10
_BEGINNING, _END = date(2025, 9, 1), date(2027, 9, 1)
TOLD_FOR = timedelta(days=30)
"""What is over for longer is no news."""


@cache
def is_working(day: date) -> bool:
    if day in WORKED_SATURDAYS:
        return True
    closed = any(first <= day <= last for first, last in HOLIDAYS)
    return day.weekday() < 5 and day not in DAYS_OFF and not closed


def is_open(at: datetime) -> bool:
    """Whether people may be written to; `at` is local."""
    return is_working(at.date()) and OPENS <= at.hour < CLOSES


def goes_at(at: datetime, soon: bool) -> datetime:
    """The next open moment, or the next digest, from the local moment `at` on."""
    if soon and is_open(at):
        return at
    hour = OPENS if soon else DIGEST
    day = at.date()
    while not is_working(day) or datetime.combine(day, time(hour)) < at:
        day += DAY
    return datetime.combine(day, time(hour))


@dataclass(frozen=True)
class Told:
    """One notice owed. to: None where there is nobody."""

    key: str
    to: str | None
    soon: bool


@dataclass
class Person:
    """What Moodle has said so far of one person. attempts: by serial; courses: by (course, at)."""

    attempts: dict[int, Happening] = field(default_factory=dict)
    courses: dict[tuple[str, datetime], bool] = field(default_factory=dict)
    activities: dict[str, datetime] = field(default_factory=dict)


class PlainModel:
    """Is told what happens, and says at each moment what must have been sent."""

    def __init__(self, town: YearTown) -> None:
        self.town = town
        self.people = {number: Person() for number in town.teachers}
        self.routes: dict[str, list[RouteRow]] = {}
        for route in town.routes:
            self.routes.setdefault(route.person, []).append(route)
        self.owed: dict[str, dict[str, Told]] = {}
        self.waiting: dict[str, datetime] = {}
        self.sent: dict[str, datetime] = {}
        self.unsendable: set[str] = set()
        self._heads_are_new = False
        self._counted: dict[tuple[str, str], dict[date, int]] = {}

    def hear(self, happening: Happening) -> None:
        person = self.people[happening.person]
        match happening.kind:
            case "attempt":
                held = person.attempts.get(happening.serial)
                if held is None or held.version < happening.version:
                    person.attempts[happening.serial] = happening
            case "course":
                person.courses.setdefault((happening.ref, happening.at), True)
            case "retracted":
                person.courses[happening.ref, happening.at] = False
            case "activity":
                person.activities.setdefault(happening.ref, happening.at)

    def change_heads(self) -> None:
        self._heads_are_new = True

    def look(self, numbers: list[str], at: datetime) -> None:
        """Works out anew what is owed about these people, at the local moment `at`."""
        for number in numbers:
            now = {told.key: told for told in self._owed(number, at.date())}
            before = self.owed.get(number, {})
            for key in before.keys() - now.keys():
                self.waiting.pop(key, None)
                self.unsendable.discard(key)
            for key, told in now.items():
                if key in self.sent or key in self.waiting or key in self.unsendable:
                    continue
                if told.to is None:
                    self.unsendable.add(key)
                else:
                    self.waiting[key] = goes_at(at, told.soon)
            self.owed[number] = now

    def send(self, at: datetime) -> set[str]:
        """What goes out at the local moment `at`."""
        if not is_open(at):
            return set()
        going = {key for key, when in self.waiting.items() if when <= at}
        for key in going:
            del self.waiting[key]
            self.sent[key] = at
        return going

    def young(self, day: date) -> tuple[int, int]:
        """Population and achieved of `korolev.young` (VI, показатель 5) on a day of the year."""
        population = achieved = 0
        for number, teacher in self.town.teachers.items():
            if teacher.born is None or _after_years(teacher.born, 35) <= day:
                continue
            if not self._works(number, day):
                continue
            population += 1
            if teacher.teaching_since is not None:
                first = teacher.teaching_since
                last = min(day, _after_years(first, 3) - DAY)
                first = max(first, date(day.year, 1, 1))
                achieved += any(
                    s <= last and (u is None or first <= u) and first <= last
                    for s, u in self._supports(number)
                )
        return population, achieved

    def _supports(self, number: str) -> Iterator[tuple[date, date | None]]:
        yield from ((first, until) for who, first, until in self.town.supports if who == number)
        yield from ((f, u) for _, mentee, f, u in self.town.mentorships if mentee == number)

    def _works(self, number: str, day: date) -> bool:
        teacher = self.town.teachers.get(number)
        return teacher is None or teacher.until is None or day <= teacher.until

    # Who is to be told.

    def _instead(self, number: str, day: date) -> list[str]:
        """The person, or whoever stands in for them."""
        deputies = [
            d for d, of, first, last in self.town.deputies if of == number and first <= day <= last
        ]
        if deputies:
            return [one for deputy in deputies for one in self._instead(deputy, day)]
        return [number] if self._works(number, day) else []

    def _mentors(self, me: str, day: date) -> list[str]:
        found = [
            m
            for m, mentee, first, until in self.town.mentorships
            if mentee == me and first <= day and (until is None or day <= until)
        ]
        return sorted({t for m in found for t in self._instead(m, day) if t != me})

    def _methodists(self, me: str, day: date) -> list[str]:
        assigned = self.town.methodists.get(self.town.teachers[me].school)
        return self._instead(assigned, day) if assigned else []

    def _heads(self, me: str, day: date) -> dict[str, str]:
        found = {}
        for code in self.town.teachers[me].associations:
            head = self.town.heads.get(code)
            if self._heads_are_new and code in self.town.new_heads:
                head = self.town.new_heads[code]
            told = [one for one in self._instead(head, day) if one != me] if head else []
            if told:
                found[code] = told[0]
        return found

    # What they are told.

    def _owed(self, me: str, day: date) -> Iterator[Told]:
        if self._works(me, day):
            yield from self._deficits(me, day)
            for route in self.routes.get(me, ()):
                yield from self._route(me, route, day)

    def _deficits(self, me: str, day: date) -> Iterator[Told]:
        attempts = sorted(self.people[me].attempts.values(), key=lambda a: (a.at, a.serial))
        opened = set()
        for place in (0, 1):
            first = None
            for attempt in attempts:
                if attempt.marks[place] * 100 >= 50:
                    first = None
                elif first is None:
                    first = attempt
            if first is not None and _local(first.at) >= day - TOLD_FOR:
                opened.add(first.serial)
        for serial in opened:
            what = f"deficits_found:{me}:attempt:moodle:{attempt_id(me, serial)}"
            yield Told(f"{what}:teacher:{me}", me, True)
            for mentor in self._mentors(me, day):
                yield Told(f"{what}:mentor:{mentor}", mentor, True)
            for code, head in self._heads(me, day).items():
                yield Told(f"{what}:head:{code}:{head}", head, False)

    def _route(self, me: str, route: RouteRow, day: date) -> Iterator[Told]:
        code = f"{me}/{route.number}"
        completed = self._completed(me, route)
        if completed and route.approved and max(completed, route.approved) <= day:
            if completed >= day - TOLD_FOR:
                yield from self._news(me, f"route_completed:{code}:{completed}", day)
            return
        yield from self._moved(me, route, day)
        first = self._stalled_since(me, route, day)
        if first is not None:
            yield from self._stalled(
                me, f"route_stalled:{code}:{first}", self._clock(route, first, day), day
            )

    def _moved(self, me: str, route: RouteRow, day: date) -> Iterator[Told]:
        """Approved, and each step done, while it is neither completed nor cancelled."""
        if route.approved is None or route.approved > day:
            return
        if route.cancelled is not None and route.cancelled <= day:
            return
        code = f"{me}/{route.number}"
        if route.approved >= day - TOLD_FOR:
            yield from self._news(me, f"route_approved:{code}:{route.approved}", day)
        for order, done in self._done(me, route).items():
            if day - TOLD_FOR <= done <= day:
                yield from self._news(me, f"step_done:{code}:{order}:{done}", day)

    def _news(self, me: str, what: str, day: date) -> Iterator[Told]:
        yield Told(f"{what}:teacher:{me}", me, True)
        for mentor in self._mentors(me, day):
            yield Told(f"{what}:mentor:{mentor}", mentor, True)
        for methodist in self._methodists(me, day):
            yield Told(f"{what}:methodist:{methodist}", methodist, False)

    def _stalled(self, me: str, what: str, waited: int, day: date) -> Iterator[Told]:
        methodists = self._methodists(me, day)
        for methodist in methodists:
            yield Told(f"{what}:methodist:{methodist}", methodist, True)
        if not methodists:
            yield Told(f"{what}:methodist:nobody", None, True)
        for mentor in self._mentors(me, day):
            yield Told(f"{what}:mentor:{mentor}", mentor, True)
        heads = set(self._heads(me, day).values())
        if waited >= HEADS_AFTER:
            for head in heads:
                yield Told(f"{what}:head:{head}", head, True)
        if waited >= (SPECIALIST_AFTER if heads else HEADS_AFTER):
            for one in self._instead(SPECIALIST, day):
                yield Told(f"{what}:specialist:{one}", one, True)

    # Routes.

    def _done(self, me: str, route: RouteRow) -> dict[int, date]:
        """The days on which steps were done, by their order."""
        found = {}
        person = self.people[me]
        for step in route.steps:
            kind, _, ref = step.target.partition(":")
            days = []
            if kind == "course":
                days = [
                    _local(at) for (c, at), holds in person.courses.items() if holds and c == ref
                ]
            elif kind == "activity" and ref in person.activities:
                days = [_local(person.activities[ref])]
            elif kind == "quiz":
                days = [_local(a.at) for a in person.attempts.values() if sum(a.marks) * 50 >= 60]
            days = [day for day in days if day >= route.starts]
            if days:
                found[step.order] = min(days)
        return found

    def _completed(self, me: str, route: RouteRow) -> date | None:
        done = self._done(me, route)
        needed = [step.order for step in route.steps if step.required]
        if not needed or any(order not in done for order in needed):
            return None
        last = max(done[order] for order in needed)
        return None if route.cancelled and route.cancelled <= last else last

    def _clock(self, route: RouteRow, after: date, day: date) -> int:
        """W(after, day): working days outside pauses."""
        if day <= after:
            return 0
        days = self._counted.get((route.person, route.number))
        if days is None:
            days = self._counted[route.person, route.number] = _days_upto(route)
        return days[day] - days[after]

    def _stalled_since(self, me: str, route: RouteRow, day: date) -> date | None:
        """The first day of the episode the route is in on `day`."""
        done = self._done(me, route)
        completed = self._completed(me, route)
        first = None
        while self._is_stalled(route, done, completed, day):
            first = day
            day -= DAY
        return first

    def _is_stalled(
        self, route: RouteRow, done: dict[int, date], completed: date | None, day: date
    ) -> bool:
        if route.approved is None or max(route.approved, route.starts) > day:
            return False
        if completed is not None and completed <= day:
            return False
        if route.cancelled is not None and route.cancelled <= day:
            return False
        if any(first <= day and (until is None or day <= until) for first, until in route.pauses):
            return False
        moves = [route.starts, route.approved, *(d for d in done.values() if d <= day)]
        if self._clock(route, max(moves), day) >= IDLE:
            return True
        return any(
            self._clock(route, step.due, day) > GRACE
            for step in route.steps
            if step.required and step.due and not (step.order in done and done[step.order] <= day)
        )


def _days_upto(route: RouteRow) -> dict[date, int]:
    """How many days count for the route's clocks from the beginning up to each day."""
    found, count, day = {}, 0, _BEGINNING
    while day < _END:
        paused = any(f <= day and (u is None or day <= u) for f, u in route.pauses)
        count += is_working(day) and not paused
        found[day] = count
        day += DAY
    return found


def _local(at: datetime) -> date:
    return (at.astimezone(UTC).replace(tzinfo=None) + MOSCOW).date()


def _after_years(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)
