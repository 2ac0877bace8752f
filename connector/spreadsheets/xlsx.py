"""Reads the sheets of an XLSX workbook as plain rows of cells."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from connector.spreadsheets.archive import guard
from connector.spreadsheets.faults import WorkbookRefused

MOST_COLUMNS = 128
"""Far more than any sheet has; one cell in the last of Excel's 16,384 costs as many per row."""
MOST_ROWS = 2**20
"""Excel's own limit. Row numbers are only stated in the file, and every gap is filled: a row
numbered 10**12 would keep the reader busy for days."""


@contextmanager
def opened(file: IO[bytes]) -> Iterator[Iterator[tuple[str, Iterator[tuple[Any, ...]]]]]:
    """The sheets of a workbook, in order: name and rows, to be read one after the other.

    Formulas give the value that the spreadsheet program stored last; macros are not looked at.
    Raises WorkbookRefused, also while rows are being read.
    """
    # Five megabytes, of which the processes that serve have no use.
    import openpyxl

    guard(file)
    with warnings.catch_warnings(), _refused():
        # openpyxl warns of every Excel feature that it leaves out; none of them bears on cells.
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        try:
            yield _sheets(book)
        finally:
            book.close()


def _sheets(book: Any) -> Iterator[tuple[str, Iterator[tuple[Any, ...]]]]:
    for sheet in book.worksheets:
        # The stated dimension is a hint that some programs get wrong, and rows would be cut off.
        sheet.reset_dimensions()
        yield sheet.title, _rows(sheet)


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    rows = sheet.iter_rows(min_row=1, max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise WorkbookRefused(f"На листе «{sheet.title}» больше {MOST_ROWS} строк.")
        yield row


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except WorkbookRefused:
        raise
    except Exception as err:
        # openpyxl has no error of its own for XML that is well packed but wrong: it stumbles with
        # whatever its code meets (KeyError, TypeError, ParseError, ...), so all of it is refused.
        raise WorkbookRefused(
            "Файл повреждён и не читается как книга XLSX. Сохраните его заново."
        ) from err
