"""Imports of spreadsheets (contract 3): checked whole, then written whole, and idempotent.

History. Staff, schools and associations are dated: the first version of a row holds from ALWAYS, a
change from the import's effective day on; another import of the same day amends that version. Every
other sheet keeps the latest version only. A row that a file no longer has stays, except that a
person missing from a staff sheet is ended on the day before the effective day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.errors import ConnectorError
from connector.models import ALWAYS, Import, Record, Source
from connector.services.imports import writing as import_writing
from connector.services.imports.differences import Difference, completed, difference
from connector.services.imports.plan import Change, Counts, Plan, Write
from connector.services.imports.stored_rows import existing, stored
from connector.services.imports.touched import touched
from connector.spreadsheets.faults import Findings, Remark
from connector.spreadsheets.references import Reference, moodle_names, sources, unmet
from connector.spreadsheets.rows import TypedSheet
from connector.spreadsheets.sheets import SHEETS
from connector.spreadsheets.workbook import Workbook

ENDS_WITHOUT_ASKING = 10
"""One of so many employed people may be ended without a confirmation (contract 3: a tenth)."""

AfterImport = Callable[[Session, str, frozenset[str]], None]
"""Told the session, the municipality and the sheets that changed, inside the transaction."""


class ImportRefused(ConnectorError):
    """A plan with faults was to be written."""


@dataclass(frozen=True, slots=True)
class ImportService:
    """Never commits. A plan is to be applied in the transaction in which it was made.

    after_import: called after a change was written; deliveries that waited for a person or a
    course go through by it.
    """

    after_import: AfterImport | None = None

    def check(
        self,
        session: Session,
        municipality: str,
        workbook: Workbook,
        effective: date,
        ends: int | None = None,
    ) -> Plan:
        """What the workbook would change from `effective` on, or everything that is wrong with it.

        Writes nothing. ends: the number of people that the caller knows will be ended; needed
        above a tenth of those employed, and then it must be exact.
        """
        plan = Plan(municipality, effective)
        findings = workbook.findings.copy()
        for name in SHEETS:
            if name in workbook.sheets:
                typed = workbook.sheets[name]
                keys = None if name == "staff" else {r.key for r in typed.rows if r.key}
                rows = stored(session, municipality, name, keys)
                found = difference(typed, rows, effective, findings)
                if name == "staff":
                    _end_people(found, typed, effective, ends, findings)
                plan.sheets[name] = found.counts
                plan.changes.extend(found.changes)
        _check_references(session, plan, workbook, findings)
        _check_sources(session, workbook, findings)
        _check_moodle_names(session, municipality, workbook, findings)
        plan.faults = sorted(findings.faults, key=_place)
        plan.cautions = sorted(findings.cautions, key=_place)
        if plan.faults:
            plan.sheets, plan.changes = {}, []
        return plan

    def apply(
        self, session: Session, plan: Plan, now: datetime, made_by: str | None = None
    ) -> Import | None:
        """Writes the plan and marks whom it touches. None where there was nothing to change.

        Raises ImportRefused for a plan with faults, having written nothing.
        """
        if not plan.is_sound:
            raise ImportRefused(f"{len(plan.faults)} faults")
        import_writing.ensure_municipality(session, plan)
        if not plan.changes:
            return None
        made = Import(
            municipality=plan.municipality,
            made_at=now,
            effective_on=plan.effective,
            made_by=made_by,
            outcome=plan.as_json(),
        )
        session.add(made)
        session.flush()
        import_writing.write(session, plan, now, made.id)
        created = import_writing.refresh_subjects(session, plan)
        found = touched(session, plan.municipality, plan.changes)
        for kind, codes in created.items():
            getattr(found, kind).difference_update(codes)
        found.mark(session, plan.municipality)
        if self.after_import is not None:
            changed = frozenset(change.sheet for change in plan.changes)
            self.after_import(session, plan.municipality, changed)
        return made


def _end_people(
    found: Difference,
    typed: TypedSheet,
    effective: date,
    ends: int | None,
    findings: Findings,
) -> None:
    """Ends whom the staff sheet no longer has; above a tenth only with the exact number."""
    number = len(found.leaving)
    if not number or not all(row.sound for row in typed.rows):
        return
    last_day = (effective - timedelta(days=1)).strftime("%d.%m.%Y")
    if number * ENDS_WITHOUT_ASKING > found.employed and ends != number:
        given = "" if ends is None else f" (указано {ends})"
        text = (
            f"в листе нет сотрудников, работающих сейчас: {number} из {found.employed}, это больше "
            f"десятой части; если все они уволены {last_day}, подтвердите: --ends {number}{given}"
        )
        findings.fault("staff", None, None, text)
        return
    text = f"сотрудников, которых нет в листе, будет уволено {last_day}: {number}"
    findings.caution("staff", None, None, text)
    found.counts.ended = number
    found.changes.extend(found.leaving)


def _place(remark: Remark) -> tuple[int, int]:
    """In the order of the sheets and their rows, whatever found the remark; whole sheets first."""
    known = remark.sheet if remark.sheet in SHEETS else None
    return list(SHEETS).index(known) if known else len(SHEETS), remark.row or 0


def _check_references(session: Session, plan: Plan, workbook: Workbook, findings: Findings) -> None:
    references = list(unmet(workbook))
    wanted: dict[str, set[str]] = {}
    for reference in references:
        for sheet in reference.sheets:
            wanted.setdefault(sheet, set()).add(reference.key)
    known = {
        sheet: existing(session, plan.municipality, sheet, keys) for sheet, keys in wanted.items()
    }
    untitled: dict[str, Reference] = {}
    for reference in references:
        if any(reference.key in known[sheet] for sheet in reference.sheets):
            continue
        if reference.sheets == ("competencies",):
            untitled.setdefault(reference.key, reference)
        else:
            findings.fault(reference.sheet, reference.row, reference.column, reference.expected)
    _create_competencies(plan, untitled, findings)


def _create_competencies(plan: Plan, untitled: dict[str, Reference], findings: Findings) -> None:
    sheet = SHEETS["competencies"]
    for code, named in untitled.items():
        text = f"компетенции «{code}» нет в справочнике: она будет создана без названия"
        findings.caution(named.sheet, named.row, named.column, text)
        body = completed(sheet, {"code": code}, {})
        plan.changes.append(Change(sheet.name, code, Write.INSERT, ALWAYS, body, None))
        plan.sheets.setdefault(sheet.name, Counts()).added += 1


def _check_sources(session: Session, workbook: Workbook, findings: Findings) -> None:
    named = sources(workbook)
    if not named:
        return
    known = set(session.scalars(select(Source.code).where(Source.code.in_(named))))
    for code, (sheet, row) in named.items():
        if code not in known:
            text = f"источника «{code}» пока нет; создайте его: connector sources add"
            findings.caution(sheet, row, "source", text)


def _check_moodle_names(
    session: Session, municipality: str, workbook: Workbook, findings: Findings
) -> None:
    """A misspelled course or quiz would otherwise prove nothing without a word."""
    mapped: dict[str, set[str]] = {}
    for named in moodle_names(workbook):
        for sheet in named.mapped_by:
            if sheet not in mapped:
                mapped[sheet] = _mapped(session, municipality, workbook, sheet)
        if not any(named.name in mapped[sheet] for sheet in named.mapped_by):
            text = f"«{named.name}» нет в листах {', '.join(named.mapped_by)}: проверьте написание"
            findings.caution(named.sheet, named.row, named.column, text)


def _mapped(session: Session, municipality: str, workbook: Workbook, sheet: str) -> set[str]:
    """Courses of the programmes sheet, quizzes of the others."""
    column = "course" if sheet == "programmes" else "quiz"
    stored_names = session.scalars(
        select(Record.body[column].as_string())
        .where(Record.municipality == municipality, Record.sheet == sheet)
        .distinct()
    )
    typed = workbook.sheets.get(sheet)
    rows = typed.rows if typed else []
    return {*stored_names, *(row.values.get(column) for row in rows)}
