"""The inbox: events are written down before anybody is answered (contract 1)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session, aliased

from connector.domain.signals import Arrival, Dialect
from connector.models import Delivery, Source, SourceCount
from connector.models.inserting import insert_into

FIRST_LOOK = timedelta(seconds=3)
"""Foreign senders post from inside Moodle's transaction; asked at once, it knows nothing yet. The
pause also lets the several events of one happening share one look."""

_CHUNK = 1000
"""Rows of one statement, ten values each. SQLite takes 32,766 values and PostgreSQL 65,535; a batch
of statements may have 4 MiB, and one that did not fit would be answered 503 for ever."""


class InboxService:
    """Stores deliveries. Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def accept(
        self, source: str, dialect: Dialect, arrivals: Sequence[Arrival], now: datetime
    ) -> tuple[int, int, int]:
        """Writes the relevant arrivals down, one row per key and digest.

        Returns how many were accepted, duplicate and ignored. A key that is there with another
        digest is stored beside the first and both are marked as a conflict.
        """
        relevant = {(a.key, a.digest): a for a in arrivals if a.relevant}
        ignored = Counter(a.type for a in arrivals if not a.relevant)
        rows = list(relevant.values())
        accepted = sum(
            self._insert(source, dialect, rows[start : start + _CHUNK], now)
            for start in range(0, len(rows), _CHUNK)
        )
        duplicate = sum(a.relevant for a in arrivals) - accepted
        # In one order everywhere: two requests that count the same types must not deadlock.
        for name, times in sorted(ignored.items()):
            self.count(source, "ignored", name, now, times)
        self._session.execute(
            update(Source).where(Source.code == source).values(last_delivery_at=now)
        )
        return accepted, duplicate, ignored.total()

    def count(self, source: str, what: str, reason: str, now: datetime, times: int = 1) -> None:
        """Counts something that is not kept: an ignored event, a refused request."""
        statement = insert_into(self._session, SourceCount).values(
            source=source, day=now.date().isoformat(), what=what, reason=reason[:120], count=times
        )
        self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["source", "day", "what", "reason"],
                set_={"count": SourceCount.count + times},
            )
        )

    def _insert(
        self, source: str, dialect: Dialect, arrivals: Sequence[Arrival], now: datetime
    ) -> int:
        # Our own sender is believed and can be folded at once; of the others Moodle is asked first.
        state = "ready" if dialect is Dialect.NATIVE else "new"
        rows = [
            {
                "source": source,
                "key": arrival.key,
                "digest": arrival.digest,
                "type": arrival.type,
                "body": arrival.body,
                "received_at": now,
                "state": state,
                "attempts": 0,
                "conflict": False,
                "next_try_at": None if state == "ready" else now + FIRST_LOOK,
            }
            for arrival in arrivals
        ]
        statement = insert_into(self._session, Delivery).values(rows)
        inserted = self._session.scalars(
            statement.on_conflict_do_nothing(index_elements=["source", "key", "digest"]).returning(
                Delivery.key
            )
        ).all()
        if inserted:
            self._mark_conflicts(source, inserted)
        return len(inserted)

    def _mark_conflicts(self, source: str, keys: Sequence[str]) -> None:
        other = aliased(Delivery)
        twin = exists().where(
            other.source == Delivery.source, other.key == Delivery.key, other.id != Delivery.id
        )
        self._session.execute(
            update(Delivery)
            .where(Delivery.source == source, Delivery.key.in_(keys), twin)
            .values(conflict=True)
            .execution_options(synchronize_session=False)
        )


def waiting_counts(session: Session) -> dict[tuple[str, str], int]:
    """Deliveries by source and state."""
    rows = session.execute(
        select(Delivery.source, Delivery.state, func.count()).group_by(
            Delivery.source, Delivery.state
        )
    )
    return {(source, state): count for source, state, count in rows}
