"""A sound workbook, as a spreadsheet program writes it, and every way of damaging it."""

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import date

import openpyxl

from tests.integration.spine.spine_town import catalogue, people

MUNICIPALITY = "korolev"
SHEET = "xl/worksheets/sheet3.xml"
"""Where the staff are, in the order of `sheets()`."""
_NAMES = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheets() -> dict[str, list[list[str]]]:
    """Schools, associations, staff and the catalogue, cell by cell."""
    told = {**people(MUNICIPALITY), **catalogue(MUNICIPALITY)}
    return {
        name: [line.split(",") for line in told[name].strip().splitlines()]
        for name in ("schools", "associations", "staff", "competencies", "diagnostics", "questions")
    }


def workbook(change: Callable[[openpyxl.Workbook], None] = lambda book: None) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets().items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([_cell(cell) for cell in row])
    change(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _cell(text: str) -> str | date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text or None


def repacked(sound: bytes, change: Mapping[str, bytes | None], packing: int = 8) -> bytes:
    """`sound` with entries replaced, added or (None) left out."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(sound)) as old,
        zipfile.ZipFile(written, "w", packing) as new,
    ):
        for name in dict.fromkeys([*old.namelist(), *change]):
            content = change[name] if name in change else old.read(name)
            if content is not None:
                new.writestr(name, content)
    return written.getvalue()


def entry(sound: bytes, name: str = SHEET) -> bytes:
    with zipfile.ZipFile(io.BytesIO(sound)) as book:
        return book.read(name)


def entries(sound: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(sound)) as book:
        return book.namelist()


def with_cell(sound: bytes, cell: bytes, row: int = 3) -> bytes:
    """The staff sheet with another first cell in a row, as raw XML."""
    xml = entry(sound)
    start = xml.index(b'<c r="A%d"' % row)
    end = xml.index(b"</c>", start) + 4
    return repacked(sound, {SHEET: xml[:start] + cell + xml[end:]})


def sheet_of(rows: bytes, before: bytes = b"") -> bytes:
    return (
        b'<?xml version="1.0"?>' + before + b'<worksheet xmlns="' + _NAMES.encode()
        + b'"><sheetData>' + rows + b"</sheetData></worksheet>"
    )  # fmt: skip
