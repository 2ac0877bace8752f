"""The inbox: events are written down before anybody is answered (contract 1)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.orm import Session

from connector.domain.signals import Arrival, Dialect
from connector.models import Delivery
from connector.models.base import UtcDateTime
from connector.services.inbox.inbox_rows import NewRow, RowKey, insert_new, mark_conflicts

SEEN_EVERY = timedelta(seconds=1)
"""How exactly it is kept when a source was last heard: one row that every request writes would make
them all wait for one another."""

_CHUNK = 1000
"""Keys of one marking; the databases take so many values and no more in a statement."""

_COUNT = text(
    """
    INSERT INTO source_counts (source, day, what, reason, count)
    VALUES (:source, :day, :what, :reason, :times)
    ON CONFLICT (source, day, what, reason)
    DO UPDATE SET count = source_counts.count + excluded.count
    """
)
_SEEN = text(
    """
    UPDATE sources SET last_delivery_at = :now
    WHERE code = :source
        AND (last_delivery_at IS NULL OR last_delivery_at NOT BETWEEN :since AND :now)
    """
).bindparams(bindparam("now", type_=UtcDateTime()), bindparam("since", type_=UtcDateTime()))


@dataclass(frozen=True, slots=True)
class Posted:
    """The events of one request to `source` (its code), in the sender's order."""

    source: str
    dialect: Dialect
    arrivals: Sequence[Arrival]


Counts = tuple[int, int, int]
"""How many events were accepted, duplicate and ignored."""


class InboxService:
    """Stores deliveries. Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def accept(
        self, source: str, dialect: Dialect, arrivals: Sequence[Arrival], now: datetime
    ) -> Counts:
        """Writes the events of one request down, as `accept_all` does."""
        return self.accept_all([Posted(source, dialect, arrivals)], now)[0]

    def accept_all(self, requests: Sequence[Posted], now: datetime) -> list[Counts]:
        """Writes the relevant arrivals down, one row per source, key and digest.

        The counts, request by request, are those that the requests would have got one after the
        other. A key that is there with another digest is stored beside the first and all are marked
        as a conflict.
        """
        rows: dict[RowKey, NewRow] = {}
        firsts: list[set[RowKey]] = []
        for request in requests:
            own = _rows(request)
            first = own.keys() - rows.keys()
            firsts.append(first)
            rows |= {key: own[key] for key in first}
        written, several = insert_new(self._session, rows.values(), now)
        ordered = sorted(several)
        for start in range(0, len(ordered), _CHUNK):
            mark_conflicts(self._session, ordered[start : start + _CHUNK])
        self._count_ignored(requests, now)
        for source in sorted({request.source for request in requests}):
            self._session.connection().execute(
                _SEEN, {"source": source, "now": now, "since": now - SEEN_EVERY}
            )
        new = set(written)
        return [
            _counts(request, len(first & new))
            for request, first in zip(requests, firsts, strict=True)
        ]

    def count(self, source: str, what: str, reason: str, now: datetime, times: int = 1) -> None:
        """Counts something that is not kept: an ignored event, a refused request."""
        self._session.connection().execute(
            _COUNT,
            {
                "source": source,
                "day": now.date().isoformat(),
                "what": what,
                "reason": reason[:120],
                "times": times,
            },
        )

    def _count_ignored(self, requests: Sequence[Posted], now: datetime) -> None:
        ignored = Counter(
            (request.source, arrival.type)
            for request in requests
            for arrival in request.arrivals
            if not arrival.relevant
        )
        # In one order everywhere: two requests that count the same types must not deadlock.
        for (source, name), times in sorted(ignored.items()):
            self.count(source, "ignored", name, now, times)


def _rows(request: Posted) -> dict[RowKey, NewRow]:
    # Our own sender is believed and can be folded at once; of the others Moodle is asked first.
    state = "ready" if request.dialect is Dialect.NATIVE else "new"
    return {
        (request.source, one.key, one.digest): NewRow(
            request.source, one.key, one.digest, one.type, one.body, state
        )
        for one in request.arrivals
        if one.relevant
    }


def _counts(request: Posted, accepted: int) -> Counts:
    relevant = sum(arrival.relevant for arrival in request.arrivals)
    return accepted, relevant - accepted, len(request.arrivals) - relevant


def waiting_counts(session: Session) -> dict[tuple[str, str], int]:
    """Deliveries by source and state."""
    rows = session.execute(
        select(Delivery.source, Delivery.state, func.count()).group_by(
            Delivery.source, Delivery.state
        )
    )
    return {(source, state): count for source, state, count in rows}
