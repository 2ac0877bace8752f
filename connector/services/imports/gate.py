"""Imports and those who park take turns, so that nothing is left parked that an import has let go.

Whoever parks has looked up people and catalogue a moment before. An import that lands in between
would not see what is parked after it, and that would wait for a person who is there. SQLite has one
writer, so there the comparison of imports is enough; PostgreSQL needs a lock besides.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from connector.models import Import, SourceMunicipality

_SPACE = 7_301
"""Keeps our advisory locks apart from those of others in the same database."""


def close(session: Session, municipality: str) -> None:
    """An import is about to let go what waited: until it commits nobody parks."""
    _lock(session, "pg_advisory_xact_lock", (municipality,))


def enter(session: Session, municipalities: Iterable[str]) -> None:
    """About to park: waits for imports that are letting go just now."""
    _lock(session, "pg_advisory_xact_lock_shared", municipalities)


def _lock(session: Session, function: str, municipalities: Iterable[str]) -> None:
    if session.get_bind().dialect.name != "postgresql":
        return
    for municipality in sorted(set(municipalities)):
        session.execute(
            text(f"SELECT {function}(:space, hashtext(:municipality))"),
            {"space": _SPACE, "municipality": municipality},
        )


def served(session: Session) -> Mapping[str, tuple[str, ...]]:
    """The municipalities of every source."""
    rows = session.execute(
        select(SourceMunicipality.source, SourceMunicipality.municipality).order_by(
            SourceMunicipality.source, SourceMunicipality.municipality
        )
    )
    found: dict[str, tuple[str, ...]] = {}
    for source, municipality in rows:
        found[source] = (*found.get(source, ()), municipality)
    return found


def latest_imports(session: Session) -> Mapping[str, int]:
    """The number of each municipality's latest import."""
    rows = session.execute(
        select(Import.municipality, func.max(Import.id)).group_by(Import.municipality)
    )
    return dict(rows.all())
