"""Rows of the inbox, written the fast way of each database.

SQLAlchemy builds `INSERT … ON CONFLICT` anew on every call, which cost a request seven milliseconds
of processor time; a `text()` is built once, and the drivers prepare it. Any number of rows is one
statement: over arrays on PostgreSQL, of many rows of values on SQLite.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import TextClause, bindparam, exists, text, tuple_, update
from sqlalchemy.orm import Session, aliased

from connector.models import Delivery
from connector.models.base import UtcDateTime

FIRST_LOOK = timedelta(seconds=3)
"""Foreign senders post from inside Moodle's transaction; asked at once, it knows nothing yet. The
pause also lets the several events of one happening share one look."""

RowKey = tuple[str, str, str]
"""Source, key and digest: what makes a delivery one."""

RegisterKey = tuple[str, str]
"""Source and key; several digests of one are a conflict."""


@dataclass(frozen=True, slots=True)
class NewRow:
    """A delivery to be written. state: ready, or new where Moodle must be asked first."""

    source: str
    key: str
    digest: str
    type: str
    body: bytes
    state: str


_TIMES = (bindparam("now", type_=UtcDateTime()), bindparam("first_look", type_=UtcDateTime()))

# The snapshot of a statement does not show what the statement itself writes: a twin found here was
# there before.
_INSERT_ARRAYS = text(
    """
    WITH stored AS (
        INSERT INTO deliveries
            (source, key, digest, type, body, state, received_at, next_try_at, attempts, conflict)
        SELECT source, key, digest, type, body, state, CAST(:now AS timestamptz),
            CASE WHEN state = 'new' THEN CAST(:first_look AS timestamptz) END, 0, false
        FROM unnest(
            CAST(:sources AS text[]), CAST(:keys AS text[]), CAST(:digests AS text[]),
            CAST(:types AS text[]), CAST(:bodies AS bytea[]), CAST(:states AS text[])
        ) AS given (source, key, digest, type, body, state)
        ON CONFLICT (source, key, digest) DO NOTHING
        RETURNING source, key, digest
    )
    SELECT source, key, digest, EXISTS (
        SELECT FROM deliveries AS twin WHERE twin.source = stored.source AND twin.key = stored.key
    )
    FROM stored
    """
).bindparams(*_TIMES)

ROWS = 500
"""Of one statement on SQLite, which takes some 32,000 values and no more."""


@lru_cache(maxsize=128)
def _insert_rows(count: int) -> TextClause:
    rows = ", ".join(
        f"(:source{n}, :key{n}, :digest{n}, :type{n}, :body{n}, :state{n}, :now,"
        f" CASE WHEN :state{n} = 'new' THEN :first_look END, 0, false)"
        for n in range(count)
    )
    return text(
        f"""
        INSERT INTO deliveries
            (source, key, digest, type, body, state, received_at, next_try_at, attempts, conflict)
        VALUES {rows}
        ON CONFLICT (source, key, digest) DO NOTHING
        RETURNING source, key, digest
        """
    ).bindparams(*_TIMES)


# CROSS JOIN: SQLite then looks up each pair by the unique index and never reads the table through.
_TWINS = text(
    """
    SELECT twin.source, twin.key
    FROM json_each(:pairs) AS pair
    CROSS JOIN deliveries AS twin
        ON twin.source = json_extract(pair.value, '$[0]')
        AND twin.key = json_extract(pair.value, '$[1]')
    GROUP BY twin.source, twin.key
    HAVING count(*) > 1
    """
)


def insert_new(
    session: Session, rows: Iterable[NewRow], now: datetime
) -> tuple[list[RowKey], set[RegisterKey]]:
    """Writes the rows that are not there yet. `rows` are of distinct keys and digests.

    Returns which were written, and of these the keys that have several digests now.
    """
    # In one order everywhere: two processes that are sent the same again must not deadlock.
    ordered = sorted(rows, key=lambda row: (row.source, row.key, row.digest))
    if not ordered:
        return [], set()
    if session.get_bind().dialect.name == "postgresql":
        return _insert_arrays(session, ordered, now)
    return _insert_values(session, ordered, now)


def mark_conflicts(session: Session, keys: Iterable[RegisterKey]) -> None:
    """Marks every delivery of these keys that has a twin."""
    other = aliased(Delivery)
    twin = exists().where(
        other.source == Delivery.source, other.key == Delivery.key, other.id != Delivery.id
    )
    session.execute(
        update(Delivery)
        .where(tuple_(Delivery.source, Delivery.key).in_(sorted(keys)), twin)
        .values(conflict=True)
        .execution_options(synchronize_session=False)
    )


def _insert_arrays(
    session: Session, rows: Sequence[NewRow], now: datetime
) -> tuple[list[RowKey], set[RegisterKey]]:
    found = session.connection().execute(
        _INSERT_ARRAYS,
        {
            "now": now,
            "first_look": now + FIRST_LOOK,
            "sources": [row.source for row in rows],
            "keys": [row.key for row in rows],
            "digests": [row.digest for row in rows],
            "types": [row.type for row in rows],
            "bodies": [row.body for row in rows],
            "states": [row.state for row in rows],
        },
    )
    written: list[RowKey] = []
    several: set[RegisterKey] = set()
    seen: set[RegisterKey] = set()
    for source, key, digest, has_twin in found:
        written.append((source, key, digest))
        if has_twin or (source, key) in seen:
            several.add((source, key))
        seen.add((source, key))
    return written, several


def _insert_values(
    session: Session, rows: Sequence[NewRow], now: datetime
) -> tuple[list[RowKey], set[RegisterKey]]:
    connection = session.connection()
    written: list[RowKey] = []
    for start in range(0, len(rows), ROWS):
        part = rows[start : start + ROWS]
        values: dict[str, object] = {"now": now, "first_look": now + FIRST_LOOK}
        for n, row in enumerate(part):
            values |= {
                f"source{n}": row.source,
                f"key{n}": row.key,
                f"digest{n}": row.digest,
                f"type{n}": row.type,
                f"body{n}": row.body,
                f"state{n}": row.state,
            }
        written += [
            (source, key, digest)
            for source, key, digest in connection.execute(_insert_rows(len(part)), values)
        ]
    if not written:
        return [], set()
    pairs = json.dumps([[source, key] for source, key, _digest in written], ensure_ascii=False)
    return written, {(source, key) for source, key in connection.execute(_TWINS, {"pairs": pairs})}
