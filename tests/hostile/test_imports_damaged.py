"""Workbooks and tables damaged in every way: sound, or faults in Russian, and nothing half done."""

import io
import resource
import struct
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from connector.models import Import, Record, Subject
from connector.services.imports.importing import ImportRefused, ImportService
from connector.spreadsheets.faults import Fault, WorkbookRefused
from connector.spreadsheets.workbook import Workbook, read_workbook, read_xlsx
from tests.hostile.damaged_books import (
    MUNICIPALITY,
    SHEET,
    entries,
    entry,
    repacked,
    sheet_of,
    sheets,
    with_cell,
    workbook,
)
from tests.integration.spine.spine_town import NOW, Spine, spine

GOOD = workbook()
SECONDS = 20.0
_EVERY = settings(suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    with spine(tmp_path_factory.mktemp("damaged")) as made:
        yield made


def is_russian(text: str) -> bool:
    return any("а" <= letter <= "я" for letter in text)


def check(fault: Fault) -> None:
    assert is_russian(fault.text), fault
    assert len(str(fault)) < 5_000
    assert fault.row is None or 1 <= fault.row <= 2**20


def rows_kept(town: Spine) -> tuple[int, ...]:
    with town.container.db.reading() as session:
        return tuple(
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Record, Subject, Import)
        )


def outcome(town: Spine, content: bytes | Path) -> list[str]:
    """The faults of an import, which then changed nothing; a sound one is rolled back."""
    before, began = rows_kept(town), time.monotonic()
    try:
        if isinstance(content, Path):
            found = faults_of(town, read_workbook(content))
        else:
            found = faults_of(town, read_xlsx(io.BytesIO(content)))
    except WorkbookRefused as err:
        found = [str(err)]
    assert all(map(is_russian, found))
    assert rows_kept(town) == before
    assert time.monotonic() - began < SECONDS
    return found


class _Undone(Exception):
    pass


def faults_of(town: Spine, read: Workbook) -> list[str]:
    service = ImportService()
    found: list[str] = []
    with suppress(_Undone), town.container.db.writing() as session:
        plan = service.check(session, MUNICIPALITY, read, date(2026, 11, 1))
        for fault in plan.faults:
            check(fault)
        found = [str(fault) for fault in plan.faults]
        if plan.is_sound:
            service.apply(session, plan, NOW)
        else:
            with pytest.raises(ImportRefused):
                service.apply(session, plan, NOW)
        raise _Undone
    return found


def test_the_workbook_is_sound_before_it_is_damaged(town: Spine) -> None:
    assert outcome(town, GOOD) == []


def test_a_workbook_cut_short_is_refused_at_every_length(town: Spine) -> None:
    step = 1 if settings.default.max_examples > 500 else len(GOOD) // 150
    for length in range(0, len(GOOD), step):
        assert outcome(town, GOOD[:length]), length


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=8))
@_EVERY
def test_flipped_bytes_give_a_sound_book_or_faults(
    town: Spine, damage: list[tuple[int, int]]
) -> None:
    content = bytearray(GOOD)
    for place, byte in damage:
        content[place] = byte
    outcome(town, bytes(content))


XML = entry(GOOD)


@given(
    st.integers(0, len(XML) - 1),
    st.integers(0, 12),
    st.sampled_from([b"", b"<", b'"', b"&", b"9", b"\x00", b"</c>", b'<c r="ZZZ1"/>', b"&#1;",
                     b'<row r="0">', b"<v>1e999</v>", b"\xff", b"<!--", b"]]>", b't="e"'])
    | st.binary(max_size=6),
)  # fmt: skip
@_EVERY
def test_damaged_cells_give_a_sound_book_or_faults(
    town: Spine, place: int, gone: int, instead: bytes
) -> None:
    outcome(town, repacked(GOOD, {SHEET: XML[:place] + instead + XML[place + gone :]}))


@pytest.mark.parametrize("name", entries(GOOD))
@pytest.mark.parametrize("content", [None, b"", b"<x/>", b"\x00\x01", XML], ids=repr)
def test_an_entry_that_is_gone_or_another_gives_a_sound_book_or_faults(
    town: Spine, name: str, content: bytes | None
) -> None:
    outcome(town, repacked(GOOD, {name: content}))


