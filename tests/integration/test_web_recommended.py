"""Recommendations on the page of the person assessed: which, when, by which clause."""

from collections.abc import Iterator
from typing import Any

import pytest

from connector.services.access.logins import LoginService
from connector.services.imports.importing import ImportService
from connector.spreadsheets.workbook import Workbook
from tests.integration.web_town import NOW, PASSWORD, WebTown, web_town

THEIRS = "todzhinsky"
PERSONS = {"director": "P-1", "friend": "P-2", "methodist-2": None}
ROWS: tuple[tuple[Any, ...], ...] = (
    # By its number, as the guide allows; the page says it in the document's words.
    ("P-1", "4", "2026-06-10", "ниже среднего", "Начать с курса о наставничестве"),
    ("P-1", "Сплочённость", "2026-03-02", "низкий", "Провести общий педсовет"),
    ("P-1", "Базовая подготовка", "2026-03-02", "высокий", None),
    ("P-1", "Базовая подготовка", "2025-05-20", "средний", "Пройти курс управленцев"),
    ("P-1", "Базовая подготовка", "2026-06-16", "средний", "Ещё не сегодня"),
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebTown]:
    made = Workbook()
    made.add("staff", [("personnel_no", "last_name", "first_name", "role", "employed_from"),
                       ("P-1", "Кол", "Ай", "manager", "2015-09-01"),
                       ("P-2", "Ооржак", "Ая", "teacher", "2015-09-01")])  # fmt: skip
    columns = ("personnel_no", "criterion", "assessed_on", "result", "recommendation")
    made.add("assessments", [columns, *ROWS])
    with web_town(tmp_path_factory.mktemp("recommended")) as one:
        with one.container.db.writing() as session:
            service = ImportService()
            plan = service.check(session, THEIRS, made, NOW.date())
            assert [str(fault) for fault in plan.faults] == []
            service.apply(session, plan, NOW, "tests")
            for name, person in PERSONS.items():
                role = "teacher" if person else "methodist"
                LoginService(session).add(name, PASSWORD, role, THEIRS, NOW, person)
        one.engine.settle()
        yield one


def page_of(town: WebTown, who: str, person: str = "P-1") -> tuple[int, str]:
    answer = town.client(who).get(f"/m/{THEIRS}/staff/{person}")
    return answer.status_code, answer.text


def test_the_own_page_says_what_is_recommended_and_by_which_clause(town: WebTown) -> None:
    status, page = page_of(town, "director")
    assert status == 200
    assert "можно обсудить с методистом" in page
    latest, earlier = page.split("Рекомендации 2025 года (1)")
    for told in (
        "Начать с курса о наставничестве",
        "10.06.2026, оценка по критерию «Формирование кадрового резерва»",
        "02.03.2026, оценка по критерию «Сплочённость»",
        "приложение 2, III, 3.1, «мониторинг эффективности руководителей»",
    ):
        assert told in latest
    # The clause asks for the document's own criteria, and stands below these alone.
    places = [latest.index(one) for one in ("наставничестве", "Основание: ", "педсовет")]
    assert places == sorted(places)
    assert "Пройти курс управленцев" in earlier
    assert "Ещё не сегодня" not in page
    # The result hurts, and belongs on no screen.
    assert not [result for *_, result, _ in ROWS if f"{result}" in page]


def test_who_may_see_the_person_sees_them_and_nobody_else(town: WebTown) -> None:
    status, page = page_of(town, "methodist-2")
    assert (status, "Начать с курса о наставничестве" in page) == (200, True)
    assert "можно обсудить с методистом" not in page
    assert page_of(town, "friend")[0] == 403
    assert "Рекомендации" not in page_of(town, "friend", "P-2")[1]
