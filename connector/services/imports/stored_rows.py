"""Stored records as imports need them: streamed by sheet, and asked for by key."""

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from connector.models import Record
from connector.services.imports.differences import Version

CHUNK = 1000
"""Values of one IN list; SQLite takes 32,766 at most."""
FEW = 5000
"""Up to here rows are asked for by key, beyond it the whole sheet is streamed."""


def chunks(values: Collection[str]) -> Iterator[Sequence[str]]:
    """The values in order, in lists that fit a statement."""
    ordered = sorted(values)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def stored(
    session: Session, municipality: str, sheet: str, keys: Collection[str] | None
) -> Iterator[tuple[str, list[Version]]]:
    """Keys with their versions, oldest first; None: of the whole sheet."""
    whole = (
        select(Record.key, Record.valid_from, Record.body)
        .where(Record.municipality == municipality, Record.sheet == sheet)
        .order_by(Record.key, Record.valid_from)
    )
    if keys is None or len(keys) > FEW:
        yield from _grouped(session, whole)
        return
    for chunk in chunks(keys):
        yield from _grouped(session, whole.where(Record.key.in_(chunk)))


def existing(session: Session, municipality: str, sheet: str, keys: Collection[str]) -> set[str]:
    """Which of the keys the sheet has."""
    found: set[str] = set()
    for chunk in chunks(keys):
        found.update(
            session.scalars(
                select(Record.key).where(
                    Record.municipality == municipality,
                    Record.sheet == sheet,
                    Record.key.in_(chunk),
                )
            )
        )
    return found


def _grouped(session: Session, query: Select[Any]) -> Iterator[tuple[str, list[Version]]]:
    with session.execute(query.execution_options(yield_per=CHUNK)) as rows:
        for key, versions in groupby(rows, key=lambda row: row[0]):
            yield key, [Version(valid_from, body) for _, valid_from, body in versions]
