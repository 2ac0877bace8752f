"""The page of effects: what the folds left behind, summed, and hidden where people are few."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from connector.models import Subject
from connector.services.access.visibility import Sight
from connector.services.figures.effects import EffectService, helps_by_competency
from tests.integration.web_town import NOW, M, WebTown, attempt, post, web_town

AFTER = {4: 90, 6: 20}
"""T-4 and T-6 have completed the course in April; what they reached in May, in percent."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebTown]:
    with web_town(tmp_path_factory.mktemp("effect")) as made:
        for n, percent in AFTER.items():
            post(made, "mood", f"again{n}", again(n, percent))
        made.engine.settle()
        yield made


def again(n: int, percent: int) -> dict:
    event = attempt(n, percent)
    event["id"], event["occurred_at"] = f"again-{n}", "2026-05-04T10:00:00Z"
    taken = {"id": 5000 + n, "number": 2, "finished_at": "2026-05-04T10:00:00Z"}
    return {**event, "attempt": {**event["attempt"], **taken}}


def service_of(town: WebTown, sight: Sight, year: int | None = None):
    with town.container.db.reading() as session:
        catalogue = town.container.settings.get(session, M, NOW.date()).catalogue
        return EffectService(session).of(M, catalogue, sight, year)


def test_each_programme_shows_before_after_and_what_it_closed(town: WebTown) -> None:
    # T-4 had 52 and 64 in February (LEVELS), T-6 30 and 42.
    [course] = [f for f in service_of(town, Sight(people=None)) if f.code == "DPP"]
    assert (course.title, course.ended, course.measured) == ("Современный урок математики", 2, 2)
    first, second = course.effects
    assert (first.competency, first.covered, second.covered) == ("K1", True, False)
    assert (first.measured, first.before, first.after) == (2, 41, 55)
    assert (first.deficits, first.closed) == (1, 0)
    assert (second.before, second.after) == (53, 66)
    [help_] = helps_by_competency([course])
    assert help_.competency == "K1"


def test_another_year_has_nothing(town: WebTown) -> None:
    assert service_of(town, Sight(people=None), 2025) == []
    assert service_of(town, Sight(people=None), 2026) != []


def test_few_people_are_hidden_from_those_who_may_not_see_them(town: WebTown) -> None:
    [course] = [f for f in service_of(town, Sight()) if f.code == "DPP"]
    assert course.ended == 2
    assert [(e.hidden, e.measured, e.before, e.closed) for e in course.effects] == [
        (True, 0, 0, 0)
    ] * 2
    assert helps_by_competency([course]) == []


def test_the_page_says_it_in_words(town: WebTown) -> None:
    page = town.client("methodist").get(f"/m/{M}/effect").text
    assert "Если маршрут завершает сама диагностика" in page
    assert "41,0\u00a0% → 55,0\u00a0%" in page
    assert "+14,0 п. п." in page
    assert "0 из 1" in page
    few = town.client("viewer").get(f"/m/{M}/effect").text
    assert "41,0" not in few
    assert "меньше пяти человек" in few
    empty = town.client("methodist").get(f"/m/{M}/effect?year=2024").text
    assert "В 2024 году никто не завершил" in empty


def test_a_teacher_reads_what_a_programme_changed(town: WebTown) -> None:
    page = town.client("teacher").get(f"/m/{M}/staff/T-4").text
    assert "Что изменилось после обучения" in page
    assert "52,0\u00a0% → 90,0\u00a0%" in page


def test_how_few_had_a_deficit_is_not_told_to_those_who_may_not_see_them(tmp_path: Path) -> None:
    """Six were measured, which may be told; one of them had a deficit, which is one person's."""
    with web_town(tmp_path) as town:
        with town.container.db.writing() as session:
            people = session.scalars(select(Subject).where(Subject.kind == "staff")).all()
            for n, subject in enumerate(people):
                effects = {"K1": [40, 80, int(n == 0), int(n == 0), True]} if n < 6 else {}
                one = {"on": "2026-05-01", "kind": "programme", "source": "mood", "code": "DPP"}
                subject.state = {**subject.state, "ended": [{**one, "effects": effects}]}
        [course] = service_of(town, Sight())
        [effect] = course.effects
        assert (effect.measured, effect.few, effect.deficits, effect.closed) == (6, True, 0, 0)
        assert helps_by_competency([course]) == []
        told = town.client("viewer").get(f"/m/{M}/effect").text
        assert "меньше пяти" in told
        assert "1 из 1" not in told
        assert "1 из 1" in town.client("methodist").get(f"/m/{M}/effect").text


def test_what_was_not_measured_again_stands_apart(tmp_path: Path) -> None:
    with web_town(tmp_path) as town:
        page = town.client("methodist").get(f"/m/{M}/effect").text
    assert "Ещё не измерено" in page
    assert "завершений: 2" in page
