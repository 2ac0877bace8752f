"""Which sheets are entered on pages, what they are called there, and what their lists show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connector.domain.indicators import Indicator
from connector.errors import UnknownThing
from connector.services.figures.passports import words_of
from connector.spreadsheets.columns import Sheet
from connector.spreadsheets.sheets import SHEETS


@dataclass(frozen=True, slots=True)
class Shelf:
    """title: of the list; one: of the button that adds a row; about: what is written down there.

    shown: columns of the list, the first leads to the row. done: the button that marks a row done.
    words, subject: by which an indicator is known to look at the sheet's rows.
    """

    title: str
    one: str
    about: str
    shown: tuple[str, ...]
    done: str | None = None
    words: frozenset[str] = frozenset()
    subject: str | None = None


SHELVES: Mapping[str, Shelf] = {
    "roadmap": Shelf(
        "Дорожная карта",
        "Добавить мероприятие",
        "Мероприятия: что сделать, к какому сроку, кто отвечает и чем подтверждается.",
        ("title", "number", "scope", "due_on", "done_on"),
        "Отметить выполненным",
        words=frozenset({"roadmap_in_force"}),
        subject="roadmap_item",
    ),
    "plans": Shelf(
        "Планы работы объединений",
        "Добавить план",
        "План методического объединения на учебный год: когда опубликован и где лежит.",
        ("association", "academic_year", "published_on", "link"),
        words=frozenset({"work_plan_published"}),
    ),
    "documents": Shelf(
        "Документы методической службы",
        "Добавить документ",
        "Положения, приказы, планы, которые должны быть: с какого дня есть и где лежат.",
        ("title", "code", "present_since", "link"),
        subject="document",
    ),
    "practices": Shelf(
        "Лучшие практики",
        "Добавить практику",
        "Опубликованный опыт: что, чей, из какой организации, ссылка.",
        ("title", "author", "school", "published_on"),
        subject="practice",
    ),
    "contests": Shelf(
        "Конкурсы",
        "Добавить участие",
        "Участие педагогов в профессиональных конкурсах и его результат.",
        ("title", "personnel_no", "level", "held_on", "result"),
        subject="contest",
    ),
    "meetings": Shelf(
        "Заседания объединений",
        "Добавить заседание",
        "Заседания методических объединений: когда, о чём, что было в повестке.",
        ("topic", "association", "held_on", "agenda"),
        words=frozenset({"meeting_held"}),
    ),
    "analyses": Shelf(
        "Анализ результатов",
        "Добавить анализ",
        "Аналитические справки по итогам мониторинга: когда составлены и кого касаются.",
        ("about", "number", "scope", "made_on"),
        words=frozenset({"monitored", "analysed"}),
        subject="analysis",
    ),
    "decisions": Shelf(
        "Решения и рекомендации",
        "Добавить решение",
        "Управленческие решения и адресные рекомендации: что решено, кому, к какому сроку.",
        ("text", "number", "scope", "responsible", "due_on", "done_on"),
        "Отметить выполненным",
        words=frozenset({"monitored", "followed_by_decision"}),
    ),
    "assessments": Shelf(
        "Оценка руководителей",
        "Добавить оценку",
        "Оценка руководителя по критерию, её результат и рекомендация.",
        ("personnel_no", "criterion", "assessed_on", "result"),
        words=frozenset({"assessed_on_all"}),
    ),
    "support": Shelf(
        "Формы поддержки",
        "Добавить участие",
        "Участие педагога в клубе, мастерской, школе молодого педагога и тому подобном.",
        ("form", "personnel_no", "from", "until"),
        words=frozenset({"in_form_of_support", "supported_before_attestation"}),
    ),
    "mentorships": Shelf(
        "Наставничество",
        "Добавить наставническую пару",
        "Кто чей наставник и с какого по какой день.",
        ("mentee", "mentor", "from", "until"),
        words=frozenset({"in_form_of_support", "supported_before_attestation"}),
    ),
    "evidence": Shelf(
        "Подтверждения вне Moodle",
        "Добавить подтверждение",
        "Удостоверения и отметки о том, чего нет в Moodle: программа или шаг маршрута.",
        ("id", "personnel_no", "target", "happened_at"),
        words=frozenset({"completed_programme", "route_completed"}),
    ),
    "pauses": Shelf(
        "Паузы маршрутов",
        "Добавить паузу",
        "Длительный отпуск или болезнь: дни, которые не идут в сроки маршрута.",
        ("personnel_no", "number", "from", "until"),
    ),
    "competencies": Shelf(
        "Компетенции",
        "Добавить компетенцию",
        "Что измеряют диагностики и развивают программы; название видят педагоги.",
        ("title", "code", "area"),
        words=frozenset({"every_competency_measured", "deficits_covered", "deficits_fewer"}),
    ),
    "programmes": Shelf(
        "Программы",
        "Добавить программу",
        "Курсы Moodle, которые засчитываются как программы, и их номер в федеральном реестре.",
        ("title", "source", "course", "register_no", "register_until", "hours"),
        words=frozenset({"completed_programme"}),
    ),
    "diagnostics": Shelf(
        "Диагностики",
        "Добавить диагностику",
        "Тесты Moodle, которые засчитываются как диагностика, и какая попытка считается.",
        ("title", "source", "quiz", "policy"),
        words=frozenset({"diagnosed"}),
    ),
    "questions": Shelf(
        "Вопросы диагностик",
        "Добавить вопрос",
        "Какую компетенцию измеряет вопрос теста или категория его вопросов.",
        ("quiz", "source", "slot", "category", "competency"),
    ),
}


def serves(shelf: Shelf, indicators: Iterable[Indicator]) -> list[Indicator]:
    """The indicators that are judged by a sheet's rows."""
    return [
        indicator
        for indicator in indicators
        if indicator.subject == shelf.subject or shelf.words & words_of(indicator)
    ]


def shelf_of(name: str) -> tuple[Sheet, Shelf]:
    """Raises UnknownThing for a sheet that is not entered on pages."""
    if name not in SHELVES:
        raise UnknownThing("sheet", name)
    return SHEETS[name], SHELVES[name]
