"""The subjects behind a figure as a workbook: who, whether counted, why, by what event."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from connector.services.figures import SubjectFigure
from connector.services.subject_lists import Asking, Standing, standing_of
from connector.texts.because import because_text

STANDINGS = {
    Standing.ACHIEVED: "засчитан",
    Standing.MISSING: "не засчитан",
    Standing.OUTSIDE: "вне охвата",
}
HEADERS = ("Кто", "Код или номер", "Итог", "Почему", "События Moodle")
BOLD = Font(bold=True)
WIDTHS = (38, 16, 14, 80, 24)
_LONGEST = 32_000
"""A cell holds 32,767 characters."""


def book(asking: Asking, rows: Iterable[SubjectFigure]) -> bytes:
    """The workbook's bytes. Rows are written as they come, so that many need little memory."""
    made = Workbook(write_only=True)
    sheet = made.create_sheet("Список")
    sheet.freeze_panes = "A5"
    for letter, width in zip("ABCDE", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append([_cell(sheet, asking.indicator.title, BOLD)])
    sheet.append([_cell(sheet, f"{asking.period}, на {asking.day:%d.%m.%Y}")])
    sheet.append([])
    sheet.append([_cell(sheet, header, BOLD) for header in HEADERS])
    for one in rows:
        sheet.append([_cell(sheet, text) for text in _cells(one)])
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def _cell(sheet: Any, text: str, font: Font | None = None) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text)[:_LONGEST])
    # A name that begins with "=" must stay a name.
    cell.data_type = "s"
    if font is not None:
        cell.font = font
    return cell


def _cells(one: SubjectFigure) -> tuple[str, ...]:
    deliveries = [f"№ {ref.delivery}" for ref in one.evidence if ref.delivery is not None]
    return (
        one.name,
        one.code,
        STANDINGS[standing_of(one.in_population, one.achieved)],
        "; ".join(because_text(because) for because in one.because),
        ", ".join(deliveries),
    )
