"""Cells become typed rows: headers are recognised, every cell is checked, all faults are kept."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

from connector.spreadsheets.columns import Sheet
from connector.spreadsheets.faults import Findings
from connector.spreadsheets.spelling import plain, tidy


@dataclass(frozen=True, slots=True)
class Row:
    """number: as a spreadsheet program shows it. key: None where a needed part was not readable.
    values: the sheet's columns that were there and read without a fault, as JSON values.
    sound: nothing in it was at fault.
    """

    number: int
    key: str | None
    values: Mapping[str, Any]
    sound: bool = True


@dataclass(slots=True)
class TypedSheet:
    """columns: those that the file has, in its order."""

    sheet: Sheet
    columns: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)

    @property
    def absent(self) -> tuple[str, ...]:
        """Columns that the file does not have; they keep what is stored."""
        return tuple(c.name for c in self.sheet.columns if c.name not in self.columns)


def typed(sheet: Sheet, cells: Iterable[tuple[Any, ...]], findings: Findings) -> TypedSheet:
    """Reads one sheet. The first row that is not empty holds the headers; a key that occurs twice
    is a fault of the later row."""
    found = TypedSheet(sheet)
    header: dict[int, str] | None = None
    headless: set[int] = set()
    seen: dict[str, int] = {}
    reader = _Reader(sheet, findings)
    for number, row in enumerate(cells, start=1):
        if row.count(None) == len(row):
            # Quick, because some programs number their last row 1,048,576 and fill the gap.
            continue
        values = [None if _is_blank(cell) else cell for cell in row]
        if all(value is None for value in values):
            continue
        if header is None:
            header = _header(sheet, number, values, findings)
            found.columns = tuple(name for name in header.values() if name)
            continue
        for place, value in enumerate(values):
            if value is not None and place not in header:
                headless.add(place)
        typed_row = reader.row(number, header, values)
        if typed_row.key is not None and seen.setdefault(typed_row.key, number) != number:
            text = f"повторяет строку {seen[typed_row.key]}: {', '.join(sheet.key)} совпадают"
            findings.fault(sheet.name, number, None, text)
            continue
        found.rows.append(typed_row)
    if header is None:
        findings.fault(sheet.name, None, None, "ожидается строка заголовков, а лист пуст")
    for place in sorted(headless):
        text = f"в {place + 1}-й колонке есть значения, а заголовка нет"
        findings.fault(sheet.name, None, None, text)
    return found


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _header(sheet: Sheet, number: int, values: list[Any], findings: Findings) -> dict[int, str]:
    """Column names by place; an empty name is a column at fault, whose cells are not read."""
    header: dict[int, str] = {}
    for place, value in enumerate(values):
        if value is None:
            continue
        name = sheet.by_header.get(plain(str(value)))
        if name is None:
            known = ", ".join(column.name for column in sheet.columns)
            text = f"неизвестная колонка; ожидается одна из: {known}"
            findings.fault(sheet.name, number, tidy(str(value))[:60], text)
        elif name in header.values():
            findings.fault(sheet.name, number, name, "колонка встречается дважды")
            name = None
        header[place] = name or ""
    for column in sheet.columns:
        if column.name in sheet.key and column.indispensable and column.name not in header.values():
            text = f"нет обязательной колонки «{column.titles[0]}»"
            findings.fault(sheet.name, number, column.name, text)
    return header


_MEMORY = 5_000
"""Typed values remembered of one column: schools and positions recur, birth dates hardly do."""


class _Reader:
    """Types the rows of one sheet. The schema takes the time, so cells that are empty and may be,
    and texts that were typed before, do not go through it again."""

    def __init__(self, sheet: Sheet, findings: Findings) -> None:
        self.sheet, self.findings = sheet, findings
        self.memory: dict[str, dict[str, Any]] = {column.name: {} for column in sheet.columns}

    def row(self, number: int, header: dict[int, str], cells: list[Any]) -> Row:
        raw = {
            name: cells[place] if place < len(cells) else None
            for place, name in header.items()
            if name
        }
        known, unknown = self._known(raw)
        try:
            loaded = self.sheet.schema.load(unknown, partial=True)
        except ValidationError as err:
            return self._faulty(number, known, err)
        self._remember(unknown, loaded)
        values = {name: known[name] if name in known else loaded[name] for name in raw}
        complaints = list(_check_spans(self.sheet, values))
        if self.sheet.check is not None:
            complaints.extend(self.sheet.check(values))
        for name, text in complaints:
            self.findings.fault(self.sheet.name, number, name, text)
        return Row(number, self.sheet.row_key(values), values, sound=not complaints)

    def _known(self, raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        known: dict[str, Any] = {}
        unknown: dict[str, Any] = {}
        for name, cell in raw.items():
            if cell is None and not self.sheet.by_name[name].required:
                known[name] = self.sheet.defaults[name]
            elif isinstance(cell, str) and cell in self.memory[name]:
                known[name] = self.memory[name][cell]
            else:
                unknown[name] = cell
        return known, unknown

    def _remember(self, cells: Mapping[str, Any], loaded: Mapping[str, Any]) -> None:
        for name, cell in cells.items():
            memory = self.memory[name]
            if isinstance(cell, str) and len(memory) < _MEMORY:
                memory[cell] = loaded[name]

    def _faulty(self, number: int, known: dict[str, Any], err: ValidationError) -> Row:
        messages = err.messages_dict
        for name, texts in messages.items():
            self.findings.fault(self.sheet.name, number, name, "; ".join(_flat(texts)))
        valid = err.valid_data if isinstance(err.valid_data, dict) else {}
        sound = known | {name: value for name, value in valid.items() if name not in messages}
        key = None if messages.keys() & set(self.sheet.key) else self.sheet.row_key(sound)
        return Row(number, key, sound, sound=False)


def _flat(texts: Any) -> list[str]:
    if isinstance(texts, Mapping):
        return [text for inner in texts.values() for text in _flat(inner)]
    return [str(text) for text in texts]


def _check_spans(sheet: Sheet, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for first, last in sheet.spans:
        begin, end = values.get(first), values.get(last)
        if begin is not None and end is not None and begin > end:
            yield last, f"ожидается дата не раньше, чем в колонке {first} ({begin})"
