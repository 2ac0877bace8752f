"""The story of a route in one list: what was done, asked, decided and uploaded; by whom, when, why.

Each teller knows one part. Whoever adds another kind of event adds a teller to TELLERS.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.models import Import, ProofFile, Record, RouteChange, RouteRequest, StallAnswer
from connector.services.routes.contents import Code


@dataclass(frozen=True, slots=True)
class Happening:
    """kind: see web.route_story, which has the words. by: None where that is not known."""

    at: datetime
    by: str | None
    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None


Row = TypeVar("Row", RouteChange, RouteRequest, ProofFile, StallAnswer)
Teller = Callable[[Session, str, Code], Iterable[Happening]]


def story(session: Session, municipality: str, code: Code) -> Sequence[Happening]:
    """Everything that happened to a route, the latest first."""
    found = [one for tell in TELLERS for one in tell(session, municipality, code)]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _of(
    session: Session, table: type[Row], route: Any, municipality: str, code: Code
) -> Iterable[Row]:
    """The table's rows about one route, in the order they were written. route: its column of the
    route's number."""
    return session.scalars(
        select(table)
        .where(table.municipality == municipality, table.person == code[0], route == code[1])
        .order_by(table.id)
    )


def _changes(session: Session, municipality: str, code: Code) -> Iterable[Happening]:
    for row in _of(session, RouteChange, RouteChange.number, municipality, code):
        yield Happening(row.at, row.made_by, row.kind, {"rows": row.rows}, row.reason)


def _requests(session: Session, municipality: str, code: Code) -> Iterable[Happening]:
    for row in _of(session, RouteRequest, RouteRequest.number, municipality, code):
        asked = {
            "kind": row.kind,
            "step": row.step,
            "first": row.first_day,
            "last": row.last_day,
        }
        yield Happening(row.asked_at, row.asked_by, "asked", asked, row.reason)
        if row.decided_at is not None and row.state != "waiting":
            by = row.decided_by or row.asked_by
            yield Happening(row.decided_at, by, f"request_{row.state}", asked, row.decision)


def _files(session: Session, municipality: str, code: Code) -> Iterable[Happening]:
    for row in _of(session, ProofFile, ProofFile.number, municipality, code):
        told = {"name": row.name, "step": row.step}
        yield Happening(row.uploaded_at, row.uploaded_by, "uploaded", told, row.note)
        if row.reviewed_at is not None:
            kind = f"file_{row.state}"
            yield Happening(row.reviewed_at, row.reviewed_by, kind, told, row.reason)


def _imports(session: Session, municipality: str, code: Code) -> Iterable[Happening]:
    """Workbooks and record pages, as far as rows still are as they left them."""
    rows = session.execute(
        select(Import.id, Import.made_at, Import.made_by, Record.sheet, Record.body)
        .join(Import, Import.id == Record.import_id)
        .where(
            Record.municipality == municipality,
            Record.person == code[0],
            Record.sheet.in_(("routes", "steps", "pauses")),
            Record.body["number"].as_string() == code[1],
            # Written by what the other tellers tell of.
            Import.outcome["routes"].as_string().is_(None),
        )
        .order_by(Import.id, Record.sheet, Record.key)
    )
    found: dict[int, tuple[datetime, str | None, set[str]]] = {}
    for number, at, by, sheet, _ in rows:
        found.setdefault(number, (at, by, set()))[2].add(sheet)
    for at, by, sheets in found.values():
        yield Happening(at, by, "imported", {"sheets": sorted(sheets)})


def _stalls(session: Session, municipality: str, code: Code) -> Iterable[Happening]:
    """What was answered while the route stood still."""
    for row in _of(session, StallAnswer, StallAnswer.route, municipality, code):
        told = {"until": row.until, "to": row.recipient_name}
        yield Happening(row.given_at, row.author_name, f"stall_{row.kind}", told, row.text)


TELLERS: list[Teller] = [_changes, _requests, _files, _imports, _stalls]
