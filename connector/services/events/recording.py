"""Writes domain events down, in the transaction of whatever made them known."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from connector.domain.events import VERSIONS, DomainEvent
from connector.models import Event
from connector.models.many import insert_many

_ONCE = "ON CONFLICT (municipality, key) DO NOTHING"


def record(
    session: Session, municipality: str, events: Iterable[DomainEvent], now: datetime
) -> int:
    """One statement, none where nothing happened; how many were new. Never commits.

    An event that is there stays as it was first told.
    """
    # In one order everywhere: two workers that insert the same keys must not deadlock.
    ordered = sorted(events, key=lambda event: event.key)
    rows = [
        {
            "municipality": municipality,
            "key": event.key,
            "type": str(event.type),
            "version": VERSIONS[event.type],
            "subject": event.subject,
            "occurred_on": event.occurred_on,
            "recorded_at": now,
            "payload": dict(event.payload),
        }
        for event in ordered
    ]
    return insert_many(session, Event, rows, _ONCE)
