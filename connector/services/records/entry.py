"""One record entered by a person: checked and written as a workbook of one row (contract 3).

What a form adds to an import: it says which version of the row it was opened on, so that of two
people the second is told; a key that was corrected moves the row; and a row entered by mistake is
taken back. Every step stays in `imports`, with who made it and what the row was before.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from connector.errors import ConnectorError
from connector.models import ALWAYS, Import, Record
from connector.services.imports import gate as import_gate
from connector.services.imports.differences import completed
from connector.services.imports.importing import ImportService
from connector.services.imports.plan import Body, Change, Counts, Plan, Write
from connector.spreadsheets.columns import Sheet
from connector.spreadsheets.faults import Caution, Fault
from connector.spreadsheets.workbook import Workbook

ROW = 2
"""The number of the entered row: the header is row 1."""


class RowInTheWay(ConnectorError):
    """A workbook brought the same row in the same moment; to be tried again."""


class Step(StrEnum):
    """What a person did to a row."""

    ADDED = "added"
    CHANGED = "changed"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row as it is now. made_by: of its latest change, None where that is not known."""

    key: str
    body: Body
    recorded_at: datetime
    made_by: str | None

    @property
    def version(self) -> str:
        """The same for the same values, whoever wrote them."""
        text = json.dumps(dict(self.body), ensure_ascii=False, sort_keys=True)
        return sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Opened:
    """The row that a form was opened on, as it was then."""

    key: str
    version: str


@dataclass(frozen=True, slots=True)
class Making:
    """Who enters something, and when. today: the municipality's local day."""

    by: str
    now: datetime
    today: date


@dataclass(frozen=True, slots=True)
class Outcome:
    """step None: nothing was written, because nothing differed or because of what follows.

    faults: what was wrong, by column. conflict: the row as somebody else left it meanwhile; gone:
    somebody else took it back.
    """

    key: str | None = None
    step: Step | None = None
    faults: tuple[Fault, ...] = ()
    cautions: tuple[Caution, ...] = ()
    conflict: StoredRow | None = None
    gone: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether the row is now as the person wanted it."""
        return not self.faults and self.conflict is None and not self.gone


@dataclass(frozen=True, slots=True)
class Chapter:
    """One line of a row's history; body: the row after the step, before: before it."""

    at: datetime
    by: str | None
    step: Step
    key: str
    body: Body
    before: Body | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RecordEntryService:
    """Takes a session of a writing transaction, never commits."""

    session: Session = field(repr=False)
    municipality: str
    importer: ImportService = field(default_factory=ImportService)

    def row(self, sheet: Sheet, key: str) -> StoredRow | None:
        """The row as it is now; None where there is none, or it was taken back."""
        found = self.session.execute(
            select(Record.body, Record.recorded_at, Import.made_by)
            .outerjoin(Import, Import.id == Record.import_id)
            .where(
                Record.municipality == self.municipality,
                Record.sheet == sheet.name,
                Record.key == key,
            )
            .order_by(Record.valid_from.desc())
        ).first()
        if found is None:
            return None
        body, recorded_at, made_by = found
        return StoredRow(key, completed(sheet, {}, body), recorded_at, made_by)

    def save(
        self, sheet: Sheet, entered: Mapping[str, str], opened: Opened | None, making: Making
    ) -> Outcome:
        """Writes one row from the texts of a form; idempotent. opened None: a new row.

        Nothing is written where the outcome is not settled. Raises RowInTheWay.
        """
        # Two forms at once must not both find the version that they were opened on.
        import_gate.close(self.session, self.municipality)
        workbook, key = _one_row(sheet, entered)
        plan = self.importer.check(self.session, self.municipality, workbook, making.today)
        held = self.row(sheet, opened.key) if opened else None
        conflict = self._conflict(plan, opened, held)
        if conflict is not None:
            return conflict
        if plan.faults or key is None:
            return Outcome(faults=tuple(plan.faults))
        there = self.row(sheet, key) if opened is None or opened.key != key else None
        if there is not None:
            return self._already_there(sheet, plan, there)
        before = held.body if held else None
        if held is not None and held.key != key:
            leaning = self._leaning(sheet, held.key)
            if leaning:
                return Outcome(faults=(Fault(sheet.name, ROW, sheet.key[0], leaning),))
            _remove(plan, sheet, held)
        if not plan.changes:
            return Outcome(key, cautions=tuple(plan.cautions))
        step = Step.ADDED if before is None else Step.CHANGED
        body = next(c.body for c in plan.changes if c.sheet == sheet.name and c.key == key)
        self._write(plan, making, step, _told(sheet, key, body, before, held))
        return Outcome(key, step, cautions=tuple(plan.cautions))

    def take_back(
        self, sheet: Sheet, opened: Opened, reason: str | None, making: Making
    ) -> Outcome:
        """Removes a row that was entered by mistake, for all days: it was never so.

        Its last form stays in the history, and entering it again brings it back. Refused while
        other rows name it.
        """
        import_gate.close(self.session, self.municipality)
        held = self.row(sheet, opened.key)
        if held is None:
            return Outcome(opened.key)
        if held.version != opened.version:
            return Outcome(opened.key, conflict=held)
        leaning = self._leaning(sheet, opened.key)
        if leaning:
            return Outcome(faults=(Fault(sheet.name, None, None, leaning),))
        plan = Plan(self.municipality, making.today)
        _remove(plan, sheet, held)
        told = _told(sheet, held.key, held.body, held.body, held)
        self._write(plan, making, Step.TAKEN_BACK, {**told, "reason": reason})
        return Outcome(opened.key, Step.TAKEN_BACK)

    def history(self, sheet: Sheet, key: str, limit: int = 50) -> tuple[Chapter, ...]:
        """What people did to the row on pages, the latest first; workbooks are not told of."""
        row = Import.outcome["row"]
        return self._chapters(sheet, limit, row["key"].as_string() == key)

    def taken_back(self, sheet: Sheet, limit: int = 100) -> tuple[Chapter, ...]:
        """Rows that were taken back and are not there again, the latest first."""
        step = Import.outcome["row"]["step"].as_string()
        found: dict[str, Chapter] = {}
        for chapter in self._chapters(sheet, limit, step == str(Step.TAKEN_BACK)):
            found.setdefault(chapter.key, chapter)
        return tuple(one for one in found.values() if self.row(sheet, one.key) is None)

    def _conflict(
        self, plan: Plan, opened: Opened | None, held: StoredRow | None
    ) -> Outcome | None:
        if opened is None:
            return None
        if held is None:
            return Outcome(opened.key, faults=tuple(plan.faults), gone=True)
        if held.version == opened.version:
            return None
        if plan.is_sound and not plan.changes:
            # The same form sent twice, or two people of one mind.
            return Outcome(opened.key)
        return Outcome(opened.key, faults=tuple(plan.faults), conflict=held)

    def _already_there(self, sheet: Sheet, plan: Plan, there: StoredRow) -> Outcome:
        if not plan.changes:
            return Outcome(there.key, cautions=tuple(plan.cautions))
        titles = ", ".join(sheet.by_name[name].titles[0] for name in sheet.key)
        text = f"такая запись уже есть (совпадают: {titles}); откройте её, чтобы изменить"
        return Outcome(there.key, faults=(Fault(sheet.name, ROW, sheet.key[0], text),))

    def _leaning(self, sheet: Sheet, key: str) -> str | None:
        """Why the row must not go from its key: the decisions that follow from an analysis."""
        if sheet.name != "analyses":
            return None
        numbers = self.session.scalars(
            select(Record.body["number"].as_string()).where(
                Record.municipality == self.municipality,
                Record.sheet == "decisions",
                Record.body["analysis"].as_string() == key,
            )
        ).all()
        if not numbers:
            return None
        return (
            f"на этот анализ ссылаются решения: {', '.join(sorted(numbers))}; измените сначала их"
        )

    def _write(self, plan: Plan, making: Making, step: Step, told: Mapping[str, Any]) -> None:
        try:
            made = self.importer.apply(self.session, plan, making.now, making.by)
        except IntegrityError as err:
            # A workbook with the same row committed a moment ago: imports do not wait for forms.
            raise RowInTheWay(told["key"]) from err
        assert made is not None
        made.outcome = {**made.outcome, "row": {"step": str(step), **told}}
        self.session.flush()

    def _chapters(self, sheet: Sheet, limit: int, chosen: Any) -> tuple[Chapter, ...]:
        imports = self.session.scalars(
            select(Import)
            .where(
                Import.municipality == self.municipality,
                Import.outcome["row"]["sheet"].as_string() == sheet.name,
                chosen,
            )
            .order_by(Import.id.desc())
            .limit(limit)
        )
        return tuple(_chapter(one) for one in imports)


