"""A workbook as it was sent: an XLSX file, a folder of CSV files, or one CSV file."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from connector.errors import reason_of
from connector.spreadsheets import csv_files, xlsx
from connector.spreadsheets.faults import Findings, WorkbookRefused
from connector.spreadsheets.rows import TypedSheet, typed
from connector.spreadsheets.sheets import SHEETS, sheet_called


@dataclass(slots=True)
class Workbook:
    """Typed rows by sheet name, and what was wrong with cells, headers and sheet names."""

    sheets: dict[str, TypedSheet] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)

    def add(self, title: str, cells: Iterable[tuple[Any, ...]]) -> None:
        """Takes one sheet in. An unknown or repeated one is a fault, and is not read."""
        sheet = sheet_called(title)
        if sheet is None:
            known = ", ".join(f"{s.name} ({s.titles[0]})" for s in SHEETS.values())
            text = f"неизвестный лист; ожидается один из: {known}"
            self.findings.fault(title[:60], None, None, text)
        elif sheet.name in self.sheets:
            self.findings.fault(title[:60], None, None, f"лист {sheet.name} встречается дважды")
        else:
            self.sheets[sheet.name] = typed(sheet, cells, self.findings)


def read_workbook(path: Path) -> Workbook:
    """Reads and types a whole workbook. Raises WorkbookRefused where there is none to be read;
    what is wrong inside is gathered in `findings`."""
    try:
        if path.is_dir():
            return _read_folder(path)
        if path.suffix.lower() == ".csv":
            return _read_files([path])
        with path.open("rb") as file:
            return read_xlsx(file)
    except OSError as err:
        raise WorkbookRefused(f"Файл {path} не открывается: {reason_of(err)}.") from err


def read_xlsx(file: IO[bytes]) -> Workbook:
    """Reads an XLSX workbook from a seekable binary file. Raises WorkbookRefused."""
    workbook = Workbook()
    with xlsx.opened(file) as sheets:
        for title, cells in sheets:
            workbook.add(title, cells)
    return workbook


def _read_folder(folder: Path) -> Workbook:
    files = csv_files.csv_files(folder)
    if not files:
        raise WorkbookRefused(f"В папке {folder} нет ни одного файла .csv.")
    return _read_files(files)


def _read_files(files: list[Path]) -> Workbook:
    workbook = Workbook()
    for path in files:
        try:
            workbook.add(path.stem, csv_files.rows(path))
        except WorkbookRefused as err:
            # The other files may have faults too, and all of them are told at once.
            workbook.findings.fault(path.stem, None, None, str(err))
    return workbook
