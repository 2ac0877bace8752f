"""Compares the rows of a sheet with what is stored, and dates the difference (contract 3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from connector.models import ALWAYS
from connector.services.cases.employments import is_employed_from, restated
from connector.services.imports.plan import Body, Change, Counts, Write
from connector.spreadsheets.columns import Sheet
from connector.spreadsheets.faults import Findings
from connector.spreadsheets.rows import Row, TypedSheet


@dataclass(frozen=True, slots=True)
class Version:
    valid_from: date
    body: Body


@dataclass(slots=True)
class Difference:
    """employed: people of the staff sheet employed on the effective day, those to end included.
    leaving: of them, those that the sheet no longer has."""

    counts: Counts = field(default_factory=Counts)
    changes: list[Change] = field(default_factory=list)
    employed: int = 0
    leaving: list[Change] = field(default_factory=list)


def difference(
    typed: TypedSheet,
    stored: Iterable[tuple[str, list[Version]]],
    effective: date,
    findings: Findings,
) -> Difference:
    """What the sheet changes; stored rows come with their versions, oldest first. Rows at fault
    change nothing and end nobody."""
    found = Difference()
    ends_people = typed.sheet.name == "staff"
    waiting = {row.key: row for row in typed.rows if row.key is not None}
    for key, versions in stored:
        row = waiting.pop(key, None)
        if ends_people and is_employed_from(_held(versions, effective).body, effective):
            found.employed += 1
            if row is None:
                found.leaving.append(_ending(typed.sheet, key, versions, effective))
        if row is not None and row.sound:
            _count(found, _changed(typed.sheet, row, key, versions, effective))
    _report_missing_columns(typed, list(waiting.values()), findings)
    for key, row in waiting.items():
        if row.sound:
            body = completed(typed.sheet, row.values, {})
            found.changes.append(Change(typed.sheet.name, key, Write.INSERT, ALWAYS, body, None))
            found.counts.added += 1
    return found


def completed(sheet: Sheet, values: Mapping[str, Any], held: Body) -> dict[str, Any]:
    """A whole body: what the file says; for columns that it lacks, what is held, else defaults."""
    return {
        name: values[name] if name in values else held.get(name, default)
        for name, default in sheet.defaults.items()
    }


def _count(found: Difference, change: Change | None) -> None:
    if change is None:
        found.counts.unchanged += 1
    else:
        found.counts.changed += 1
        found.changes.append(change)


def _held(versions: list[Version], day: date) -> Version:
    """The version in force on `day`; before the first one, the first one."""
    in_force = [version for version in versions if version.valid_from <= day]
    return in_force[-1] if in_force else versions[0]


def _changed(
    sheet: Sheet, row: Row, key: str, versions: list[Version], effective: date
) -> Change | None:
    held = _held(versions, effective)
    before = completed(sheet, {}, held.body)
    body = completed(sheet, row.values, before)
    if body == before:
        return None
    if not sheet.history:
        return Change(sheet.name, key, Write.UPDATE, held.valid_from, body, before)
    earlier = [v for v in versions if v.valid_from < effective]
    if _is_undone(sheet, body, held, earlier, effective):
        return _dated(sheet, key, Write.DELETE, versions, body, effective)
    if sheet.name == "staff":
        body = restated([version.body for version in earlier], body, effective)
        if body == before:
            return None
    return _written(sheet, key, versions, body, effective)


def _is_undone(
    sheet: Sheet, body: Body, held: Version, earlier: list[Version], effective: date
) -> bool:
    """Whether the file takes back what an import of the same day had changed."""
    if held.valid_from != effective or not earlier:
        return False
    return body == completed(sheet, {}, earlier[-1].body)


def _ending(sheet: Sheet, key: str, versions: list[Version], effective: date) -> Change:
    """The row with its end; or without the version by which an import of the same day brought
    somebody back."""
    earlier = [v for v in versions if v.valid_from < effective]
    if _held(versions, effective).valid_from == effective and earlier:
        before = completed(sheet, {}, earlier[-1].body)
        if not is_employed_from(before, effective):
            return _dated(sheet, key, Write.DELETE, versions, before, effective)
    body = completed(sheet, {}, _held(versions, effective).body)
    body["employed_until"] = (effective - timedelta(days=1)).isoformat()
    return _written(sheet, key, versions, body, effective)


def _written(
    sheet: Sheet, key: str, versions: list[Version], body: Body, effective: date
) -> Change:
    """A version of the effective day: a new one, or the one that an import of that day made."""
    again = any(version.valid_from == effective for version in versions)
    write = Write.UPDATE if again else Write.INSERT
    return _dated(sheet, key, write, versions, body, effective)


def _dated(
    sheet: Sheet,
    key: str,
    write: Write,
    versions: list[Version],
    body: Body,
    effective: date,
) -> Change:
    before = completed(sheet, {}, _held(versions, effective).body)
    latest = versions[-1].valid_from <= effective
    return Change(sheet.name, key, write, effective, body, before, latest)


def _report_missing_columns(typed: TypedSheet, new: list[Row], findings: Findings) -> None:
    """A column that is not there leaves known rows as they are, but a new row may need it."""
    if not new:
        return
    for name in typed.absent:
        column = typed.sheet.by_name[name]
        if column.indispensable and name not in typed.sheet.key:
            text = f"нет колонки «{column.titles[0]}», а новой строке {new[0].number} она нужна"
            findings.fault(typed.sheet.name, None, name, text)
