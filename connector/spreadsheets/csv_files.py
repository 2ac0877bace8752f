"""Reads CSV files in UTF-8, one for each sheet, as plain rows of cells."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from connector.spreadsheets.faults import WorkbookRefused

LARGEST_FILE = 512 * 2**20
_DELIMITERS = ";,\t"


def csv_files(folder: Path) -> list[Path]:
    """The CSV files of a folder, by name; other files lie there unread."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() == ".csv" and not path.name.startswith(".") and path.is_file()
    )


def rows(path: Path) -> Iterator[tuple[str, ...]]:
    """The records of a file, the delimiter being what its first line uses most.

    Numbered as a spreadsheet program numbers them: a line break inside quotes starts no row.
    Raises WorkbookRefused, also while rows are being read.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise WorkbookRefused(
            f"Файл {path.name} больше {LARGEST_FILE // 2**20} МиБ. Разделите его на части."
        )
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from map(tuple, csv.reader(file, delimiter=_delimiter(file)))
    except UnicodeDecodeError as err:
        raise WorkbookRefused(
            f"Файл {path.name} записан не в UTF-8. Сохраните его как «CSV UTF-8»."
        ) from err
    except csv.Error as err:
        raise WorkbookRefused(f"Файл {path.name} не читается как CSV: {err}.") from err


def _delimiter(file: io.TextIOBase) -> str:
    line = file.readline(2**16)
    file.seek(0)
    outside = "".join(line.split('"')[::2])
    return max(_DELIMITERS, key=lambda sign: (outside.count(sign), -_DELIMITERS.index(sign)))