NUMBER = "ожидается табельный номер"
CELLS: dict[str, tuple[bytes, str | None]] = {
    "error": (b'<c r="A3" t="e"><v>#REF!</v></c>', "ошибка формулы: #REF!"),
    "error of another kind": (b'<c r="A3" t="e"><v>#N/A</v></c>', "ошибка формулы: #N/A"),
    "formula without a value": (b'<c r="A3"><f>1+1</f></c>', "ячейка пуста"),
    "formula with a value": (b'<c r="A3"><f>1+1</f><v>77</v></c>', None),
    "formula that fetches": (
        b'<c r="A3" t="str"><f>WEBSERVICE("http://127.0.0.1:9/")</f><v>K2</v></c>', None,
    ),
    "link to another book": (b'<c r="A3" t="str"><f>[1]Sheet1!A1</f><v>K2</v></c>', None),
    "17 digits": (b'<c r="A3"><v>1.2345678901234568E+16</v></c>', "длиннее 15 цифр"),
    "infinity": (b'<c r="A3"><v>1E+999</v></c>', "длиннее 15 цифр"),
    "no number": (b'<c r="A3"><v>abc</v></c>', "повреждён"),
    "no such text": (b'<c r="A3" t="s"><v>99999999</v></c>', "повреждён"),
    "a text before the first": (b'<c r="A3" t="s"><v>-1</v></c>', None),
    "a type that is none": (b'<c r="A3" t="zz"><v>K2</v></c>', None),
    "a truth value": (b'<c r="A3" t="b"><v>1</v></c>', None),
    "a day beyond the calendar": (b'<c r="A3" s="1"><v>99999999</v></c>', None),
    "a day before the calendar": (b'<c r="A3" s="1"><v>-5</v></c>', None),
    "an escaped NUL": (b'<c r="A3" t="inlineStr"><is><t>K_x0000_2</t></is></c>', None),
    "a long text": (
        b'<c r="A3" t="inlineStr"><is><t>' + b"K" * 40_000 + b"</t></is></c>", "не длиннее 60",
    ),
    "a style that is none": (b'<c r="A3" s="9999"><v>5</v></c>', None),
}  # fmt: skip


@pytest.mark.parametrize("name", CELLS)
def test_an_odd_cell_is_read_or_told(town: Spine, name: str) -> None:
    cell, told = CELLS[name]
    found = outcome(town, with_cell(GOOD, cell))
    if told is not None:
        assert any(told in text for text in found), found


def _merged(book: openpyxl.Workbook) -> None:
    book["staff"].merge_cells("A2:A4")


def _hidden(book: openpyxl.Workbook) -> None:
    book["schools"].sheet_state = "hidden"
    book["staff"].sheet_state = "veryHidden"
    book["staff"].row_dimensions[3].hidden = True
    book["staff"].column_dimensions["B"].hidden = True


def _since_1904(book: openpyxl.Workbook) -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book.epoch = CALENDAR_MAC_1904


def _twice(book: openpyxl.Workbook) -> None:
    book["staff"].insert_rows(2)
    for place, title in enumerate(sheets()["staff"][0], start=1):
        book["staff"].cell(2, place, title)


def _unknown_column(book: openpyxl.Workbook) -> None:
    book["staff"].cell(1, 20, "Оклад")


def _unknown_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("Зарплата")


def _chart_sheet(book: openpyxl.Workbook) -> None:
    book.create_chartsheet("Диаграмма")


def _numbered_days(book: openpyxl.Workbook) -> None:
    for cell in book["staff"]["K"][1:]:
        cell.number_format, cell.value = "General", 44_000


def test_what_a_spreadsheet_program_can_do_to_a_book(town: Spine) -> None:
    assert outcome(town, workbook(_hidden)) == []
    assert outcome(town, workbook(_since_1904)) == []
    assert any("обязательное" in text for text in outcome(town, workbook(_merged)))
    assert any("строка 2" in text for text in outcome(town, workbook(_twice)))
    assert any("неизвестная колонка" in text for text in outcome(town, workbook(_unknown_column)))
    assert any("неизвестный лист" in text for text in outcome(town, workbook(_unknown_sheet)))
    assert any("ожидается дата" in text for text in outcome(town, workbook(_numbered_days)))
    outcome(town, workbook(_chart_sheet))


