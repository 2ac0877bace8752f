"""Sheets of the roadmap and the monitoring cycle (contract 3): roadmap to assessments."""

from connector.spreadsheets.columns import (
    Column,
    Refers,
    Sheet,
    choice,
    code,
    day,
    name,
    person,
    text,
)
from connector.spreadsheets.fields import AcademicYear, Choice, Listing, RoadmapScope, Scope
from connector.spreadsheets.sheets_people import PERSONNEL_NO

ROADMAP_LEVELS = {
    "municipal": ("муниципальный",),
    "regional": ("региональный",),
    "federal": ("федеральный",),
    "school": ("школьный", "уровень организации"),
}
AGENDAS = {
    "analysis": ("анализ",),
    "coordination": ("координация", "согласование"),
    "planning": ("планирование",),
    "other": ("другое", "иное"),
}
TITLE = ("Название", "Наименование")
LINK = ("Ссылка",)
SCOPE = ("Охват", "Чего касается", "Область")

ROADMAP = Sheet(
    "roadmap",
    ("Дорожная карта", "Мероприятия"),
    (
        Column(
            "scope",
            (*SCOPE, "Объединение"),
            RoadmapScope(allow_none=True),
            "municipality",
            Refers.ROADMAP_SCOPE,
        ),
        code("number", "Номер", "№", "№ п/п", required=True),
        name("title", *TITLE, "Мероприятие", longest=2000),
        choice("level", "Уровень", words=ROADMAP_LEVELS),
        text("term", "Срок по документу", "Сроки"),
        code("occurrence", "Повторение", "Который раз", "Период"),
        day("due_on", "Срок", "Выполнить до"),
        person("responsible", "Ответственный"),
        text("expected_result", "Ожидаемый результат", "Результат"),
        day("started_on", "Начато", "Дата начала"),
        day("done_on", "Выполнено", "Дата выполнения"),
        text("proof", "Подтверждение", "Чем подтверждается"),
    ),
    key=("scope", "number", "occurrence"),
    related="scope",
    spans=(("started_on", "done_on"),),
)

PLANS = Sheet(
    "plans",
    ("Планы", "Планы работы"),
    (
        code("association", "Объединение", required=True, refers=Refers.ASSOCIATION),
        Column("academic_year", ("Учебный год",), AcademicYear(required=True, allow_none=False)),
        day("published_on", "Опубликован", "Дата публикации"),
        text("link", *LINK),
    ),
    key=("association", "academic_year"),
    related="association",
)

DOCUMENTS = Sheet(
    "documents",
    ("Документы",),
    (
        code("code", "Код", "Номер", required=True),
        name("title", *TITLE, longest=1000),
        day("present_since", "Имеется с", "Есть с"),
        text("link", *LINK),
    ),
    key=("code",),
)

PRACTICES = Sheet(
    "practices",
    ("Практики", "Лучшие практики"),
    (
        text("title", *TITLE, required=True),
        person("author", "Автор", required=True),
        code("school", "Школа", "Код школы", "Организация", refers=Refers.SCHOOL),
        day("published_on", "Опубликована", "Дата публикации"),
        text("link", *LINK),
    ),
    key=("title", "author"),
    person="author",
    related="school",
)

CONTESTS = Sheet(
    "contests",
    ("Конкурсы",),
    (
        person("personnel_no", *PERSONNEL_NO, required=True),
        text("title", *TITLE, "Конкурс", required=True),
        text("level", "Уровень"),
        day("held_on", "Дата", "Дата проведения"),
        text("result", "Результат"),
    ),
    key=("personnel_no", "title", "held_on"),
    person="personnel_no",
)

MEETINGS = Sheet(
    "meetings",
    ("Заседания",),
    (
        code("association", "Объединение", required=True, refers=Refers.ASSOCIATION),
        day("held_on", "Дата", "Дата проведения", required=True),
        text("topic", "Тема"),
        Column("agenda", ("Повестка",), Listing(Choice(AGENDAS), allow_none=True), []),
    ),
    key=("association", "held_on"),
    related="association",
)

ANALYSES = Sheet(
    "analyses",
    ("Анализ", "Аналитика", "Анализы"),
    (
        code("number", "Номер", "№", required=True),
        Column("scope", SCOPE, Scope(longest=80, allow_none=True), "municipality", Refers.SCOPE),
        day("made_on", "Дата", "Дата составления", required=True),
        text("about", "О чём", "Тема"),
        text("link", *LINK),
    ),
    key=("number",),
    related="scope",
)

DECISIONS = Sheet(
    "decisions",
    ("Решения", "Управленческие решения"),
    (
        code("number", "Номер", "№", required=True),
        code("analysis", "Анализ", "Номер анализа", refers=Refers.ANALYSIS),
        Column(
            "scope",
            (*SCOPE, "Кому"),
            Scope(longest=80, allow_none=True),
            "municipality",
            Refers.SCOPE,
        ),
        day("decided_on", "Дата", "Дата решения", required=True),
        day("due_on", "Срок"),
        person("responsible", "Ответственный"),
        day("done_on", "Выполнено", "Дата выполнения"),
        text("text", "Что решено", "Содержание"),
        text("basis", "Основание", "Документ и пункт", longest=500),
    ),
    key=("number",),
    spans=(("decided_on", "done_on"),),
)

ASSESSMENTS = Sheet(
    "assessments",
    ("Оценка руководителей", "Оценки"),
    (
        person("personnel_no", *PERSONNEL_NO, required=True),
        text("criterion", "Критерий", required=True, longest=200),
        day("assessed_on", "Дата", "Дата оценки", required=True),
        text("result", "Результат"),
        text("recommendation", "Рекомендация"),
    ),
    key=("personnel_no", "criterion", "assessed_on"),
    person="personnel_no",
)

CYCLE_SHEETS = (
    ROADMAP,
    PLANS,
    DOCUMENTS,
    PRACTICES,
    CONTESTS,
    MEETINGS,
    ANALYSES,
    DECISIONS,
    ASSESSMENTS,
)
