"""Records entered by several people at once, on both databases: nobody writes over anybody."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from connector.models import Import, Record
from connector.services.imports.importing import ImportService
from connector.services.records.entry import (
    Making,
    Opened,
    Outcome,
    RecordEntryService,
    RowInTheWay,
    Step,
)
from connector.spreadsheets.sheets import SHEETS
from connector.spreadsheets.workbook import Workbook
from tests.integration.web_town import NOW, M, WebTown, web_town
from tests.services.copies import Copies

PRACTICES = SHEETS["practices"]
DOCUMENTS = SHEETS["documents"]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[WebTown]:
    folder: Path = tmp_path_factory.mktemp("entry")
    with ExitStack() as stack:
        url = None
        if request.param == "postgresql":
            copies: Copies = request.getfixturevalue("migrated_copies")
            url = stack.enter_context(copies.lent())
        yield stack.enter_context(web_town(folder, url))


def making(by: str) -> Making:
    return Making(by, NOW, NOW.date())


def saved(town: WebTown, by: str, opened: Opened | None, **entered: str) -> Outcome:
    with town.container.db.writing() as session:
        return RecordEntryService(session, M).save(DOCUMENTS, entered, opened, making(by))


def opened(town: WebTown, key: str) -> Opened:
    with town.container.db.reading() as session:
        row = RecordEntryService(session, M).row(DOCUMENTS, key)
    assert row is not None
    return Opened(key, row.version)


def test_of_many_at_once_one_writes_and_the_others_are_told(town: WebTown) -> None:
    assert saved(town, "first", None, code="P1", title="Положение").step is Step.ADDED
    held = opened(town, "P1")
    outcomes: dict[str, Outcome] = {}
    gate = threading.Barrier(6)

    def write(number: int) -> None:
        gate.wait()
        outcomes[f"w{number}"] = saved(town, f"w{number}", held, code="P1", title=f"Вид {number}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    written = [name for name, outcome in outcomes.items() if outcome.step is Step.CHANGED]
    refused = [outcome.conflict for outcome in outcomes.values() if outcome.conflict is not None]
    assert len(written) == 1
    assert len(refused) == 5
    assert {row.made_by for row in refused} == set(written)


def test_the_same_form_from_many_at_once_adds_one_row(town: WebTown) -> None:
    outcomes: list[Outcome] = []
    gate = threading.Barrier(5)

    def write() -> None:
        gate.wait()
        outcomes.append(saved(town, "twice", None, code="P2", title="Приказ"))

    threads = [threading.Thread(target=write) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(one.step) for one in outcomes) == ["None"] * 4 + ["added"]
    assert all(one.is_settled for one in outcomes)
    with town.container.db.reading() as session:
        number = session.scalar(
            select(func.count()).select_from(Import).where(Import.made_by == "twice")
        )
    assert number == 1


def test_a_row_goes_comes_back_and_tells_its_story(town: WebTown) -> None:
    saved(town, "a", None, code="P3", title="План")
    saved(town, "b", opened(town, "P3"), code="P3", title="План работы")
    stale = opened(town, "P3")
    with town.container.db.writing() as session:
        service = RecordEntryService(session, M)
        outcome = service.take_back(DOCUMENTS, stale, "дважды", making("c"))
        assert outcome.step is Step.TAKEN_BACK
        assert service.row(DOCUMENTS, "P3") is None
        assert [one.key for one in service.taken_back(DOCUMENTS)] == ["P3"]
    assert saved(town, "d", stale, code="P3", title="План").gone
    assert saved(town, "d", None, code="P3", title="План работы").step is Step.ADDED
    with town.container.db.reading() as session:
        service = RecordEntryService(session, M)
        story = [(one.by, one.step, one.reason) for one in service.history(DOCUMENTS, "P3")]
        assert service.taken_back(DOCUMENTS) == ()
    assert story == [
        ("d", Step.ADDED, None),
        ("c", Step.TAKEN_BACK, "дважды"),
        ("b", Step.CHANGED, None),
        ("a", Step.ADDED, None),
    ]


def test_a_form_and_a_workbook_write_the_same_row(town: WebTown) -> None:
    """One row the same, whichever way it came, so that either may be used after the other."""
    fields = {"title": "Мастер-класс", "author": "T-5", "school": "S1", "link": "https://e.org"}
    with town.container.db.writing() as session:
        entered = RecordEntryService(session, M).save(PRACTICES, fields, None, making("form"))
        assert entered.step is Step.ADDED
        workbook = Workbook()
        workbook.add("practices", [tuple(fields), tuple(fields.values())])
        plan = ImportService().check(session, M, workbook, NOW.date())
        assert (plan.faults, plan.changes) == ([], [])


def test_a_workbook_in_the_same_moment_is_told(
    town: WebTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workbook does not wait for forms: its row may be there when the form's is written."""
    body = {"code": "P4", "title": "Из таблицы", "present_since": None, "link": None}

    def workbook(session: Any, municipality: str) -> None:
        session.add(Record(municipality=M, sheet="documents", key="P4", body=body, recorded_at=NOW))

    check = ImportService.check

    def late(self: ImportService, *arguments: Any) -> Any:
        plan = check(self, *arguments)
        workbook(arguments[0], M)
        arguments[0].flush()
        return plan

    monkeypatch.setattr(ImportService, "check", late)
    monkeypatch.setattr(RecordEntryService, "row", lambda *arguments: None)
    with pytest.raises(RowInTheWay):
        saved(town, "form", None, code="P4", title="Из формы")
