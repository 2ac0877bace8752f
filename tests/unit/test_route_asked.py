"""What speaks against a request about a route, in words that say what to do."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from connector.domain.catalogue import parse_target
from connector.domain.dates import Span
from connector.domain.dossier import Dossier
from connector.domain.progress import RouteProgress
from connector.domain.routes import Pause, Route, RouteStep
from connector.services.routes.asked import Asked, RequestKind, objection
from connector.testing import builders
from connector.testing.builders import completion, programme, route, staff

TODAY = date(2026, 6, 15)
BEGAN = date(2026, 3, 2)
DUE = date(2026, 7, 1)
STEPS = (
    RouteStep(1, parse_target("course:a"), due_on=DUE),
    RouteStep(2, parse_target("manual")),
    RouteStep(3, parse_target("course:c"), required=False),
)
CALENDAR = builders.five_day_calendar(closed=[Span(date(2026, 8, 3), date(2026, 8, 7))])


def progress(own: Route | None = None, done: bool = False) -> RouteProgress:
    known = builders.catalogue({}, [programme("a", ["A"])])
    evidence = (completion(BEGAN, "a"),) if done else ()
    dossier = Dossier(staff(), evidence, routes=(own or route(BEGAN, STEPS),))
    ground = builders.setting(known=known, calendar=CALENDAR)
    return builders.staff_case(dossier, ground).folded.routes[0]


def why(kind: str, held: RouteProgress | None = None, **asked: object) -> str:
    one = Asked(RequestKind(kind), **{"reason": "так вышло", **asked})  # type: ignore[arg-type]
    return objection(one, held or progress(), CALENDAR, TODAY) or ""


def test_a_route_that_does_not_go_on_cannot_be_changed() -> None:
    asked = Asked(RequestKind.DROP, "так вышло")
    assert objection(asked, None, CALENDAR, TODAY) == "маршрута больше нет"
    draft = progress(route(BEGAN, STEPS, approved=False))
    assert objection(asked, draft, CALENDAR, TODAY) == "маршрут ещё не утверждён"
    gone = progress(replace(route(BEGAN, STEPS), cancelled_on=TODAY))
    assert objection(asked, gone, CALENDAR, TODAY) == "маршрут отменён"
    whole = progress(route(BEGAN, STEPS[:1]), done=True)
    assert objection(asked, whole, CALENDAR, TODAY) == "маршрут уже завершён"
    assert why("drop") == ""
    assert why("drop", reason=" ") == "напишите, почему"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (None, date(2026, 7, 1), "первый день"),
        (date(2026, 7, 1), None, "без него маршрут не продолжится"),
        (date(2026, 7, 2), date(2026, 7, 1), "раньше первого"),
        (date(2026, 7, 1), date(2029, 7, 4), "длиннее трёх лет"),
        (date(2026, 7, 1), date(2029, 7, 1), ""),
        (date(2026, 7, 1), date(2026, 7, 1), ""),
    ],
)
def test_a_pause_needs_both_its_days(first: date | None, last: date | None, said: str) -> None:
    found = why("pause", first=first, last=last)
    assert (said in found) is True
    assert bool(found) is bool(said)


@pytest.mark.parametrize(
    ("pause", "overlaps"),
    [
        (Span(date(2026, 7, 1), date(2026, 7, 10)), False),
        (Span(date(2026, 7, 1), date(2026, 7, 11)), True),
        (Span(date(2026, 7, 20), None), True),
        (Span(date(2026, 7, 21), None), False),
        (Span(None, date(2026, 7, 11)), True),
    ],
)
def test_pauses_do_not_overlap(pause: Span, overlaps: bool) -> None:
    held = progress(replace(route(BEGAN, STEPS), pauses=(Pause(pause),)))
    first, last = date(2026, 7, 11), date(2026, 7, 20)
    assert ("пересекаются" in why("pause", held, first=first, last=last)) is overlaps


@pytest.mark.parametrize(
    ("step", "last", "said"),
    [
        (9, DUE + timedelta(days=1), "такого шага"),
        (2, DUE + timedelta(days=1), "нет срока"),
        (1, None, "укажите новый срок"),
        (1, DUE, "позже прежнего (01.07.2026)"),
        (1, date(2026, 7, 4), "ближайший рабочий — 06.07.2026"),
        (1, date(2026, 8, 5), "ближайший рабочий — 10.08.2026"),
        (1, date(2026, 7, 6), ""),
    ],
)
def test_a_step_is_prolonged_to_a_later_working_day(
    step: int, last: date | None, said: str
) -> None:
    found = why("prolong", step=step, last=last)
    assert (said in found, bool(found)) == (True, bool(said))


def test_a_step_that_is_done_needs_nothing_more() -> None:
    done = progress(done=True)
    assert "уже выполнен 02.03.2026" in why("prolong", done, step=1, last=date(2026, 7, 6))
    assert "уже выполнен" in why("not_relevant", done, step=1)


def test_the_last_required_step_stays() -> None:
    assert why("not_relevant", step=1) == ""
    assert "и так необязательный" in why("not_relevant", step=3)
    alone = progress(route(BEGAN, (STEPS[0], STEPS[2])))
    assert "единственный обязательный" in why("not_relevant", alone, step=1)
