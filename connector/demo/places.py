"""Where the demonstration plays: two real municipalities with invented schools."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class School:
    code: str
    name: str
    kind: str
    size: int
    mentoring_since: date | None = None
    internship_since: date | None = None


@dataclass(frozen=True, slots=True)
class Circle:
    """A municipal association and the subjects whose teachers it gathers."""

    code: str
    name: str
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """first_number: where its personnel numbers begin. source: its Moodle with our own plugin."""

    code: str
    title: str
    source: str
    domain: str
    first_number: int
    schools: tuple[School, ...]
    circles: tuple[Circle, ...]
    service: School
    """Where methodists and the specialist work."""


MATH, RUSSIAN, PRIMARY, SCIENCE, PRESCHOOL = "MATH", "RUS", "PRIM", "SCI", "DOU"

_CIRCLES = (
    Circle(MATH, "ММО учителей математики и информатики", ("математика", "информатика")),
    Circle(RUSSIAN, "ММО учителей русского языка и литературы", ("русский язык", "литература")),
    Circle(PRIMARY, "ММО учителей начальных классов", ("начальные классы",)),
    Circle(SCIENCE, "ММО учителей естественных наук", ("физика", "химия", "биология")),
    Circle(PRESCHOOL, "ММО педагогов дошкольного образования", ("дошкольное образование",)),
)

KOROLEV = Place(
    code="korolev",
    title="Королёв",
    source="korolev-lms",
    domain="korolev.example",
    first_number=1001,
    schools=(
        School("G1", "Гимназия № 101", "school", 34, date(2022, 9, 1), date(2024, 9, 1)),
        School("L2", "Лицей № 102", "school", 32, date(2022, 9, 1)),
        School("S3", "Школа № 103", "school", 32, date(2023, 9, 1)),
        School("S4", "Школа № 104", "school", 28),
        School("D5", "Детский сад № 105 «Ласточка»", "kindergarten", 24),
    ),
    circles=_CIRCLES,
    service=School("UMC", "Учебно-методический центр", "other", 5),
)

KUZNETSK = Place(
    code="kuznetsk",
    title="Кузнецк",
    source="kuznetsk-lms",
    domain="kuznetsk.example",
    first_number=5001,
    schools=(
        School("S1", "Школа № 201", "school", 34, date(2023, 9, 1)),
        School("S2", "Школа № 202", "school", 32),
        School("G3", "Гимназия № 203", "school", 32, date(2022, 9, 1)),
        School("S4", "Школа № 204", "school", 24),
        School("D5", "Детский сад № 205 «Сказка»", "kindergarten", 18),
    ),
    circles=_CIRCLES,
    service=School("CMS", "Центр методического сопровождения", "other", 5),
)
