"""Routes written: several rows of one or of many routes together, as one import, with their story.

One import for all, because whatever is remembered of a municipality is read anew after each. What
is wrong with one route keeps only that one back. The caller holds the gate
(`services.imports.gate`), so that what it compared is still so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from connector.models import ALWAYS, RouteChange
from connector.services.imports.importing import ImportService
from connector.services.imports.plan import Body, Change, Counts, Plan, Write
from connector.services.records.entry import Making, RowInTheWay
from connector.services.routes.contents import Code, row_key
from connector.spreadsheets.sheets import SHEETS
from connector.spreadsheets.workbook import Workbook


class ChangeKind(StrEnum):
    """What was done to a route."""

    PROPOSED = "proposed"
    RENEWED = "renewed"
    WITHDRAWN = "withdrawn"
    EDITED = "edited"
    APPROVED = "approved"
    DISMISSED = "dismissed"
    PAUSED = "paused"
    PROLONGED = "prolonged"
    NOT_RELEVANT = "not_relevant"
    DROPPED = "dropped"
    PROVED = "proved"


@dataclass(frozen=True, slots=True)
class RouteEdit:
    """What is to be written of one route.

    rows: sheet and texts of its columns. gone: sheet and body of rows that were never so, such as
    those of a draft.
    """

    code: Code
    kind: ChangeKind
    rows: Sequence[tuple[str, Mapping[str, str]]] = ()
    gone: Sequence[tuple[str, Body]] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """faults: why an edit was not written, by its place in the order they came. changed: places of
    those that made a difference."""

    faults: Mapping[int, Sequence[str]] = field(default_factory=dict)
    changed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class RouteWriter:
    """Takes a session of a writing transaction, never commits. Raises RowInTheWay."""

    session: Session = field(repr=False)
    municipality: str
    importer: ImportService

    def write(self, edits: Sequence[RouteEdit], making: Making) -> Written:
        """Writes all edits that are sound; an edit that changes nothing is no change."""
        faults: dict[int, list[str]] = {}
        while True:
            left = [place for place in range(len(edits)) if place not in faults]
            workbook, places = _workbook([(place, edits[place]) for place in left])
            plan = self.importer.check(self.session, self.municipality, workbook, making.today)
            if plan.is_sound:
                break
            wrong = {p for f in plan.faults if (p := places.get((f.sheet, f.row))) is not None}
            # A fault of no row in particular is everybody's.
            for place in wrong or left:
                faults[place] = [
                    fault.text
                    for fault in plan.faults
                    if places.get((fault.sheet, fault.row), place) == place
                ]
        for place in left:
            _remove(plan, edits[place])
        changed = self._apply(plan, [(place, edits[place]) for place in left], making)
        return Written(faults, frozenset(changed))

    def _apply(
        self, plan: Plan, edits: Sequence[tuple[int, RouteEdit]], making: Making
    ) -> set[int]:
        if not plan.changes:
            return set()
        try:
            made = self.importer.apply(self.session, plan, making.now, making.by)
        except IntegrityError as err:
            # A workbook with the same row committed a moment ago: imports do not wait for pages.
            raise RowInTheWay(self.municipality) from err
        assert made is not None
        made.outcome = {**made.outcome, "routes": len(edits)}
        by_key = {(change.sheet, change.key): change for change in plan.changes}
        changed: set[int] = set()
        for place, edit in edits:
            keys = [(sheet, row_key(sheet, texts)) for sheet, texts in edit.rows]
            keys += [(sheet, row_key(sheet, body)) for sheet, body in edit.gone]
            rows = [_told(by_key[key]) for key in keys if key in by_key]
            if rows:
                changed.add(place)
                self.session.add(self._change(edit, rows, making))
        self.session.flush()
        return changed

    def _change(self, edit: RouteEdit, rows: list[dict[str, Any]], making: Making) -> RouteChange:
        return RouteChange(
            municipality=self.municipality,
            person=edit.code[0],
            number=edit.code[1],
            at=making.now,
            made_by=making.by[:120],
            kind=str(edit.kind),
            reason=edit.reason,
            rows=rows,
        )


def _workbook(
    edits: Sequence[tuple[int, RouteEdit]],
) -> tuple[Workbook, dict[tuple[str | None, int | None], int]]:
    """A workbook of all rows, and whose edit each of its rows is."""
    cells: dict[str, list[tuple[Any, ...]]] = {}
    places: dict[tuple[str | None, int | None], int] = {}
    for place, edit in edits:
        for sheet, texts in edit.rows:
            names = [column.name for column in SHEETS[sheet].columns]
            rows = cells.setdefault(sheet, [tuple(names)])
            rows.append(tuple(texts.get(name, "").strip() or None for name in names))
            places[sheet, len(rows)] = place
    workbook = Workbook()
    for sheet, rows in cells.items():
        workbook.add(sheet, rows)
    return workbook, places


def _remove(plan: Plan, edit: RouteEdit) -> None:
    for sheet, body in edit.gone:
        key = row_key(sheet, body)
        plan.changes.append(Change(sheet, key, Write.DELETE, ALWAYS, body, body))
        counts = plan.sheets.setdefault(sheet, Counts())
        plan.sheets[sheet] = replace(counts, ended=counts.ended + 1)


def _told(change: Change) -> dict[str, Any]:
    return {
        "sheet": change.sheet,
        "key": change.key,
        "before": dict(change.before) if change.before is not None else None,
        "after": None if change.write is Write.DELETE else dict(change.body),
    }
