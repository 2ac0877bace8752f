"""The people of a place: schools filled with leaders and teachers, and the methodical service."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from connector.demo.names import Name, Names
from connector.demo.places import MATH, Place, School

RECORDED_PEOPLE = (
    ("ST-000001", Name("Петров", "Игорь", "Алексеевич")),
    ("ST-000002", Name("Смирнов", "Роман", "Сергеевич")),
)
"""The learners of the recordings; Moodle knows them by these idnumbers."""

TEACHER, LEADER = "педагог", "руководитель"


@dataclass(slots=True)
class Person:
    number: str
    name: Name
    email: str
    role: str
    position: str
    school: str
    employed_from: date
    birth_date: date
    teaching_since: date
    subject: str | None = None
    circle: str | None = None
    regional_since: date | None = None
    regional_methodist: str | None = None

    @property
    def is_teacher_at_school(self) -> bool:
        return self.role == TEACHER and self.circle is not None

    def is_young(self, day: date) -> bool:
        """Under 35 and in the first three years of work."""
        return self.birth_date.year > day.year - 35 and self.teaching_since.year >= day.year - 2


@dataclass(slots=True)
class Staff:
    place: Place
    people: list[Person] = field(default_factory=list)
    methodists: list[Person] = field(default_factory=list)
    specialist: Person | None = None
    leaders: dict[str, list[Person]] = field(default_factory=dict)
    """By school: the director and the deputies."""
    heads: dict[str, Person] = field(default_factory=dict)
    """By association."""

    @property
    def teachers(self) -> list[Person]:
        return [person for person in self.people if person.is_teacher_at_school]

    def methodist_of(self, school: str) -> Person:
        schools = [s.code for s in self.place.schools]
        return self.methodists[schools.index(school) % len(self.methodists)]


def staff_of(place: Place, chance: Random, with_recorded: bool) -> Staff:
    """Everybody who works there; with_recorded: the two learners of the recordings as well."""
    maker = _Maker(place, chance)
    staff = Staff(place)
    for role in ("методист", "методист", "методист", "специалист управления образования"):
        person = maker.person(place.service, LEADER if "специалист" in role else TEACHER, role)
        staff.people.append(person)
        if role == "методист":
            staff.methodists.append(person)
        else:
            staff.specialist = person
    staff.people.append(maker.person(place.service, LEADER, "директор центра"))
    for school in place.schools:
        staff.leaders[school.code] = [
            maker.person(school, LEADER, position) for position in _leaders(school)
        ]
        staff.people += staff.leaders[school.code]
        staff.people += maker.teachers(school, school.size - len(staff.leaders[school.code]))
    if with_recorded:
        staff.people += list(maker.recorded())
    for circle in place.circles:
        members = [p for p in staff.teachers if p.circle == circle.code]
        staff.heads[circle.code] = min(members, key=lambda p: p.teaching_since)
    _appoint_regional_methodists(staff)
    return staff


def _leaders(school: School) -> tuple[str, ...]:
    if school.kind == "kindergarten":
        return ("заведующий", "старший воспитатель")
    return ("директор", "заместитель директора по УВР", "заместитель директора по МР")


def _appoint_regional_methodists(staff: Staff) -> None:
    """In each association the second of the most experienced; others are assigned to them."""
    for circle in staff.place.circles:
        members = sorted(
            (p for p in staff.teachers if p.circle == circle.code), key=lambda p: p.teaching_since
        )
        if len(members) < 6 or staff.place.code == "korolev":
            continue
        members[1].regional_since = date(2025, 9, 1)
        for person in members[2:9]:
            person.regional_methodist = members[1].number


class _Maker:
    def __init__(self, place: Place, chance: Random) -> None:
        self._place = place
        self._chance = chance
        self._names = Names(chance)
        self._next = place.first_number

    def person(
        self, school: School, role: str, position: str, subject: str | None = None
    ) -> Person:
        name = self._names.next()
        number = str(self._next)
        self._next += 1
        age = self._chance.randint(23, 64) if role == TEACHER else self._chance.randint(36, 62)
        born = date(2026 - age, 1, 1) + timedelta(days=self._chance.randrange(364))
        taught = min(self._chance.randint(1, 40), age - 22)
        if age < 35 and self._chance.random() < 0.8:
            taught = self._chance.randint(1, 2) if age > 23 else 1
        since = date(2026 - taught, 9, 1)
        return Person(
            number=number,
            name=name,
            email=f"{name.latin}.{number}@{self._place.domain}",
            role=role,
            position=position,
            school=school.code,
            employed_from=max(since, date(2026 - self._chance.randint(1, 12), 9, 1)),
            birth_date=born,
            teaching_since=since,
            subject=subject,
            circle=self._circle(subject),
        )

    def teachers(self, school: School, count: int) -> Iterator[Person]:
        subjects = self._subjects(school)
        for index in range(count):
            subject = subjects[index % len(subjects)]
            position = "воспитатель" if school.kind == "kindergarten" else "учитель"
            yield self.person(school, TEACHER, position, subject)

    def recorded(self) -> Iterator[Person]:
        for place, (number, name) in enumerate(RECORDED_PEOPLE, start=1):
            person = self.person(self._place.schools[0], TEACHER, "учитель", "математика")
            person.number, person.name = number, name
            person.email = f"st{place}@school.moodle.example"
            person.circle = MATH
            person.birth_date, person.teaching_since = date(1984, 5, 12), date(2008, 9, 1)
            person.employed_from = date(2015, 9, 1)
            yield person

    def _subjects(self, school: School) -> list[str]:
        preschool = "дошкольное образование"
        if school.kind == "kindergarten":
            return [preschool]
        return [s for c in self._place.circles for s in c.subjects if s != preschool]

    def _circle(self, subject: str | None) -> str | None:
        return next((c.code for c in self._place.circles if subject in c.subjects), None)
