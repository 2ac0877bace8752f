"""What the rows of a workbook name, and must therefore be in it or known from before."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connector.spreadsheets.columns import Refers, stored_key
from connector.spreadsheets.rows import Row, TypedSheet
from connector.spreadsheets.sheets_routes import split_step
from connector.spreadsheets.workbook import Workbook

MUNICIPALITY = "municipality"

_SHEETS = {
    Refers.STAFF: ("staff",),
    Refers.SCHOOL: ("schools",),
    Refers.ASSOCIATION: ("associations",),
    Refers.PLACE: ("staff", "schools", "associations"),
    Refers.ROADMAP_SCOPE: ("associations",),
    Refers.ANALYSIS: ("analyses",),
    Refers.COMPETENCY: ("competencies",),
}
_EXPECTED = {
    ("staff",): "ожидается табельный номер сотрудника (лист staff)",
    ("schools",): "ожидается код школы (лист schools)",
    ("associations",): "ожидается код объединения (лист associations)",
    ("staff", "schools", "associations"): "ожидается код школы, объединения или табельный номер",
    ("analyses",): "ожидается номер анализа (лист analyses)",
    ("routes",): "ожидается номер маршрута этого сотрудника (лист routes)",
    ("steps",): "ожидается шаг маршрута этого сотрудника (лист steps)",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A row's cell that names `key` of one of `sheets`."""

    sheets: tuple[str, ...]
    key: str
    sheet: str
    row: int
    column: str

    @property
    def expected(self) -> str:
        return f"{_EXPECTED[self.sheets]}, а «{self.key.rsplit('|')[-1]}» неизвестен"


def unmet(workbook: Workbook) -> Iterator[Reference]:
    """References to rows that the workbook itself does not have, in order of sheet and row.

    Rows at fault still count as there: one wrong cell must not make a hundred others wrong.
    """
    own = {
        name: {row.key for row in sheet.rows if row.key is not None}
        for name, sheet in workbook.sheets.items()
    }
    for typed in workbook.sheets.values():
        for row in typed.rows:
            for reference in _references(typed, row):
                if not any(reference.key in own.get(name, ()) for name in reference.sheets):
                    yield reference


def sources(workbook: Workbook) -> dict[str, tuple[str, int]]:
    """Codes of the sources named, each with the first sheet and row that name it."""
    found: dict[str, tuple[str, int]] = {}
    for name, typed in workbook.sheets.items():
        if "source" in typed.columns:
            for row in typed.rows:
                if code := row.values.get("source"):
                    found.setdefault(code, (name, row.number))
    return found


@dataclass(frozen=True, slots=True)
class MoodleName:
    """A quiz or course that a row names by itself, without a source."""

    sheet: str
    row: int
    column: str
    mapped_by: tuple[str, ...]
    """Sheets of which one should say what it is."""
    name: str


def moodle_names(workbook: Workbook) -> Iterator[MoodleName]:
    """Courses that evidence names and quizzes that routes are based on."""
    if "evidence" in workbook.sheets:
        for row in workbook.sheets["evidence"].rows:
            if row.values.get("kind") == "programme" and (name := row.values.get("target")):
                yield MoodleName("evidence", row.number, "target", ("programmes",), name)
    if "routes" in workbook.sheets:
        for row in workbook.sheets["routes"].rows:
            if name := row.values.get("based_on"):
                mapped_by = ("diagnostics", "questions")
                yield MoodleName("routes", row.number, "based_on", mapped_by, name)


def _references(typed: TypedSheet, row: Row) -> Iterator[Reference]:
    sheet, values = typed.sheet, row.values
    for column in sheet.columns:
        value = values.get(column.name)
        own_number = sheet.name == "staff" and column.name == "personnel_no"
        if column.refers is None or not value or own_number:
            continue
        for one in value if isinstance(value, list) else (value,):
            for sheets, key in _named(column.refers, one):
                yield Reference(sheets, key, sheet.name, row.number, column.name)
    number, route = values.get("personnel_no"), values.get("number")
    if sheet.name in ("steps", "pauses") and number and route:
        yield Reference(("routes",), stored_key(number, route), sheet.name, row.number, "number")
    if sheet.name == "evidence":
        yield from _evidenced_step(values, row)


def _named(refers: Refers, value: str) -> Iterator[tuple[tuple[str, ...], str]]:
    if refers is Refers.SCOPE:
        kind, _, code = value.partition(":")
        if code:
            yield (("schools",) if kind == "school" else ("associations",)), code
    elif refers in _SHEETS and not (refers is Refers.ROADMAP_SCOPE and value == MUNICIPALITY):
        yield _SHEETS[refers], value


def _evidenced_step(values: Any, row: Row) -> Iterator[Reference]:
    number, target = values.get("personnel_no"), values.get("target")
    if values.get("kind") != "step" or not number or not target:
        return
    if step := split_step(target):
        key = stored_key(number, step[0], str(step[1]))
        yield Reference(("steps",), key, "evidence", row.number, "target")
