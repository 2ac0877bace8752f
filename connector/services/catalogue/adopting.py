"""A course or quiz of the queue put into the catalogue: a workbook of a few rows, written at once.

After it everything is as if the rows had come in a spreadsheet: checked alike, kept in `imports`
with who made them, and what waited for them is let go in the same transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.models import Record
from connector.services.catalogue.unmapped import Unmapped
from connector.services.imports import gate as import_gate
from connector.services.imports.importing import ImportService
from connector.services.imports.plan import Body
from connector.services.records.entry import Making
from connector.spreadsheets.faults import Fault
from connector.spreadsheets.sheets import SHEETS
from connector.spreadsheets.workbook import Workbook

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewCompetency:
    """One that the catalogue lacks yet."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Adoption:
    """Takes a session of a writing transaction, never commits. Nothing is written with faults."""

    session: Session = field(repr=False)
    municipality: str
    importer: ImportService

    def course(
        self, course: Unmapped, row: Row, new: NewCompetency | None, making: Making
    ) -> Sequence[Fault]:
        """The course is a programme. row: columns of the programmes sheet but source and course."""
        whole = {**row, "source": course.source, "course": course.called}
        return self._write({"programmes": [whole]}, new, making)

    def quiz(
        self,
        quiz: Unmapped,
        row: Row,
        questions: Sequence[Row],
        new: NewCompetency | None,
        making: Making,
    ) -> Sequence[Fault]:
        """The quiz is a diagnostic. questions: slot or category, and competency."""
        named = {"source": quiz.source, "quiz": quiz.called}
        sheets = {
            "diagnostics": [{**row, **named}],
            "questions": [{**one, **named} for one in questions],
        }
        return self._write(sheets, new, making)

    def like(self, one: Unmapped, key: str, making: Making) -> Sequence[Fault] | None:
        """It is the same as one in the catalogue, held anew or elsewhere. None: `key` is not there.

        Register entry, hours, competencies and final assessment are taken over, of a diagnostic
        the questions.
        """
        sheet = "programmes" if one.kind == "course" else "diagnostics"
        models = self._rows(sheet, Record.key == key)
        if not models:
            return None
        model = models[0]
        if one.kind == "course":
            return self.course(one, _cells(sheet, model), None, making)
        questions = self._rows(
            "questions",
            Record.body["source"].as_string() == model["source"],
            Record.body["quiz"].as_string() == model["quiz"],
        )
        rows = [_cells("questions", question) for question in questions]
        return self.quiz(one, _cells(sheet, model), rows, None, making)

    def _write(
        self, sheets: Mapping[str, Sequence[Row]], new: NewCompetency | None, making: Making
    ) -> Sequence[Fault]:
        import_gate.close(self.session, self.municipality)
        workbook = Workbook()
        if new is not None:
            _add(workbook, "competencies", [{"code": new.code, "title": new.title}])
        for name, rows in sheets.items():
            if rows:
                _add(workbook, name, rows)
        plan = self.importer.check(self.session, self.municipality, workbook, making.today)
        if plan.is_sound:
            self.importer.apply(self.session, plan, making.now, making.by)
        return tuple(plan.faults)

    def _rows(self, sheet: str, *which: Any) -> Sequence[Body]:
        return self.session.scalars(
            select(Record.body)
            .where(Record.municipality == self.municipality, Record.sheet == sheet, *which)
            .order_by(Record.key)
        ).all()


def _add(workbook: Workbook, name: str, rows: Sequence[Row]) -> None:
    """Only the columns that are given: the others keep what is held, or their defaults."""
    columns = [c for c in SHEETS[name].by_name if any(c in row for row in rows)]
    cells = [tuple(row.get(column) or None for column in columns) for row in rows]
    workbook.add(name, [tuple(columns), *cells])


def _cells(sheet: str, body: Body) -> dict[str, str | None]:
    """A stored row as the cells of a workbook."""
    return {name: cell(body.get(name)) for name in SHEETS[sheet].by_name}


def cell(value: Any) -> str | None:
    """A stored value as a cell: lists split by `;`, days as ISO dates."""
    if value is None or value == []:
        return None
    if isinstance(value, bool):
        return "да" if value else "нет"
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)
