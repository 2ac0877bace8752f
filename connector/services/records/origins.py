"""Which rows a judgement rests on where no event does: when they were entered, and by whom."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from connector.domain.because import Because, SubjectKind
from connector.models import Import, Record
from connector.services.cases.subjects import KIND_OF_SHEET
from connector.services.imports.stored_rows import chunks

SHEETS_OF: Mapping[str, str] = {
    kind: sheet for sheet, kind in KIND_OF_SHEET.items() if kind != "staff"
}
"""The sheet of which each row is a subject, by kind. A person is judged by much more than a row."""

_BEARING: Mapping[str, tuple[str, ...]] = {
    "staff": ("support", "mentorships", "assessments"),
    "association": ("plans", "roadmap", "meetings"),
}
"""Sheets that name a subject and that it may be judged by."""

_TOLD_BY: Mapping[str, str] = {
    "support": "support",
    "mentored": "mentorships",
    "assessed_on_all": "assessments",
    "work_plan": "plans",
    "roadmap_in_force": "roadmap",
    "meeting": "meetings",
}
"""Sheets that a reason speaks of: whoever counts for another reason is not proved by them."""

_OF_MUNICIPALITY = ("analyses", "decisions")


@dataclass(frozen=True, slots=True)
class Origin:
    """The latest row of a sheet. made_by: None where that is not known."""

    sheet: str
    key: str
    recorded_at: datetime
    made_by: str | None


def origins(
    session: Session, municipality: str, kind: SubjectKind, codes: Collection[str]
) -> Mapping[str, tuple[Origin, ...]]:
    """By code of the subject, one row a sheet; of subjects that rest on no rows, nothing."""
    found: dict[str, dict[str, Origin]] = {}
    own, bearing = SHEETS_OF.get(str(kind)), _BEARING.get(str(kind), ())
    for chunk in chunks(set(codes)):
        if own is not None:
            rows = entered_rows(session, municipality, Record.sheet == own, Record.key.in_(chunk))
            _keep(found, rows, lambda row: row.key)
        if bearing and kind is SubjectKind.STAFF:
            named = Record.person.in_(chunk)
            rows = entered_rows(session, municipality, Record.sheet.in_(bearing), named)
            _keep(found, rows, lambda row: row.person)
        elif bearing:
            named = Record.related.in_(chunk)
            rows = entered_rows(session, municipality, Record.sheet.in_(bearing), named)
            _keep(found, rows, lambda row: row.related)
    if kind is SubjectKind.MUNICIPALITY:
        rows = entered_rows(session, municipality, Record.sheet.in_(_OF_MUNICIPALITY))
        _keep(found, rows, lambda row: municipality)
    return {code: tuple(by_sheet.values()) for code, by_sheet in found.items()}


def proving(
    kind: SubjectKind, because: Iterable[Because], known: Iterable[Origin]
) -> tuple[Origin, ...]:
    """Of the rows of a subject those that its reasons speak of, and the one that it is."""
    told = {_TOLD_BY[one.code] for one in because if one.code in _TOLD_BY}
    bearing = _BEARING.get(str(kind), ())
    return tuple(one for one in known if one.sheet not in bearing or one.sheet in told)


def entered_rows(
    session: Session, municipality: str, *chosen: ColumnElement[bool]
) -> Iterable[Row[Any]]:
    """sheet, key, person, related, recorded_at, made_by of the rows that are chosen."""
    return session.execute(
        select(
            Record.sheet,
            Record.key,
            Record.person,
            Record.related,
            Record.recorded_at,
            Import.made_by,
        )
        .outerjoin(Import, Import.id == Record.import_id)
        .where(Record.municipality == municipality, *chosen)
        .order_by(Record.recorded_at, Record.key, Record.valid_from)
    )


def _keep(
    found: dict[str, dict[str, Origin]],
    rows: Iterable[Row[Any]],
    whose: Callable[[Row[Any]], str | None],
) -> None:
    for row in rows:
        code = whose(row)
        if code is not None:
            origin = Origin(row.sheet, row.key, row.recorded_at, row.made_by)
            found.setdefault(code, {})[row.sheet] = origin
