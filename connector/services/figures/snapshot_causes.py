"""What was learnt of subjects since a moment: why a figure that was reported is another one today.

Only what is written down with the time at which it was learnt: events of Moodle, whose accounts
are, rows of sheets, rows taken back. What is not among them (changed rules) leaves no trace here.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from connector.domain.because import SubjectKind
from connector.models import Account, EvidenceSlot, Import, Record, Subject
from connector.services.imports.stored_rows import chunks
from connector.services.records.origins import SHEETS_OF, entered_rows

MOST = 5
"""Causes told of one subject, the latest first."""

_OF_MUNICIPALITY = ("analyses", "decisions")
_RELATED = {
    "school": ("staff", "teams"),
    "team": ("teams",),
    "association": ("plans", "roadmap", "meetings"),
}
"""Sheets whose rows bear on a place that they name."""


class CauseKind(StrEnum):
    EVENT = "event"
    RETRACTION = "retraction"
    ACCOUNT = "account"
    RECORD = "record"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Cause:
    """at: when it was learnt. delivery: of an event; sheet, by: of a row."""

    kind: CauseKind
    at: datetime
    delivery: int | None = None
    sheet: str | None = None
    by: str | None = None


def causes(
    session: Session,
    municipality: str,
    kind: SubjectKind,
    codes: Collection[str],
    since: datetime,
) -> Mapping[str, tuple[Cause, ...]]:
    """By code, the latest first; a code of which nothing was learnt is left out."""
    found: dict[str, list[Cause]] = {}
    for chunk in chunks(set(codes)):
        wanted = list(chunk)
        if kind is SubjectKind.STAFF:
            _add(found, _events(session, municipality, wanted, since))
            _add(found, _matches(session, municipality, wanted, since))
        _add(found, _rows(session, municipality, kind, wanted, since))
    _add(found, _taken_back(session, municipality, kind, set(codes), since))
    return {
        code: tuple(sorted(own, key=lambda cause: cause.at, reverse=True)[:MOST])
        for code, own in found.items()
    }


Told = Iterable[tuple[str, Cause]]


def _add(found: dict[str, list[Cause]], told: Told) -> None:
    for code, cause in told:
        found.setdefault(code, []).append(cause)


def _events(session: Session, municipality: str, codes: list[str], since: datetime) -> Told:
    rows = session.execute(
        select(Subject.code, EvidenceSlot.says, EvidenceSlot.recorded_at, EvidenceSlot.delivery_id)
        .join(Account, Account.subject_id == Subject.id)
        .join(
            EvidenceSlot,
            (EvidenceSlot.source == Account.source) & (EvidenceSlot.user_id == Account.user_id),
        )
        .where(
            Subject.municipality == municipality,
            Subject.kind == "staff",
            Subject.code.in_(codes),
            EvidenceSlot.recorded_at > since,
        )
    )
    for code, says, at, delivery in rows:
        kind = CauseKind.RETRACTION if says == "not_so" else CauseKind.EVENT
        yield code, Cause(kind, at, delivery)


def _matches(session: Session, municipality: str, codes: list[str], since: datetime) -> Told:
    rows = session.execute(
        select(Subject.code, Account.matched_at)
        .join(Account, Account.subject_id == Subject.id)
        .where(
            Subject.municipality == municipality,
            Subject.kind == "staff",
            Subject.code.in_(codes),
            Account.matched_at > since,
        )
    )
    for code, at in rows:
        if at is not None:
            yield code, Cause(CauseKind.ACCOUNT, at)


def _rows(
    session: Session, municipality: str, kind: SubjectKind, codes: list[str], since: datetime
) -> Told:
    own = SHEETS_OF.get(str(kind))
    related = _RELATED.get(str(kind), ())
    bears = []
    if kind is SubjectKind.STAFF:
        mentored = (Record.sheet == "mentorships") & Record.related.in_(codes)
        bears = [Record.person.in_(codes), mentored]
    if own is not None:
        bears.append((Record.sheet == own) & Record.key.in_(codes))
    if related:
        bears.append(Record.sheet.in_(related) & Record.related.in_(codes))
    if kind is SubjectKind.MUNICIPALITY:
        bears.append(Record.sheet.in_(_OF_MUNICIPALITY))
    if not bears:
        return
    rows = entered_rows(session, municipality, Record.recorded_at > since, or_(*bears))
    wanted = set(codes)
    for row in rows:
        cause = Cause(CauseKind.RECORD, row.recorded_at, sheet=row.sheet, by=row.made_by)
        if kind is SubjectKind.MUNICIPALITY:
            yield municipality, cause
            continue
        named = {name for name in (row.key, row.person, row.related) if name}
        yield from ((code, cause) for code in named & wanted)


def _taken_back(
    session: Session, municipality: str, kind: SubjectKind, codes: set[str], since: datetime
) -> Told:
    rows = session.execute(
        select(Import.made_at, Import.made_by, Import.outcome["row"]).where(
            Import.municipality == municipality,
            Import.made_at > since,
            Import.outcome["row"]["step"].as_string() == "taken_back",
        )
    )
    for at, by, row in rows:
        cause = Cause(CauseKind.TAKEN_BACK, at, sheet=row["sheet"], by=by)
        if kind is SubjectKind.MUNICIPALITY:
            if row["sheet"] in _OF_MUNICIPALITY:
                yield municipality, cause
            continue
        named = {row["key"], *(value for value in row["body"].values() if isinstance(value, str))}
        yield from ((code, cause) for code in named & codes)
