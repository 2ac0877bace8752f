"""A year of learning: who sat which diagnosis when, what followed, and where it got stuck."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from connector.demo.catalogue import (
    GENERAL,
    LEADERS,
    MATH_QUIZ,
    RECORDED_COURSE,
    RECORDED_QUIZ,
    TEAM_COURSE,
    course_for,
    quiz_called,
)
from connector.demo.places import MATH
from connector.demo.staff import Person, Staff

RECORDED_DAY = date(2026, 11, 22)
"""The Sunday on which the recordings were made."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """One finished attempt: marks of 0..1, slot by slot."""

    person: Person
    quiz: str
    finished_at: datetime
    marks: tuple[float, ...]

    @property
    def weak(self) -> list[str]:
        """Competencies below half of their marks."""
        by_code: dict[str, list[float]] = {}
        for code, mark in zip(quiz_called(self.quiz).measured, self.marks, strict=True):
            by_code.setdefault(code, []).append(mark)
        return [code for code, marks in by_code.items() if sum(marks) < 0.5 * len(marks)]


@dataclass(frozen=True, slots=True)
class Completion:
    person: Person
    course: str
    completed_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    target: str
    due_on: date | None = None
    required: bool = True


@dataclass(frozen=True, slots=True)
class Route:
    """approved False: a draft. paused_from: the first day of an open pause."""

    person: Person
    based_on: str
    starts_on: date
    steps: tuple[Step, ...]
    approved: bool = True
    paused_from: date | None = None


@dataclass(slots=True)
class Learning:
    sittings: list[Sitting] = field(default_factory=list)
    completions: list[Completion] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plot:
    """How many routes of which fate a place has. diagnosed: a share of its teachers, 0..1."""

    diagnosed: float
    completed: int
    moving: int
    stalled_since: tuple[date, ...]
    drafts: int
    teams: int


KOROLEV_PLOT = Plot(
    diagnosed=0.78,
    completed=24,
    moving=12,
    # From "the methodist heard of it on Friday" to "nothing has moved since the summer".
    stalled_since=tuple(date(2026, m, d) for m, d in ((10, 15), (10, 12), (10, 6), (9, 7), (6, 1))),
    drafts=4,
    teams=3,
)
KUZNETSK_PLOT = Plot(
    diagnosed=0.66,
    completed=15,
    moving=10,
    stalled_since=(date(2026, 10, 15), date(2026, 10, 1), date(2026, 9, 1)),
    drafts=3,
    teams=2,
)


def year_of(staff: Staff, plot: Plot, chance: Random) -> Learning:
    """The native side of the story, the same for the same chance."""
    learning = Learning()
    teachers = [p for p in staff.teachers if not p.number.startswith("ST-")]
    sat = chance.sample(teachers, round(len(teachers) * plot.diagnosed))
    sat.sort(key=lambda person: person.number)
    spring = {p.number: _sitting(p, _day(chance, date(2026, 3, 2), 70), chance) for p in sat}
    learning.sittings += spring.values()
    learning.sittings += _last_year(teachers, chance)
    learning.sittings += _leaders(staff, chance)
    learning.completions += _teams(staff, plot, chance)
    _tell_routes(learning, staff, plot, [p for p in sat if spring[p.number].weak], spring, chance)
    unseen = [p for p in teachers if p.number not in spring][:6]
    # Fresh results: their deficits are news on Monday.
    learning.sittings += [_sitting(p, _day(chance, date(2026, 11, 9), 9), chance) for p in unseen]
    return learning


NEWCOMER = "1999"
"""Sat a diagnosis before anybody put them into the tables: their delivery waits for that."""


def recorded_prologue(staff: Staff) -> Learning:
    """What the two learners of the recordings bring along, a diagnosis and a fresh route; and a
    newcomer whom the tables do not know."""
    first, second = [p for p in staff.people if p.number.startswith("ST-")]
    october = datetime(2026, 10, 15, 9, 30, tzinfo=UTC)
    # 3 of 8: algebra and geometry below base, and the whole too.
    weak = Sitting(second, MATH_QUIZ, october, (0, 0, 0.5, 0, 0.5, 0.5, 1, 0.5))
    steps = (Step(f"course:{RECORDED_COURSE}"), Step("manual", date(2026, 12, 20), required=False))
    unknown = replace(second, number=NEWCOMER, email="novichok@korolev.example")
    early = Sitting(unknown, MATH_QUIZ, datetime(2026, 11, 20, 11, tzinfo=UTC), (1,) * 8)
    return Learning([weak, early], [], [Route(first, RECORDED_QUIZ, RECORDED_DAY, steps)])


def _tell_routes(
    learning: Learning,
    staff: Staff,
    plot: Plot,
    people: list[Person],
    spring: dict[str, Sitting],
    chance: Random,
) -> None:
    line = iter(chance.sample(people, len(people)))
    for _ in range(plot.completed):
        _completed(learning, spring[next(line).number], chance)
    for _ in range(plot.moving):
        sitting = spring[next(line).number]
        start = _date(chance, date(2026, 9, 14), 20)
        route = _route(sitting, start, date(2026, 12, 20))
        learning.routes.append(route)
        _complete(learning, route, _day(chance, date(2026, 11, 5), 13))
    for start in plot.stalled_since:
        learning.routes.append(_route(spring[next(line).number], start, date(2026, 12, 20)))
    for _ in range(plot.drafts):
        sitting = spring[next(line).number]
        learning.routes.append(_route(sitting, date(2026, 12, 1), date(2027, 3, 1), approved=False))
    learning.routes.append(
        _route(spring[next(line).number], date(2026, 9, 14), None, paused_from=date(2026, 10, 1))
    )


def _completed(learning: Learning, sitting: Sitting, chance: Random) -> None:
    """A programme in the autumn, then the same diagnosis once more, better."""
    route = _route(sitting, _date(chance, date(2026, 6, 1), 30), date(2026, 11, 20))
    learning.routes.append(route)
    trained = _day(chance, date(2026, 9, 7), 40)
    _complete(learning, route, trained)
    better = tuple(max(mark, round(chance.uniform(0.65, 1), 2)) for mark in sitting.marks)
    again = trained + timedelta(days=chance.randint(3, 20), hours=1)
    learning.sittings.append(Sitting(sitting.person, sitting.quiz, again, better))


def _route(
    sitting: Sitting,
    starts_on: date,
    due_on: date | None,
    approved: bool = True,
    paused_from: date | None = None,
) -> Route:
    course = course_for(sitting.weak[0])
    steps = (Step(f"course:{course.idnumber}"), Step(f"quiz:{sitting.quiz}>=60", due_on))
    return Route(sitting.person, sitting.quiz, starts_on, steps, approved, paused_from)


def _complete(learning: Learning, route: Route, at: datetime) -> None:
    course = route.steps[0].target.removeprefix("course:")
    learning.completions.append(Completion(route.person, course, at))


def _sitting(person: Person, at: datetime, chance: Random) -> Sitting:
    quiz = MATH_QUIZ if person.circle == MATH else GENERAL
    return Sitting(person, quiz, at, _marks(quiz, chance))


def _marks(quiz: str, chance: Random) -> tuple[float, ...]:
    ability = chance.choice((0.45, 0.6, 0.7, 0.78, 0.85))
    return tuple(
        round(min(1.0, max(0.0, chance.gauss(ability, 0.28))), 1)
        for _ in quiz_called(quiz).measured
    )


def _last_year(teachers: list[Person], chance: Random) -> Iterator[Sitting]:
    """Something for this year to be compared with."""
    day = date(2025, 10, 6)
    there = [person for person in teachers if person.employed_from < day]
    for person in chance.sample(there, len(there) * 2 // 5):
        yield _sitting(person, _day(chance, day, 40), chance)


def _leaders(staff: Staff, chance: Random) -> Iterator[Sitting]:
    for leaders in staff.leaders.values():
        for person in leaders[:2]:
            yield Sitting(
                person, LEADERS, _day(chance, date(2026, 4, 6), 30), _marks(LEADERS, chance)
            )


def _teams(staff: Staff, plot: Plot, chance: Random) -> Iterator[Completion]:
    for leaders in list(staff.leaders.values())[: plot.teams]:
        for person in leaders[:2]:
            yield Completion(person, TEAM_COURSE, _day(chance, date(2026, 10, 1), 25))


def _date(chance: Random, first: date, days: int) -> date:
    return first + timedelta(days=chance.randrange(days))


def _day(chance: Random, first: date, days: int) -> datetime:
    """A moment of a school day (Moscow time 9 to 18)."""
    day = _date(chance, first, days)
    return datetime(
        day.year, day.month, day.day, chance.randint(6, 14), chance.randrange(60), tzinfo=UTC
    )
