"""Sheets as a methodist would fill them in: CSV files with Russian names and headers."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from connector.spreadsheets.sheets import SHEETS

Rows = Sequence[Mapping[str, object]]
"""Rows by English column name; a column that no row has is left out of the file."""


def write_folder(folder: Path, sheets: Mapping[str, Rows]) -> None:
    """One file for each sheet that has rows, as `connector import` takes them (contract 3)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in sheets.items():
        if rows:
            _write(folder, name, rows)


def _write(folder: Path, name: str, rows: Rows) -> None:
    sheet = SHEETS[name]
    columns = [column for column in sheet.columns if any(column.name in row for row in rows)]
    with (folder / f"{sheet.titles[0]}.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([column.titles[0] for column in columns])
        for row in rows:
            writer.writerow([_cell(row.get(column.name)) for column in columns])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return str(value)
