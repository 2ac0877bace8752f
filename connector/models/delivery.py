"""The inbox: what senders told us, written down before it is answered, and what Moodle answered.

The row is the truth; a queue message is only a hint that there is work. A claim writes a lease
token and a term, and whoever finishes must still hold the token, so a worker that was stopped past
its term and wakes up later is refused.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId

STATES = ("new", "ready", "parked", "done", "set_aside")


class Delivery(Base):
    """One event of one source.

    state: new (Moodle must be asked) → ready (can be folded) → done; parked (waits for a person,
        course or quiz to become known); set_aside (failed for good, with a reason).
    conflict: another body arrived under the same key.
    origin: `sender`, or `reconcile` where the connector looked by itself and no sender had told.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("source", "key", "digest"),
        CheckConstraint(f"state IN {STATES!r}", name="state"),
        Index(
            "ix_deliveries_work",
            "state",
            "id",
            postgresql_where=text("state IN ('new', 'ready')"),
            sqlite_where=text("state IN ('new', 'ready')"),
        ),
        Index(
            "ix_deliveries_waiting",
            "source",
            "user_id",
            postgresql_where=text("state = 'parked'"),
            sqlite_where=text("state = 'parked'"),
        ),
        Index(
            "ix_deliveries_aside",
            "source",
            postgresql_where=text("state = 'set_aside'"),
            sqlite_where=text("state = 'set_aside'"),
        ),
        Index("ix_deliveries_received", "source", "received_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    source: Mapped[str] = mapped_column(ForeignKey("sources.code"))
    key: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    type: Mapped[str] = mapped_column(String(120))
    origin: Mapped[str] = mapped_column(String(10), default="sender", server_default="sender")
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    conflict: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(80))
    detail: Mapped[dict[str, Any] | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    user_id: Mapped[str | None] = mapped_column(String(40))
    object_ref: Mapped[str | None] = mapped_column(String(200))
    subject_id: Mapped[int | None] = mapped_column(BigId)
    done_at: Mapped[datetime | None]


class Reading(Base):
    """One answer of Moodle's REST, stored so that the state can be rebuilt without asking again.

    read_at: by Moodle's clock. Readings of an earlier try of the same delivery are kept.
    """

    __tablename__ = "readings"
    __table_args__ = (Index("ix_readings_delivery", "delivery_id", "try_no"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"))
    try_no: Mapped[int]
    position: Mapped[int]
    function: Mapped[str] = mapped_column(String(80))
    params: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(10))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    read_at: Mapped[datetime]
