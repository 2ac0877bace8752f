"""Decisions about accounts as the audit keeps them: who, when, and what each account was before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.models import Audit, Subject
from connector.services.access.looks import (
    ACCOUNT_CONFIRMED,
    ACCOUNT_IGNORED,
    ACCOUNT_LEFT,
    ACCOUNT_MERGED,
    ACCOUNT_PARTED,
    ACCOUNT_RESTORED,
    LookService,
)
from connector.services.access.visibility import Viewer
from connector.services.sources.matching import Holding, Move

ACTIONS = (
    ACCOUNT_CONFIRMED,
    ACCOUNT_PARTED,
    ACCOUNT_IGNORED,
    ACCOUNT_LEFT,
    ACCOUNT_MERGED,
    ACCOUNT_RESTORED,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the audit. names: people of `moves` by municipality and personnel number."""

    id: int
    at: datetime
    actor: str
    action: str
    moves: tuple[Move, ...]
    names: Mapping[tuple[str, str], str]


class MatchHistory:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def note(self, viewer: Viewer, action: str, moves: Sequence[Move], now: datetime) -> None:
        """Writes a decision down, in the transaction in which it is made."""
        told = [holding for move in moves for holding in (move.after, move.before)]
        person = next((one for one in told if one.number is not None), Holding("none"))
        detail = {"by": "page", "moves": [_as_json(move) for move in moves]}
        LookService(self._session).note(
            viewer, action, person.municipality or viewer.municipality, person.number, now, detail
        )

    def recent(self, viewer: Viewer, limit: int = 20) -> list[Decision]:
        """The latest decisions of the viewer's municipality, or of all; the latest first."""
        query = select(Audit).where(Audit.action.in_(ACTIONS))
        if viewer.municipality is not None:
            query = query.where(Audit.municipality == viewer.municipality)
        rows = self._session.scalars(query.order_by(Audit.at.desc(), Audit.id.desc()).limit(limit))
        return [one for row in rows if (one := self._told(row)) is not None and _is_of(viewer, one)]

    def find(self, viewer: Viewer, number: int) -> Decision | None:
        """One decision, if it is the viewer's to take back."""
        row = self._session.get(Audit, number) if 0 < number < 2**63 else None
        if row is None or row.action not in ACTIONS or not viewer.decides:
            return None
        if viewer.municipality is not None and row.municipality != viewer.municipality:
            return None
        decision = self._told(row)
        return decision if decision is not None and _is_of(viewer, decision) else None

    def _told(self, row: Audit) -> Decision | None:
        moves = tuple(_move(one) for one in (row.detail or {}).get("moves", ()))
        if not moves:
            # Decisions of former versions say nothing of what was before.
            return None
        return Decision(row.id, row.at, row.actor, row.action, moves, self._names(moves))

    def _names(self, moves: Sequence[Move]) -> dict[tuple[str, str], str]:
        people = {
            (one.municipality, one.number)
            for move in moves
            for one in (move.before, move.after)
            if one.municipality is not None and one.number is not None
        }
        found: dict[tuple[str, str], str] = {}
        for municipality in sorted({municipality for municipality, _ in people}):
            rows = self._session.execute(
                select(Subject.code, Subject.title).where(
                    Subject.municipality == municipality,
                    Subject.kind == "staff",
                    Subject.code.in_([n for m, n in people if m == municipality]),
                )
            )
            found |= {(municipality, code): title for code, title in rows}
        return found


def _is_of(viewer: Viewer, decision: Decision) -> bool:
    """An account that went to or came from another municipality is the administrator's matter."""
    if viewer.municipality is None:
        return True
    towns = {one.municipality for m in decision.moves for one in (m.before, m.after)}
    return towns <= {None, viewer.municipality}


def _as_json(move: Move) -> dict[str, Any]:
    return {
        "source": move.source,
        "user_id": move.user_id,
        "before": _holding_json(move.before),
        "after": _holding_json(move.after),
    }


def _holding_json(holding: Holding) -> dict[str, Any]:
    return {
        "match": holding.match,
        "municipality": holding.municipality,
        "number": holding.number,
    }


def _move(stored: Mapping[str, Any]) -> Move:
    return Move(
        stored["source"],
        stored["user_id"],
        Holding(**stored["before"]),
        Holding(**stored["after"]),
    )