def _entities(kind: str) -> bytes:
    inside = b'<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>'
    match kind:
        case "laughs":
            lines = b"".join(b'<!ENTITY x%d "%s">' % (n, b"&x%d;" % (n - 1) * 10) for n in range(9))
            return sheet_of(inside, b"<!DOCTYPE w [" + lines + b'<!ENTITY x "&x8;">]>')
        case "file":
            return sheet_of(inside, b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
        case "address":
            return sheet_of(inside, b'<!DOCTYPE w SYSTEM "http://127.0.0.1:9/x.dtd">')
        case "ebcdic":
            declared = b'<?xml version="1.0" encoding="cp037"?>'
            rest = sheet_of(inside, b'<!DOCTYPE w [<!ENTITY x "a">]>').partition(b"?>")[2]
            return declared + rest.decode().encode("cp037")
        case _:
            told = sheet_of(inside, b'<!DOCTYPE w [<!ENTITY x "a">]>').decode()
            return told.encode(kind)


@pytest.mark.parametrize(
    "kind", ["laughs", "file", "address", "utf-16", "utf-16-be", "utf-16-le", "ebcdic"]
)
@pytest.mark.parametrize("name", [SHEET, "xl/workbook.xml", "[Content_Types].xml", "xl/styles.xml"])
def test_no_entity_is_ever_expanded(town: Spine, kind: str, name: str) -> None:
    found = outcome(town, repacked(GOOD, {name: _entities(kind)}))
    assert found
    assert not any("root:" in text for text in found)


def test_an_entity_in_a_sheet_under_another_name_is_seen(town: Spine) -> None:
    links = "xl/_rels/workbook.xml.rels"
    elsewhere = entry(GOOD, links).replace(b"sheet3.xml", b"sheet3.txt")
    change = {links: elsewhere, SHEET: None, SHEET.replace(".xml", ".txt"): _entities("file")}
    assert "DOCTYPE" in outcome(town, repacked(GOOD, change))[0]


def test_bombs_are_refused_in_little_memory(town: Spine) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    blanks = sheet_of(b" " * (64 << 20))
    assert "сжата" in outcome(town, repacked(GOOD, {SHEET: blanks}))[0]
    nested = repacked(GOOD, {"xl/media/inner.zip": repacked(GOOD, {"x": b"0" * (32 << 20)})})
    outcome(town, nested)
    assert outcome(town, _overlapping(GOOD))
    assert outcome(town, repacked(GOOD, {f"xl/{n}.xml": b"" for n in range(2_001)}))
    grown_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown_mib < 300


def _overlapping(sound: bytes) -> bytes:
    """Every entry of the directory points at the content of the first."""
    content = bytearray(sound)
    with zipfile.ZipFile(io.BytesIO(sound)) as book:
        at, offset = book.start_dir, book.infolist()[0].header_offset
        for one in book.infolist():
            struct.pack_into("<L", content, at + 42, offset)
            at += 46 + len(one.filename.encode()) + len(one.extra) + len(one.comment)
    return bytes(content)


def test_a_million_empty_rows_cost_little(town: Spine) -> None:
    rows = b"".join(b'<row r="%d"/>' % n for n in range(20, 2**20, 10))
    end = XML.index(b"</sheetData>")
    assert outcome(town, repacked(GOOD, {SHEET: XML[:end] + rows + XML[end:]})) == []


STAFF = "\n".join(";".join(row) for row in sheets()["schools"])
TABLES: dict[str, tuple[bytes, str | None]] = {
    "windows-1251": (STAFF.encode("cp1251"), "UTF-8"),
    "utf-16": (STAFF.encode("utf-16"), "UTF-8"),
    "utf-16 without a mark": (STAFF.encode("utf-16-le"), ""),
    "a mark": (STAFF.encode("utf-8-sig"), None),
    "old Mac lines": (STAFF.replace("\n", "\r").encode(), None),
    "windows lines": (STAFF.replace("\n", "\r\n").encode(), None),
    "a quote that is never closed": (STAFF.replace("СОШ", '"СОШ').encode(), None),
    "quotes in the middle": (STAFF.replace("СОШ", 'СО"Ш').encode(), None),
    "NUL": (STAFF.replace("СОШ", "СО\0Ш").encode(), ""),
    "headers twice": ((STAFF + "\n" + STAFF.splitlines()[0]).encode(), "ожидается"),
    "a row too long": ((STAFF + ";;;;;;;лишнее").encode(), "заголовка нет"),
    "a header twice": (STAFF.replace("name", "code", 1).encode(), "дважды"),
    "no header": (STAFF.partition("\n")[2].encode(), "неизвестная колонка"),
    "a huge cell": ((STAFF + "\nS9;" + "а" * 200_000 + ";school").encode(), ""),
    "empty": (b"", "лист пуст"),
    "a picture": (bytes(range(256)) * 20, ""),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_damaged_table_is_read_or_told(town: Spine, name: str, tmp_path: Path) -> None:
    content, told = TABLES[name]
    (tmp_path / "schools.csv").write_bytes(content)
    found = outcome(town, tmp_path)
    if told is not None:
        assert any(told in text for text in found), found


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), st.integers(0, 200))
@example("\ufeff".encode() + b"\x00", 0)
@_EVERY
def test_a_table_with_noise_in_it_is_read_or_told(
    town: Spine, tmp_path_factory: pytest.TempPathFactory, noise: bytes, place: int
) -> None:
    made = tmp_path_factory.mktemp("noise")
    sound: Any = STAFF.encode()
    (made / "schools.csv").write_bytes(sound[:place] + noise + sound[place:])
    outcome(town, made)
