"""What happens in Moodle over the year: attempts, completions, and what is taken back again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from tests.year.year_town import COURSES, FIRST, LAST, Step, YearTown

NOON, NIGHT = time(8, 50), time(18, 20)
"""UTC: shortly before noon and late in the evening in Королёв."""


@dataclass(frozen=True)
class Happening:
    """kind: attempt, course, activity, or the retraction of a course. told: the day on which the
    sender's event comes, as a rule the day itself. marks: of both questions, 0..1."""

    kind: str
    person: str
    ref: str
    at: datetime
    told: date
    moment: time
    serial: int = 0
    marks: tuple[float, float] = (0, 0)
    version: int = 1


def happenings(town: YearTown, seed: int) -> list[Happening]:
    """In the order of telling."""
    chance = Random(seed)
    found = [*_attempts(chance, town), *_steps(chance, town)]
    return sorted(found, key=lambda h: (h.told, h.moment, h.person, h.kind, h.serial, h.version))


def _attempts(chance: Random, town: YearTown) -> Iterator[Happening]:
    for number in town.teachers:
        for serial in range(1, chance.choice((0, 1, 1, 2, 3)) + 1):
            day = _between(chance, FIRST + timedelta(days=9), LAST - timedelta(days=8))
            yield from _attempt(chance, number, serial, day)
    # Their serial numbers begin where nobody's own attempts reach.
    for place, route in enumerate(town.routes, 100):
        for step in route.steps:
            if step.target.startswith("quiz:") and chance.random() < 0.6:
                day = route.starts + timedelta(days=chance.randint(-20, 150))
                if FIRST < day < LAST - timedelta(days=8):
                    yield from _attempt(chance, route.person, place, day)


def _attempt(chance: Random, number: str, serial: int, day: date) -> Iterator[Happening]:
    moment = chance.choice((NOON, NOON, NIGHT))
    marks = (chance.randrange(0, 101, 5) / 100, chance.randrange(0, 101, 5) / 100)
    at = _instant(day, moment, serial)
    told = day + timedelta(days=chance.choice((0, 0, 0, 0, 0, 3)))
    yield Happening("attempt", number, "DIAG", at, told, moment, serial, marks)
    if chance.random() < 0.1:
        better = (min(1.0, marks[0] + 0.3), marks[1])
        regraded = told + timedelta(days=chance.randint(1, 4))
        yield Happening("attempt", number, "DIAG", at, regraded, NOON, serial, better, 2)


def _steps(chance: Random, town: YearTown) -> Iterator[Happening]:
    done: set[tuple[str, str]] = set()
    for route in town.routes:
        day = route.starts
        for step in route.steps:
            kind, _, ref = step.target.partition(":")
            if kind == "quiz" or (route.person, step.target) in done or chance.random() < 0.25:
                continue
            done.add((route.person, step.target))
            day += timedelta(days=chance.choice((3, 10, 25, 45, 80)))
            if FIRST < day < LAST - timedelta(days=40):
                yield from _step(chance, route.person, kind, ref, day, step)
    for number in town.teachers:
        course = chance.choice([*COURSES])
        if chance.random() < 0.1 and (number, f"course:{course}") not in done:
            done.add((number, f"course:{course}"))
            day = _between(chance, FIRST + timedelta(days=9), LAST - timedelta(days=40))
            yield from _step(chance, number, "course", course, day, None)


def _step(
    chance: Random, person: str, kind: str, ref: str, day: date, step: Step | None
) -> Iterator[Happening]:
    moment = chance.choice((NOON, NOON, NIGHT))
    at = _instant(day, moment, step.order if step else 9)
    told = day + timedelta(days=chance.choice((0, 0, 0, 0, 2)))
    yield Happening(kind, person, ref, at, told, moment)
    if kind == "course" and chance.random() < 0.06:
        back = told + timedelta(days=chance.randint(1, 30))
        yield Happening("retracted", person, ref, at, back, NOON, version=2)


def _between(chance: Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randrange((last - first).days + 1))


def _instant(day: date, moment: time, second: int) -> datetime:
    """A little before its telling; nobody has two of them in one second."""
    return datetime.combine(day, moment, UTC) - timedelta(minutes=9, seconds=second % 60)


def event(happening: Happening, place: int) -> dict[str, Any]:
    """As our own plugin tells it; `place` numbers events."""
    h = happening
    told = datetime.combine(h.told, h.moment, UTC) - timedelta(minutes=1)
    common = {
        "id": f"y{place}",
        "seq": place,
        "version": 1,
        "occurred_at": _text(told),
        "user": {"id": h.person, "idnumber": h.person, "email": f"t{h.person}@example.org"},
    }
    if h.kind == "attempt":
        course = {"id": "5", "idnumber": "DIAGS", "shortname": "d", "fullname": "Диагностики"}
        quiz = {"id": "7", "cmid": "70", "idnumber": "DIAG", "name": "Диагностика"}
        questions = [
            {"slot": slot, "mark": mark, "max_mark": 1, "category": None, "tags": []}
            for slot, mark in enumerate(h.marks, 1)
        ]
        attempt = {
            "id": attempt_id(h.person, h.serial),
            "number": h.serial,
            "state": "finished",
            "started_at": _text(h.at - timedelta(minutes=20)),
            "finished_at": _text(h.at),
            "grade": 50 * sum(h.marks),
            "max_grade": 100,
            "provisional": False,
            "questions": questions,
        }
        return {
            **common,
            "type": "quiz.attempt_graded",
            "course": course,
            "quiz": quiz,
            "attempt": attempt,
        }
    if h.kind == "activity":
        course = {"id": "6", "idnumber": "UNITS", "shortname": "u", "fullname": "Задания"}
        module = {"cmid": str(80 + int(h.ref[-1])), "idnumber": h.ref, "name": h.ref, "state": 1}
        return {
            **common,
            "type": "activity.completed",
            "course": course,
            "activity": {**module, "modified_at": _text(h.at)},
        }
    place_of = 20 + int(h.ref[-1])
    course = {"id": str(place_of), "idnumber": h.ref, "shortname": h.ref, "fullname": h.ref}
    kind = "completed" if h.kind == "course" else "completion_retracted"
    completed = {"completed_at": _text(h.at)}
    return {**common, "type": f"course.{kind}", "course": course, **completed}


def attempt_id(person: str, serial: int) -> str:
    return f"{person}{serial:05d}"


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
