"""A municipality made up for the year: who works where, whose routes run when, who comes and goes.
All of it is chance with a seed, so that a size and a seed always give the same year."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

YEAR = 2026
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)
HOLIDAYS = ((date(YEAR, 3, 21), date(YEAR, 3, 29)), (date(YEAR, 10, 24), date(YEAR, 11, 1)))
"""School holidays, as the municipality's sheet of closed days has them."""

COURSES = {"KPK1": ("C1",), "KPK2": ("C2",), "KPK3": ("C1", "C2"), "KPK4": (), "KPK5": ()}
"""Programmes and the competencies they cover."""
SPECIALIST = "9001"
STAFF_SHEETS = (date(YEAR, 4, 13), date(YEAR, 9, 1), date(YEAR, 11, 16))
"""The days on which the staff sheet of that day is imported."""
SECOND_QUARTER = (date(YEAR, 5, 25), date(YEAR, 6, 12))


@dataclass(frozen=True)
class Teacher:
    number: str
    school: str
    associations: tuple[str, ...]
    born: date | None
    teaching_since: date | None
    since: date = date(2020, 1, 1)
    until: date | None = None


@dataclass(frozen=True)
class Step:
    order: int
    target: str
    due: date | None
    required: bool = True


@dataclass(frozen=True)
class RouteRow:
    person: str
    number: str
    starts: date
    approved: date | None
    steps: tuple[Step, ...]
    pauses: tuple[tuple[date, date | None], ...] = ()
    cancelled: date | None = None


@dataclass(frozen=True)
class StaffChange:
    """What the staff sheet of a day says of somebody: another school and associations; nothing any
    more; or that they are back."""

    on: date
    number: str
    kind: str
    school: str = ""
    associations: tuple[str, ...] = ()


@dataclass
class YearTown:
    """The municipality as it is now. heads: by association; methodists: by school, nobody for the
    last one. unlisted: whom the staff sheet no longer has."""

    teachers: dict[str, Teacher] = field(default_factory=dict)
    methodists: dict[str, str] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    new_heads: dict[str, str] = field(default_factory=dict)
    mentorships: list[tuple[str, str, date, date | None]] = field(default_factory=list)
    supports: list[tuple[str, date, date | None]] = field(default_factory=list)
    deputies: list[tuple[str, str, date, date]] = field(default_factory=list)
    late_deputies: list[tuple[str, str, date, date]] = field(default_factory=list)
    routes: list[RouteRow] = field(default_factory=list)
    changes: list[StaffChange] = field(default_factory=list)
    mail: dict[str, str] = field(default_factory=dict)
    unlisted: set[str] = field(default_factory=set)
    new_heads_on: date = date(YEAR, 9, 1)
    late_deputies_on: date = date(YEAR, 5, 13)

    @property
    def schools(self) -> list[str]:
        return sorted({teacher.school for teacher in self.teachers.values()})

    @property
    def managers(self) -> list[str]:
        return [*sorted(set(self.methodists.values())), SPECIALIST]

    def change(self, change: StaffChange) -> None:
        """As the staff sheet of its day has it."""
        held = self.teachers[change.number]
        match change.kind:
            case "moves":
                now = replace(held, school=change.school, associations=change.associations)
            case "leaves":
                now = replace(held, until=change.on - timedelta(days=1))
                self.unlisted.add(change.number)
            case _:
                now = replace(held, since=change.on, until=None)
                self.unlisted.discard(change.number)
        self.teachers[change.number] = now


