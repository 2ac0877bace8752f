"""Sheets that say what Moodle's courses and quizzes mean (contract 3)."""

from collections.abc import Iterator
from typing import Any

from connector.domain.catalogue import TargetKind
from connector.spreadsheets.columns import (
    Column,
    Refers,
    Sheet,
    choice,
    code,
    day,
    listing,
    name,
    target,
    text,
    whole,
)
from connector.spreadsheets.fields import Code, Text

AREAS = {
    "subject": ("предметная", "предметные"),
    "methodical": ("методическая", "методические"),
    "psychological": ("психологическая", "психолого-педагогическая", "психологические"),
    "communicative": ("коммуникативная", "коммуникативные"),
    "digital": ("цифровая", "цифровые", "икт"),
    "managerial": ("управленческая", "управленческие"),
}
AUDIENCES = {
    "staff": ("педагоги", "работники", "сотрудники", "для педагогов"),
    "teams": ("команды", "управленческие команды", "для команд"),
}
POLICIES = {
    "last": ("последняя", "последняя попытка"),
    "best": ("лучшая", "лучшая попытка"),
    "first": ("первая", "первая попытка"),
}

SOURCE = ("Источник", "Код источника", "Moodle", "Площадка")
QUIZ = ("Тест", "Тест Moodle", "Диагностика")
COMPETENCIES_TITLES = ("Компетенции", "Компетенция")


def _slot_or_category(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    given = [name for name in ("slot", "category") if values.get(name) is not None]
    if len(given) != 1:
        yield "slot", "ожидается либо номер вопроса (slot), либо категория (category), одно из двух"


COMPETENCIES = Sheet(
    "competencies",
    ("Компетенции",),
    (
        code("code", "Код", "Код компетенции", required=True),
        text("title", "Название", "Наименование"),
        choice("area", "Область", "Группа", words=AREAS),
    ),
    key=("code",),
)

PROGRAMMES = Sheet(
    "programmes",
    ("Программы", "ДПП", "Программы ДПО"),
    (
        code("source", *SOURCE, required=True, refers=Refers.SOURCE),
        code("course", "Курс", "Курс Moodle", required=True, longest=100),
        name("title", "Название", "Наименование", longest=1000),
        text("register_no", "Номер в реестре", "Федеральный реестр", "Реестровый номер"),
        day("register_from", "В реестре с"),
        day("register_until", "В реестре по"),
        whole("hours", "Часы", "Часов", "Объём", "Объём часов", lowest=0, highest=10_000),
        choice("audience", "Слушатели", "Для кого", words=AUDIENCES, default="staff"),
        listing("competencies", *COMPETENCIES_TITLES, of=Code(), refers=Refers.COMPETENCY),
        target(
            "final",
            "Итоговая аттестация",
            "Итоговая оценка",
            kinds=(TargetKind.QUIZ, TargetKind.ACTIVITY),
            required=False,
        ),
    ),
    key=("source", "course"),
    spans=(("register_from", "register_until"),),
)

DIAGNOSTICS = Sheet(
    "diagnostics",
    ("Диагностики",),
    (
        code("source", *SOURCE, required=True, refers=Refers.SOURCE),
        code("quiz", *QUIZ, required=True, longest=100),
        name("title", "Название", "Наименование", longest=1000),
        choice("policy", "Попытка", "Какая попытка", words=POLICIES, default="last"),
    ),
    key=("source", "quiz"),
)

QUESTIONS = Sheet(
    "questions",
    ("Вопросы",),
    (
        code("source", *SOURCE, required=True, refers=Refers.SOURCE),
        code("quiz", *QUIZ, required=True, longest=100),
        whole("slot", "Номер вопроса", "Вопрос", "Слот", lowest=1, highest=10_000),
        Column(
            "category",
            ("Категория", "Категория вопросов"),
            Text(longest=255, allow_none=True),
        ),
        code("competency", "Компетенция", required=True, refers=Refers.COMPETENCY),
    ),
    key=("source", "quiz", "slot", "category"),
    check=_slot_or_category,
)

CATALOGUE_SHEETS = (COMPETENCIES, PROGRAMMES, DIAGNOSTICS, QUESTIONS)
