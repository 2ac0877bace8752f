"""The people of a municipality as a list: what was folded of each, without folding anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.models import Subject


@dataclass(frozen=True, slots=True)
class PersonLine:
    """deficits: open or addressed ones; measured: whether any competency was."""

    number: str
    name: str
    measured: bool
    deficits: int
    active_routes: int
    stalled_routes: int


def people_of(session: Session, municipality: str) -> list[PersonLine]:
    """Everybody, in order of name, as of the day each was last judged."""
    rows = session.execute(
        select(Subject.code, Subject.title, Subject.state)
        .where(Subject.municipality == municipality, Subject.kind == "staff")
        .order_by(Subject.sort_key, Subject.code)
    )
    return [_line(code, title, state or {}) for code, title, state in rows]


def has_people(session: Session, municipality: str) -> bool:
    """Whether anybody was ever imported: until then every list is empty for that reason alone."""
    anybody = select(Subject.code).where(
        Subject.municipality == municipality, Subject.kind == "staff"
    )
    return session.scalar(anybody.limit(1)) is not None


def _line(number: str, name: str, state: Mapping[str, Any]) -> PersonLine:
    deficits = state.get("deficits", {})
    routes = state.get("routes", [])
    return PersonLine(
        number,
        name,
        bool(deficits),
        sum(one["state"] in ("open", "addressed") for one in deficits.values()),
        sum(one["state"] == "active" for one in routes),
        sum(one["stalled_since"] is not None for one in routes),
    )