def make_town(size: int, seed: int) -> YearTown:
    """size: teachers. About half of them have a route, one in eight has two."""
    chance = Random(seed)
    town = YearTown()
    schools = [f"S{n}" for n in range(1, max(3, size // 60) + 1)]
    associations = [f"M{n}" for n in range(1, max(3, size // 40) + 1)]
    for place, school in enumerate(schools[:-1]):
        town.methodists[school] = f"90{10 + place % 3}"
    for n in range(size):
        teacher = _teacher(chance, str(1001 + n), schools, associations)
        town.teachers[teacher.number] = teacher
    numbers = sorted(town.teachers)
    stayers = [number for number in numbers if town.teachers[number].until is None]
    for association in associations[:-1]:
        town.heads[association] = chance.choice(stayers)
    for association in associations[:2]:
        town.new_heads[association] = chance.choice(stayers)
    for number in numbers:
        if chance.random() < 0.2:
            mentor = chance.choice(numbers)
            first = _day(chance, date(YEAR - 1, 9, 1), date(YEAR, 10, 1))
            until = first + timedelta(days=chance.randint(20, 300))
            if mentor != number:
                town.mentorships.append((mentor, number, first, chance.choice((None, until))))
        if chance.random() < 0.15:
            first = _day(chance, date(YEAR - 1, 6, 1), LAST)
            until = first + timedelta(days=chance.randint(5, 200))
            town.supports.append((number, first, chance.choice((None, until))))
    covered = town.heads[associations[0]]
    other = chance.choice([number for number in stayers if number != covered])
    first = town.methodists[schools[0]]
    town.deputies = [
        (other, covered, date(YEAR, 3, 1), date(YEAR, 3, 31)),
        (SPECIALIST, first, date(YEAR, 7, 1), date(YEAR, 7, 28)),
    ]
    mentor = town.mentorships[0][0]
    town.late_deputies = [
        # The deputy of a deputy; of a mentor; and two at once.
        (town.methodists[schools[1]], first, date(YEAR, 5, 18), date(YEAR, 6, 26)),
        (first, town.methodists[schools[1]], date(YEAR, 11, 9), date(YEAR, 11, 27)),
        (SPECIALIST, first, date(YEAR, 11, 16), date(YEAR, 11, 20)),
        (chance.choice([n for n in stayers if n != mentor]), mentor, town.late_deputies_on, LAST),
        *((one, town.heads[associations[1]], *SECOND_QUARTER) for one in _two(chance, stayers)),
    ]
    town.routes = list(_routes(chance, numbers))
    town.mail = {number: f"t{number}@example.org" for number in numbers}
    town.mail |= {number: f"m{number}@example.org" for number in town.managers}
    town.changes = list(_changes(chance, town, stayers, schools, associations))
    return town


def _two(chance: Random, stayers: list[str]) -> list[str]:
    return sorted(chance.sample(stayers, 2))


def _changes(
    chance: Random, town: YearTown, stayers: list[str], schools: list[str], associations: list[str]
) -> Iterator[StaffChange]:
    """Some move; some leave, among them a head and a mentor; half of those come back."""
    for number in stayers:
        if chance.random() < 0.06:
            member = tuple(sorted(chance.sample(associations, chance.choice((0, 1, 1, 2)))))
            on = chance.choice(STAFF_SHEETS)
            yield StaffChange(on, number, "moves", chance.choice(schools), member)
    leaving = {n for n in stayers if chance.random() < 0.02}
    leaving |= {town.heads[associations[1]], town.mentorships[-1][0]} & {*stayers}
    for number in sorted(leaving):
        spring, autumn, winter = STAFF_SHEETS
        left = chance.choice((spring, autumn))
        yield StaffChange(left, number, "leaves")
        if chance.random() < 0.5:
            yield StaffChange(autumn if left == spring else winter, number, "returns")


def _teacher(chance: Random, number: str, schools: list[str], associations: list[str]) -> Teacher:
    member = chance.sample(associations, chance.choice((0, 1, 1, 1, 1, 1, 2)))
    born = _day(chance, date(1960, 1, 1), date(2003, 12, 31))
    if chance.random() < 0.4:
        born = _day(chance, date(1990, 12, 1), date(1993, 2, 1))
    since = _day(chance, date(max(born.year + 21, 1985), 1, 1), date(YEAR, 9, 1))
    if chance.random() < 0.4:
        since = _day(chance, date(YEAR - 4, 6, 1), date(YEAR, 9, 1))
    until = _day(chance, date(YEAR, 2, 1), LAST) if chance.random() < 0.04 else None
    return Teacher(
        number,
        chance.choice(schools),
        tuple(sorted(member)),
        born if chance.random() < 0.97 else None,
        since if chance.random() < 0.97 else None,
        until=until,
    )


def _routes(chance: Random, numbers: Iterable[str]) -> Iterator[RouteRow]:
    for number in numbers:
        for serial in range(1, chance.choice((0, 0, 0, 0, 1, 1, 1, 2)) + 1):
            yield _route(chance, number, str(serial))


def _route(chance: Random, number: str, serial: str) -> RouteRow:
    starts = _day(chance, date(YEAR - 1, 11, 1), date(YEAR, 11, 1))
    approved: date | None = starts + timedelta(days=chance.choice((-9, -1, 0, 0, 0, 4)))
    if chance.random() < 0.06:
        approved = None
    kinds = [*(f"course:{code}" for code in COURSES), "activity:UNIT1", "activity:UNIT2"]
    targets = chance.sample([*kinds, "quiz:DIAG>=60"], chance.choice((1, 2, 2, 3, 4)))
    steps = tuple(
        Step(
            order,
            target,
            starts + timedelta(days=chance.randint(20, 160)) if chance.random() < 0.5 else None,
            order == 1 or chance.random() < 0.85,
        )
        for order, target in enumerate(targets, 1)
    )
    pauses: tuple[tuple[date, date | None], ...] = ()
    if chance.random() < 0.2:
        first = starts + timedelta(days=chance.randint(0, 100))
        last = first + timedelta(days=chance.randint(0, 70))
        pauses = ((first, last if chance.random() < 0.9 else None),)
    cancelled = starts + timedelta(days=chance.randint(5, 200)) if chance.random() < 0.05 else None
    return RouteRow(number, serial, starts, approved, steps, pauses, cancelled)


def _day(chance: Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randrange((last - first).days + 1))
