"""What can be asked for about a route, and what speaks against it: pure (domain 4, real life)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from connector.domain.calendar import WorkCalendar
from connector.domain.progress import RouteProgress, StepProgress
from connector.domain.routes import Pause
from connector.texts.words import day as day_text

LONGEST_PAUSE = timedelta(days=3 * 366)
"""The longest leave there is, to care for a child, ends with its third birthday."""


class RequestKind(StrEnum):
    PAUSE = "pause"
    PROLONG = "prolong"
    NOT_RELEVANT = "not_relevant"
    DROP = "drop"

    @property
    def is_about_a_step(self) -> bool:
        return self in (RequestKind.PROLONG, RequestKind.NOT_RELEVANT)


@dataclass(frozen=True, slots=True)
class Asked:
    """step: its order, of what is about a step. first, last: of a pause; last: a new due date."""

    kind: RequestKind
    reason: str
    step: int = 0
    first: date | None = None
    last: date | None = None


def objection(
    asked: Asked, progress: RouteProgress | None, calendar: WorkCalendar, today: date
) -> str | None:
    """Why it cannot be done, in Russian, as the end of a sentence; None where nothing is wrong."""
    if progress is None:
        return "маршрута больше нет"
    match progress.state(today):
        case "draft":
            return "маршрут ещё не утверждён"
        case "completed":
            return "маршрут уже завершён"
        case "cancelled":
            return "маршрут отменён"
    if not asked.reason.strip():
        return "напишите, почему"
    match asked.kind:
        case RequestKind.PAUSE:
            return _pause(asked, progress.route.pauses)
        case RequestKind.DROP:
            return None
    step = next((one for one in progress.steps if one.step.order == asked.step), None)
    if step is None:
        return "такого шага в маршруте нет"
    if step.done is not None and step.done.day <= today:
        return f"шаг {asked.step} уже выполнен {day_text(step.done.day)}"
    if asked.kind is RequestKind.PROLONG:
        return _prolong(asked, step, calendar, today)
    return _not_relevant(step, progress.steps)


def _pause(asked: Asked, pauses: Sequence[Pause]) -> str | None:
    first, last = asked.first, asked.last
    if first is None:
        return "укажите первый день перерыва"
    if last is None:
        return (
            "укажите последний день перерыва: без него маршрут не продолжится. "
            "Если он не известен, укажите примерный, а потом попросите ещё один перерыв"
        )
    if last < first:
        return f"последний день перерыва ({day_text(last)}) раньше первого ({day_text(first)})"
    if last - first > LONGEST_PAUSE:
        return "перерыв длиннее трёх лет: проверьте даты"
    for one in pauses:
        begins, ends = one.span.first or date.min, one.span.last or date.max
        if begins <= last and first <= ends:
            return f"эти дни пересекаются с перерывом {_span(one)}"
    return None


def _span(pause: Pause) -> str:
    first = f"с {day_text(pause.span.first)}" if pause.span.first else ""
    last = f"по {day_text(pause.span.last)}" if pause.span.last else "без последнего дня"
    return f"{first} {last}".strip()


def _prolong(asked: Asked, step: StepProgress, calendar: WorkCalendar, today: date) -> str | None:
    due, until = step.step.due_on, asked.last
    if due is None:
        return f"у шага {asked.step} нет срока, продлевать нечего"
    if until is None:
        return "укажите новый срок"
    if until <= due:
        return f"новый срок должен быть позже прежнего ({day_text(due)})"
    if until < today:
        return f"{day_text(until)} уже прошло: укажите срок не раньше сегодняшнего дня"
    if not calendar.is_working(until):
        following = calendar.next_working(until)
        return f"{day_text(until)} — нерабочий день; ближайший рабочий — {day_text(following)}"
    return None


def _not_relevant(step: StepProgress, steps: Sequence[StepProgress]) -> str | None:
    if not step.step.required:
        return f"шаг {step.step.order} и так необязательный"
    if sum(one.step.required for one in steps) == 1:
        return (
            "это единственный обязательный шаг, без него маршрут никогда не завершится: "
            "попросите прекратить маршрут"
        )
    return None
