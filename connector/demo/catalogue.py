"""What the demonstration's courses and quizzes are: competencies, programmes, diagnostics."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from connector.demo.tables import Rows

WEBHOOKS, TRIGGER, XAPI = "moodle-webhooks", "moodle-trigger", "moodle-xapi"
CAPTURED = (WEBHOOKS, TRIGGER, XAPI)
"""Three senders on the one Moodle of the recordings."""

RECORDED_QUIZ = "DIAG-MATH-IN"
RECORDED_COURSE = "FRDPP-2023-0417"
RECORDED_FINAL = "FRDPP-2023-0417-FINAL"

GENERAL, MATH_QUIZ, LEADERS = "DIAG-PED-2026", "DIAG-MATH-2026", "DIAG-UPR-2026"

COMPETENCIES = (
    ("MAT-1", "Алгебра и начала анализа", "предметная"),
    ("MAT-2", "Геометрия", "предметная"),
    ("MAT-3", "Вероятность и статистика", "предметная"),
    ("MET-1", "Проектирование урока", "методическая"),
    ("MET-2", "Формирующее оценивание", "методическая"),
    ("PSY-1", "Помощь при трудностях в обучении", "психологическая"),
    ("COM-1", "Взаимодействие с родителями", "коммуникативная"),
    ("DIG-1", "Цифровые инструменты урока", "цифровая"),
    ("UPR-1", "Управление по результатам", "управленческая"),
    ("UPR-2", "Развитие школьной команды", "управленческая"),
)


@dataclass(frozen=True, slots=True)
class Course:
    """A programme. register_no None: not in the federal register."""

    number: int
    idnumber: str
    title: str
    competencies: tuple[str, ...]
    hours: int
    register_no: str | None
    audience: str = "педагоги"
    final: str | None = None


@dataclass(frozen=True, slots=True)
class Quiz:
    """A diagnostic: each question's greatest mark is 1 unless the recording says otherwise."""

    number: int
    idnumber: str
    title: str
    measured: tuple[str, ...]
    """The competency of each slot, from slot 1 on."""


RECORDED = (
    Course(
        3,
        RECORDED_COURSE,
        "Школа современного учителя математики: достижения российской науки",
        ("MAT-1", "MAT-2", "MAT-3"),
        60,
        "ФР-0417/23",
        final=f"quiz:{RECORDED_FINAL}>=60",
    ),
    Course(4, "FRDPP-2023-0588", "Цифровые инструменты (редакция 2)", ("DIG-1",), 36, "ФР-0588/23"),
)
TEAM_COURSE = "UPR-TEAM-2026"
OWN = (
    Course(
        21, "FRDPP-2025-0112", "Формирующее оценивание: от замысла к практике",
        ("MET-1", "MET-2"), 36, "ФР-0112/25",
    ),
    Course(
        22, "FRDPP-2025-0131", "Ученик с трудностями в обучении: помощь и диалог с семьёй",
        ("PSY-1", "COM-1"), 48, "ФР-0131/25",
    ),
    Course(
        23, "FRDPP-2025-0164", "Цифровая среда урока", ("DIG-1",), 24, "ФР-0164/25",
    ),
    Course(
        24, "FRDPP-2025-0170", "Вероятность и геометрия в основной школе",
        ("MAT-1", "MAT-2", "MAT-3"), 36, "ФР-0170/25",
    ),
    Course(
        25, TEAM_COURSE, "Школьная команда: управление по результатам",
        ("UPR-1", "UPR-2"), 72, "ФР-0203/25", audience="команды",
    ),
)  # fmt: skip
RECORDED_DIAGNOSTIC = Quiz(
    1,
    RECORDED_QUIZ,
    "Входная диагностика: учитель математики",
    ("MAT-1", "MAT-1", "MAT-2", "MET-1", "MAT-2", "MAT-3", "MAT-3", "MET-2"),
)
QUIZZES = (
    Quiz(
        11,
        GENERAL,
        "Диагностика профессиональных дефицитов педагога",
        ("MET-1", "MET-1", "MET-2", "MET-2", "PSY-1", "PSY-1", "COM-1", "COM-1", "DIG-1", "DIG-1"),
    ),
    Quiz(
        12,
        MATH_QUIZ,
        "Предметная диагностика: математика",
        ("MAT-1", "MAT-1", "MAT-2", "MAT-2", "MAT-3", "MAT-3", "MET-1", "MET-1"),
    ),
    Quiz(
        13,
        LEADERS,
        "Диагностика управленческих компетенций",
        ("UPR-1", "UPR-1", "UPR-1", "UPR-2", "UPR-2", "UPR-2", "DIG-1", "DIG-1"),
    ),
)


def quiz_called(idnumber: str) -> Quiz:
    return next(quiz for quiz in QUIZZES if quiz.idnumber == idnumber)


def course_called(idnumber: str) -> Course:
    return next(course for course in OWN if course.idnumber == idnumber)


def course_for(competency: str) -> Course:
    """The municipality's own programme that covers a competency."""
    return next(course for course in OWN if competency in course.competencies)


def sheets(source: str, with_recorded: bool) -> dict[str, Rows]:
    """Catalogue sheets of a municipality whose Moodle is `source`."""
    diagnostics = [(source, quiz) for quiz in QUIZZES]
    programmes = [(source, course) for course in OWN]
    if with_recorded:
        diagnostics += [(sender, RECORDED_DIAGNOSTIC) for sender in CAPTURED]
        programmes += [(sender, course) for sender in CAPTURED for course in RECORDED]
    return {
        "competencies": [
            {"code": code, "title": title, "area": area} for code, title, area in COMPETENCIES
        ],
        "programmes": [_programme(code, course) for code, course in programmes],
        "diagnostics": [
            {"source": code, "quiz": quiz.idnumber, "title": quiz.title, "policy": "последняя"}
            for code, quiz in diagnostics
        ],
        "questions": [row for code, quiz in diagnostics for row in _questions(code, quiz)],
    }


def _programme(source: str, course: Course) -> dict[str, object]:
    return {
        "source": source,
        "course": course.idnumber,
        "title": course.title,
        "register_no": course.register_no,
        "register_from": date(2023, 1, 1),
        "register_until": date(2027, 12, 31),
        "hours": course.hours,
        "audience": course.audience,
        "competencies": ";".join(course.competencies),
        "final": course.final,
    }


def _questions(source: str, quiz: Quiz) -> Iterator[dict[str, object]]:
    for slot, competency in enumerate(quiz.measured, start=1):
        yield {"source": source, "quiz": quiz.idnumber, "slot": slot, "competency": competency}
