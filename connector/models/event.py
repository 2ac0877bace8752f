"""Domain events, and the line in which other systems hear of them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId


class Event(Base):
    """One thing that happened, recorded once.

    key: the business key, unique for ever. number: the place in line, given after the transaction
        that recorded the event, because ids of transactions that run side by side become visible
        out of order, and whoever reads on from the last one seen would miss some. None: not in line
        yet. published_at: when the broker confirmed it; None for ever where there is no broker.
    """

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("municipality", "key"),
        UniqueConstraint("number"),
        Index(
            "ix_events_arrived",
            "id",
            postgresql_where=text("number IS NULL"),
            sqlite_where=text("number IS NULL"),
        ),
        Index(
            "ix_events_unpublished",
            "number",
            postgresql_where=text("published_at IS NULL"),
            sqlite_where=text("published_at IS NULL"),
        ),
        Index("ix_events_read", "municipality", "number"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(600))
    type: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    subject: Mapped[str | None] = mapped_column(String(60))
    occurred_on: Mapped[date]
    recorded_at: Mapped[datetime]
    payload: Mapped[dict[str, Any]]
    number: Mapped[int | None] = mapped_column(BigId)
    published_at: Mapped[datetime | None]


class EventLine(Base):
    """One row, `line`: the last number given, and which process publishes at present.

    It outlives the events it counted: a number that is given twice would hide an event from whoever
    reads on from it.
    """

    __tablename__ = "event_line"

    name: Mapped[str] = mapped_column(String(10), primary_key=True)
    last: Mapped[int] = mapped_column(BigId)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
