"""Workbooks in memory: real ones, damaged ones and hostile ones."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.spreadsheets import archive
from connector.spreadsheets import xlsx as xlsx_reader
from connector.spreadsheets.faults import WorkbookRefused
from connector.spreadsheets.workbook import Workbook, read_xlsx


def xlsx(sheets: dict[str, list[tuple[Any, ...]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


GOOD = xlsx(
    {
        "Сотрудники": [
            ("Табельный номер", "Фамилия", "Роль", "Дата рождения", "Принят"),
            (1001, "Ёлкина", "Учитель", datetime(1999, 2, 28), date(2024, 9, 1)),
            (None, None, None, None, None),
            ("1002", "Орлов", "teacher", "28.02.1999", "2024-09-01"),
        ],
        "schools": [("code", "name", "rural"), (5, "Школа № 5", True)],
    }
)


def read(content: bytes) -> Workbook:
    return read_xlsx(io.BytesIO(content))


def repacked(change: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """GOOD with entries replaced or added."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(GOOD)) as old,
        zipfile.ZipFile(written, "w", packing) as new,
    ):
        for name in {*old.namelist(), *change}:
            new.writestr(name, change.get(name) or old.read(name))
    return written.getvalue()


def test_excel_values_become_text_codes_and_days() -> None:
    book = read(GOOD)
    assert book.findings.faults == []
    first, second = book.sheets["staff"].rows
    assert (first.number, second.number) == (2, 4)
    assert first.values == {
        "personnel_no": "1001",
        "last_name": "Ёлкина",
        "role": "teacher",
        "birth_date": "1999-02-28",
        "employed_from": "2024-09-01",
    }
    assert second.values["birth_date"] == "1999-02-28"
    assert book.sheets["schools"].rows[0].values == {
        "code": "5",
        "name": "Школа № 5",
        "rural": True,
    }


def test_a_wrong_stated_dimension_cuts_nothing_off() -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old:
        sheet = old.read("xl/worksheets/sheet1.xml").decode()
    assert '<dimension ref="A1:E4"' in sheet
    lying = sheet.replace('ref="A1:E4"', 'ref="A1:A1"').encode()
    assert len(read(repacked({"xl/worksheets/sheet1.xml": lying})).sheets["staff"].rows) == 2


def test_what_is_no_workbook_is_refused_with_advice() -> None:
    with pytest.raises(WorkbookRefused, match="Это не книга XLSX"):
        read(b"personnel_no;last_name\n")
    with pytest.raises(WorkbookRefused, match="паролем или записан в старом формате"):
        read(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600)
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as made:
        made.writestr("word/document.xml", "<a/>")
    with pytest.raises(WorkbookRefused, match="не книга XLSX: внутри нет листов"):
        read(other.getvalue())


def test_a_bomb_is_refused_by_its_ratio_before_it_is_unpacked() -> None:
    bomb = b"<worksheet>" + b" " * (8 * 2**20) + b"</worksheet>"
    with pytest.raises(WorkbookRefused, match="сжата подозрительно сильно"):
        read(repacked({"xl/worksheets/sheet1.xml": bomb}))


def test_too_many_entries_too_much_content_and_too_big_a_file_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many = repacked({f"xl/media/{n}": b"x" for n in range(archive.MOST_ENTRIES)})
    with pytest.raises(WorkbookRefused, match="вложенных файлов"):
        read(many)
    monkeypatch.setattr(archive, "LARGEST_UNPACKED", 1000)
    with pytest.raises(WorkbookRefused, match="распаковывается"):
        read(GOOD)
    monkeypatch.setattr(archive, "LARGEST_FILE", 1000)
    with pytest.raises(WorkbookRefused, match="Файл больше"):
        read(GOOD)


def test_an_entry_that_lies_about_its_size_is_refused() -> None:
    lying = bytearray(GOOD)
    directory = lying.rindex(b"PK\x01\x02")
    lying[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    with pytest.raises(WorkbookRefused, match="повреждён"):
        read(bytes(lying))


def test_entities_are_refused() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><worksheet>&a;</worksheet>'
    with pytest.raises(WorkbookRefused, match="DOCTYPE"):
        read(repacked({"xl/worksheets/sheet1.xml": laughs}))


def test_a_cell_far_to_the_right_costs_nothing() -> None:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>code</t></is></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>S1</t></is></c><c r="XFD2"><v>1</v></c></row>'
        "</sheetData></worksheet>"
    )
    book = read(repacked({"xl/worksheets/sheet2.xml": sheet.encode()}))
    assert [row.key for row in book.sheets["schools"].rows] == ["S1"]


def numbered(row: int) -> bytes:
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>code</t></is></c></row>'
        f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>S1</t></is></c></row>'
        "</sheetData></worksheet>"
    ).encode()


def test_a_row_number_that_no_sheet_has_is_refused_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_reader, "MOST_ROWS", 1000)
    book = read(repacked({"xl/worksheets/sheet2.xml": numbered(1000)}))
    assert [row.number for row in book.sheets["schools"].rows] == [1000]
    for row in (1001, 10**12):
        with pytest.raises(WorkbookRefused, match="больше 1000 строк"):
            read(repacked({"xl/worksheets/sheet2.xml": numbered(row)}))


def test_well_packed_nonsense_is_refused() -> None:
    for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"):
        for content in (b"<a", b"\xff\xfe", b"<worksheet><sheetData><row r='x'/></sheetData>"):
            with pytest.raises(WorkbookRefused):
                read(repacked({name: content}))


def survives(content: bytes) -> None:
    """Reading gives a workbook or the one typed error, whose message is Russian."""
    try:
        read(content)
    except WorkbookRefused as err:
        message = str(err)
    else:
        message = "книга"
    assert any("а" <= letter <= "я" for letter in message)


@given(st.binary(max_size=400))
def test_random_bytes_never_do_more_than_be_refused(content: bytes) -> None:
    survives(content)
    survives(b"PK\x03\x04" + content)


@given(st.integers(0, len(GOOD)))
def test_a_truncated_workbook_is_refused(length: int) -> None:
    survives(GOOD[:length])


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=12))
def test_damaged_bytes_never_do_more_than_be_refused(damage: list[tuple[int, int]]) -> None:
    content = bytearray(GOOD)
    for place, byte in damage:
        content[place] = byte
    survives(bytes(content))


SHEET_XML = zipfile.ZipFile(io.BytesIO(GOOD)).read("xl/worksheets/sheet1.xml")


@given(st.integers(0, len(SHEET_XML) - 1), st.sampled_from([b"", b"<", b'"', b"9", b"\x00", b"Z"]))
def test_damaged_content_never_does_more_than_be_refused(place: int, instead: bytes) -> None:
    damaged = SHEET_XML[:place] + instead + SHEET_XML[place + 1 :]
    survives(repacked({"xl/worksheets/sheet1.xml": damaged}))