def _one_row(sheet: Sheet, entered: Mapping[str, str]) -> tuple[Workbook, str | None]:
    """A workbook of the one row, and the row's key where it could be read."""
    workbook = Workbook()
    names = [column.name for column in sheet.columns]
    cells = tuple(entered.get(name, "").strip() or None for name in names)
    workbook.add(sheet.name, [tuple(names), cells])
    rows = workbook.sheets[sheet.name].rows
    if not rows:
        # An empty row of a workbook is passed over; an empty form is a mistake.
        for name in names:
            if sheet.by_name[name].required:
                workbook.findings.fault(sheet.name, ROW, name, "обязательное значение")
        return workbook, None
    return workbook, rows[0].key


def _remove(plan: Plan, sheet: Sheet, held: StoredRow) -> None:
    """Adds to the plan that the row goes, with every version of it."""
    plan.changes.append(Change(sheet.name, held.key, Write.DELETE, ALWAYS, held.body, held.body))
    counts = plan.sheets.setdefault(sheet.name, Counts())
    plan.sheets[sheet.name] = replace(counts, ended=counts.ended + 1)


def _told(
    sheet: Sheet, key: str, body: Body, before: Body | None, held: StoredRow | None
) -> dict[str, Any]:
    former = held.key if held is not None and held.key != key else None
    return {
        "sheet": sheet.name,
        "key": key,
        "former": former,
        "body": dict(body),
        "before": dict(before) if before is not None else None,
    }


def _chapter(made: Import) -> Chapter:
    row = made.outcome["row"]
    return Chapter(
        made.made_at,
        made.made_by,
        Step(row["step"]),
        row["key"],
        row["body"],
        row["before"],
        row.get("reason"),
    )


def differing(sheet: Sheet, body: Body, other: Body) -> Sequence[str]:
    """Names of the columns in which two bodies differ, in the sheet's order."""
    return [name for name in _names(sheet) if body.get(name) != other.get(name)]


def _names(sheet: Sheet) -> Iterable[str]:
    return (column.name for column in sheet.columns)
