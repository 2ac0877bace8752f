"""What the demonstration says: Russian lines for a terminal."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import func, select

from connector.cli.output import table
from connector.demo.learning import Learning
from connector.demo.stage import Stage
from connector.demo.town import Town
from connector.domain.shares import percent
from connector.models import Letter, Notice
from connector.services.figures.figures import Figure, SubjectFigure
from connector.services.inbox.deliveries import DeliveryService
from connector.texts.because import because_text

ROLES = {
    "teacher": "педагогу",
    "mentor": "наставнику",
    "head": "руководителю ММО",
    "methodist": "методисту",
    "specialist": "специалисту",
    "addressee": "адресату решения",
}
KINDS = {
    "deficits_found": "выявлены дефициты",
    "route_approved": "маршрут утверждён",
    "step_done": "шаг выполнен",
    "proof_expiring": "заканчивается срок документа",
    "route_completed": "маршрут завершён",
    "route_stalled": "маршрут остановился",
    "decision_addressed": "новое решение",
    "decision_due": "подходит срок решения",
    "decision_overdue": "срок решения прошёл",
    "plan_met": "план выполнен",
    "plan_lost": "план не выполняется",
    "work_plan_missing": "нет плана работы",
}
SHORT = {
    "korolev.diagnosed": "Прошли диагностику: базовый уровень и выше",
    "korolev.routes": "Есть ИОМ по итогам диагностики",
    "korolev.routes_completed": "Из них завершили ИОМ",
    "korolev.programmes": "Освоили программу из реестра по дефициту",
    "korolev.teams": "Управленческие команды с обучением",
    "korolev.young": "До 35 лет, с поддержкой в первые 3 года",
    "korolev.mentoring": "Школы с целевой моделью наставничества",
    "korolev.internship": "Школы в системе менторства",
    "korolev.monitoring": "Мониторинг, анализ, рекомендации",
    "kuznetsk.diagnosed": "Прошли диагностику",
    "kuznetsk.programmes": "Освоили программу из реестра по дефициту",
    "kuznetsk.routes": "Есть ИОМ",
    "kuznetsk.routes_completed": "Из них завершили ИОМ",
    "kuznetsk.regional_methodists": "Региональные методисты",
    "kuznetsk.staff_per_regional_methodist": "Педагогов на регионального методиста",
    "kuznetsk.young": "Молодые педагоги с поддержкой",
    "kuznetsk.roadmap": "ММО с действующей дорожной картой",
}
"""The documents' own titles are paragraphs; the pages show them whole."""


def heading(text: str) -> list[str]:
    return ["", text, "─" * len(text)]


def town_lines(town: Town, added: Mapping[str, int]) -> list[str]:
    told = (
        f"{town.place.title}: организаций {added['schools']}, людей {added['staff']}, "
        f"объединений {added['associations']}, маршрутов {added['routes']}, "
        f"программ {added['programmes']}, диагностик {added['diagnostics']}"
    )
    return textwrap.wrap(told, 100, initial_indent="  ", subsequent_indent="    ")


def before_lines(title: str, figures: Sequence[Figure]) -> list[str]:
    rows = [(_title(f), _share(f), _plan(f), _missing(f)) for f in figures]
    return _indented(table((title, "доля", "план", "не хватает"), rows))


def after_lines(title: str, before: Sequence[Figure], after: Sequence[Figure]) -> list[str]:
    former = {f.indicator.code: _share(f) for f in before}
    rows = [
        (
            _title(f),
            former[f.indicator.code],
            _share(f),
            f"{f.achieved} из {f.population}",
            _plan(f),
            _missing(f),
        )
        for f in after
    ]
    return _indented(table((title, "было", "стало", "сколько", "план", "не хватает"), rows))


def native_line(town: Town, learning: Learning, count: int) -> str:
    tests, courses = len(learning.sittings), len(learning.completions)
    return (
        f"  {town.place.source:<16} с подписью, весь год: событий {count} "
        f"(тестов {tests}, курсов {courses})"
    )


def letter_lines(stage: Stage) -> Iterator[str]:
    """How many notices of each kind went to whom, with the subject of the first letter."""
    with stage.container.db.reading() as session:
        rows = session.execute(
            select(Notice.role, Notice.kind, Letter.id, Letter.subject)
            .join(Letter, Letter.id == Notice.letter_id)
            .order_by(Letter.id, Notice.id)
        ).all()
    counts = Counter((role, kind) for role, kind, _, _ in rows)
    letters = len({letter for _, _, letter, _ in rows})
    yield f"  Писем {letters}, в них извещений {len(rows)}:"
    shown = [
        (f"  {ROLES[role]}: {KINDS.get(kind, kind)}", count, _first(rows, role, kind))
        for (role, kind), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    head = ("  кому и о чём", "извещений", "тема первого письма")
    yield from _indented(table(head, shown))


def stalled_letters(stage: Stage) -> list[Letter]:
    """Letters to methodists that say that a route has stalled, the shortest first."""
    with stage.container.db.reading() as session:
        return list(
            session.scalars(
                select(Letter)
                .join(Notice, Notice.letter_id == Letter.id)
                .where(Notice.kind == "route_stalled", Notice.role == "methodist")
                .order_by(func.length(Letter.text), Letter.id)
            ).unique()
        )


def letter_text(letter: Letter) -> Iterator[str]:
    yield f"  ┌ Кому: {letter.address}"
    yield f"  │ Тема: {letter.subject}"
    yield "  │"
    for line in letter.text.strip().splitlines():
        for part in textwrap.wrap(line, 92) or [""]:
            yield f"  │ {part}".rstrip()
    yield "  └"


def explained(stage: Stage, subject: SubjectFigure) -> Iterator[str]:
    """From a person to the delivery that proves it."""
    verdict = "засчитано" if subject.achieved else "не засчитано"
    yield f"  {subject.name} ({subject.code}): {verdict}"
    for because in subject.because:
        told = f"почему: {because_text(because)}"
        yield from textwrap.wrap(told, 100, initial_indent="    ", subsequent_indent="      ")
    for proof in subject.evidence:
        yield f"    доказательство: {proof.key}"
        if proof.delivery is not None:
            yield f"    пришло сообщением {_delivery(stage, proof.delivery)}"


def _delivery(stage: Stage, number: int) -> str:
    with stage.container.db.reading() as session:
        figure = DeliveryService(session).show(number, None).figure
        return f"№ {figure.id} от {figure.source} ({figure.type})"


def _first(rows: Iterable[tuple[str, str, int, str]], role: str, kind: str) -> str:
    subject = next(row[3] for row in rows if row[0] == role and row[1] == kind)
    return textwrap.shorten(subject, 50, placeholder="…")


def _title(figure: Figure) -> str:
    return SHORT.get(figure.indicator.code, figure.indicator.code)


def _share(figure: Figure) -> str:
    if figure.indicator.kind == "ratio":
        return "—" if figure.share is None else f"{figure.share:.1f}".replace(".", ",")
    return percent(figure.share)


def _plan(figure: Figure) -> str:
    return f"≥ {percent(figure.plan.at_least)}" if figure.plan else "—"


def _missing(figure: Figure) -> str:
    if figure.plan is None or figure.plan.missing is None:
        return "—"
    return "выполнен" if figure.plan.met else str(figure.plan.missing)


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]
