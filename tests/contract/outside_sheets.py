"""Sheets as a methodist keeps them: a folder of CSV files or a workbook (contract 3)."""

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from openpyxl import Workbook

Sheets = Mapping[str, str]
"""Sheet name → its lines: a heading and rows, cells parted by `|`."""


def rows_of(text: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.split("|")]
        for line in text.strip().splitlines()
        if line.strip()
    ]


def write_folder(folder: Path, sheets: Sheets) -> Path:
    """A CSV file for each sheet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in sheets.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows_of(text))
    return folder


def write_workbook(path: Path, sheets: Sheets) -> Path:
    """One XLSX workbook with all sheets, cells typed as Excel types what people enter."""
    book = Workbook()
    book.remove(book.active)
    for name, text in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows_of(text):
            sheet.append([_typed(cell) for cell in row])
    book.save(path)
    return path


def _typed(cell: str) -> str | int | date:
    """Numbers and ISO dates become numbers and dates; a date of another form stays a text."""
    if cell.isdecimal():
        return int(cell)
    try:
        return date.fromisoformat(cell)
    except ValueError:
        return cell
