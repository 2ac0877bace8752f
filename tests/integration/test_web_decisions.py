"""A decision's own page: read by whom it concerns, done by whoever is responsible."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from connector.services.imports.importing import ImportService
from connector.services.records.entry import RecordEntryService
from connector.spreadsheets.sheets import SHEETS
from connector.spreadsheets.workbook import Workbook
from tests.integration.web_town import NOW, M, WebTown, csrf_token, web_town

COLUMNS = ("number", "analysis", "scope", "decided_on", "due_on", "responsible", "text", "basis")
TEXT = "Провести разбор результатов с учителями математики"
DECISIONS = (
    ("Р-1", "А-1", "association:MMO", "2026-06-15", "2026-06-26", "T-4", TEXT, "п. 4.2"),
    ("2/б", None, "school:S2", "2026-06-15", None, "T-12", None, None),
)
PAGE = f"/m/{M}/decisions/"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[WebTown]:
    """T-4 teaches, T-2 heads the association, T-3 is somebody's mentor."""
    made = Workbook()
    about = ("А-1", "2026-06-10", "Итоги диагностики")
    made.add("analyses", [("number", "made_on", "about"), about])
    made.add("decisions", [COLUMNS, *DECISIONS])
    with web_town(tmp_path) as one:
        with one.container.db.writing() as session:
            service = ImportService()
            plan = service.check(session, M, made, NOW.date())
            assert [str(fault) for fault in plan.faults] == []
            service.apply(session, plan, NOW, "tests")
        yield one


def mark(client: FlaskClient, number: str, on: str, page: str) -> str:
    form = {"csrf_token": csrf_token(page), "number": number, "done_on": on}
    version = page.partition('name="version" value="')[2].partition('"')[0]
    answer = client.post(f"{PAGE}done", data={**form, "version": version}, follow_redirects=True)
    return answer.text if answer.status_code == 200 else str(answer.status_code)


def done_on(town: WebTown, key: str) -> tuple[str | None, str | None]:
    with town.container.db.reading() as session:
        row = RecordEntryService(session, M).row(SHEETS["decisions"], key)
    assert row is not None
    return row.body["done_on"], row.made_by


def test_whoever_is_responsible_reads_all_of_it_and_says_that_it_is_done(town: WebTown) -> None:
    client = town.client("teacher")
    profile = client.get(f"/m/{M}/staff/T-4").text
    assert TEXT in profile
    page = client.get(f"{PAGE}Р-1").text
    for told in (TEXT, "п. 4.2", "26.06.2026", "ММО учителей математики", "Итоги диагностики"):
        assert told in page
    assert "Изменить" not in page
    assert "ещё не настал" in mark(client, "Р-1", "2026-06-16", page)
    assert done_on(town, "Р-1")[0] is None
    assert "Напоминаний больше не будет" in mark(client, "Р-1", "2026-06-15", page)
    assert done_on(town, "Р-1") == ("2026-06-15", "teacher")
    assert TEXT not in client.get(f"/m/{M}/staff/T-4").text


def test_others_whom_it_concerns_read_it_and_strangers_do_not(town: WebTown) -> None:
    head = town.client("head")
    page = head.get(f"{PAGE}Р-1").text
    assert TEXT in page
    assert "Отметить выполненным" not in page
    assert mark(head, "Р-1", "2026-06-15", head.get("/me/letters").text) == "403"
    assert TEXT in head.get(PAGE).text
    for role in ("mentor", "viewer"):
        assert town.client(role).get(f"{PAGE}Р-1").status_code == 404
        assert "нет" in town.client(role).get(PAGE).text
    assert head.get(f"{PAGE}2/б").status_code == 404
    assert head.get(f"{PAGE}nothing").status_code == 404


def test_whoever_looks_after_the_school_reads_what_is_decided_about_it(town: WebTown) -> None:
    made = Workbook()
    duty = ("T-2", "methodist", "S2", "2025-09-01", None)
    made.add("assignments", [("personnel_no", "duty", "of", "from", "until"), duty])
    with town.container.db.writing() as session:
        service = ImportService()
        service.apply(session, service.check(session, M, made, NOW.date()), NOW, "tests")
    assert town.client("head").get(f"{PAGE}2/б").status_code == 200
    assert town.client("mentor").get(f"{PAGE}2/б").status_code == 404


def test_a_methodist_sees_what_is_missing_and_changes_it(town: WebTown) -> None:
    client = town.client("methodist")
    page = client.get(f"{PAGE}2/б").text
    assert "Не записано" in page
    assert f"/m/{M}/records/decisions/row?key=2/%D0%B1" in page
    assert "Отметить выполненным" in page
    stale = page.replace('name="version" value="', 'name="version" value="0')
    assert "решение только что изменили" in mark(client, "2/б", "2026-06-15", stale)
    assert done_on(town, "2/б")[0] is None
    everything = client.get(PAGE).text
    assert everything.index(TEXT) < everything.index("2/б"), "what has a term comes first"
