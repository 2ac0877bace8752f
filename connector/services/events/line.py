"""The line of events: each gets its place once its transaction is over, one after the other."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from connector.errors import LostLease
from connector.models import Event, EventLine
from connector.models.inserting import insert_into
from connector.models.many import update_many
from connector.services.events.messages import StoredEvent

LINE = "line"
COLUMNS = (
    Event.id, Event.number, Event.municipality, Event.key, Event.type, Event.version,
    Event.subject, Event.occurred_on, Event.recorded_at, Event.payload,
)  # fmt: skip


class EventLineService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def has_arrivals(self) -> bool:
        query = select(Event.id).where(Event.number.is_(None)).limit(1)
        return self._session.execute(query).first() is not None

    def line_up(self, limit: int) -> list[StoredEvent]:
        """Gives numbers to events that have none, in the order they were recorded in.

        Whoever else does so waits, so that numbers become visible in their order: what was read up
        to a number is complete.
        """
        line = self._locked()
        rows = self._session.execute(
            select(*COLUMNS).where(Event.number.is_(None)).order_by(Event.id).limit(limit)
        ).all()
        if not rows:
            return []
        numbers = range(line.last + 1, line.last + 1 + len(rows))
        update_many(
            self._session,
            Event,
            [{"id": row.id} for row in rows],
            [{"number": number} for number in numbers],
        )
        line.last = numbers[-1]
        self._session.flush()
        return [
            StoredEvent(row[0], number, *row[2:]) for row, number in zip(rows, numbers, strict=True)
        ]

    def take_publishing(self, token: str, until: datetime, now: datetime) -> bool:
        """Whether this process is the one that publishes until then: two would tell twice."""
        self._ensure()
        taken = self._session.execute(
            update(EventLine)
            .where(
                EventLine.name == LINE,
                or_(
                    EventLine.lease_token == token,
                    EventLine.lease_until.is_(None),
                    EventLine.lease_until <= now,
                ),
            )
            .values(lease_token=token, lease_until=until)
            .returning(EventLine.name)
            .execution_options(synchronize_session=False)
        )
        return taken.first() is not None

    def unpublished(self, limit: int) -> list[StoredEvent]:
        """In their order."""
        rows = self._session.execute(
            select(*COLUMNS)
            .where(Event.published_at.is_(None), Event.number.is_not(None))
            .order_by(Event.number)
            .limit(limit)
        )
        return [stored(tuple(row)) for row in rows]

    def leave(self, published: Sequence[StoredEvent], token: str, now: datetime) -> None:
        """Marks what the broker confirmed, and ends the claim. Raises LostLease, after which
        somebody else tells these once more."""
        left = self._session.execute(
            update(EventLine)
            .where(EventLine.name == LINE, EventLine.lease_token == token)
            .values(lease_token=None, lease_until=None)
            .returning(EventLine.name)
            .execution_options(synchronize_session=False)
        )
        if left.first() is None:
            raise LostLease(token)
        keys = [{"id": event.row} for event in published]
        update_many(self._session, Event, keys, [{"published_at": now}] * len(keys))

    def after(
        self, municipality: str, number: int, limit: int, types: Sequence[str] = ()
    ) -> list[StoredEvent]:
        """Events behind a place in line, in their order."""
        query = select(*COLUMNS).where(Event.municipality == municipality, Event.number > number)
        if types:
            query = query.where(Event.type.in_(types))
        return [
            stored(row) for row in self._session.execute(query.order_by(Event.number).limit(limit))
        ]

    def _ensure(self) -> None:
        row = insert_into(self._session, EventLine).values(name=LINE, last=0)
        self._session.execute(row.on_conflict_do_nothing(index_elements=["name"]))

    def _locked(self) -> EventLine:
        self._ensure()
        query = select(EventLine).where(EventLine.name == LINE).with_for_update()
        return self._session.scalars(query.execution_options(populate_existing=True)).one()


def stored(row: Sequence[Any]) -> StoredEvent:
    """Of the values of COLUMNS."""
    return StoredEvent(*row)
