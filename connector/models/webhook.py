"""Webhooks of other systems: who wants to hear of which events, and what became of each call."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId

CALL_STATES = ("waiting", "delivered", "failed")


class Webhook(Base):
    """municipality: None: of all of them. types: event types, `noun.*` or `*`.

    secrets: ciphertext under CONNECTOR_SECRET_KEY, newest first; at most two are live while one is
        rotated. paused_until: the receiver is not called before then, since it was away or asked
        for patience; failures: how often in a row.
    """

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str | None] = mapped_column(String(40))
    url: Mapped[str] = mapped_column(String(500))
    secrets: Mapped[list[Any]]
    types: Mapped[list[Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(120))
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None] = mapped_column(String(40))
    failures: Mapped[int] = mapped_column(default=0)
    paused_until: Mapped[datetime | None]
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]


class WebhookCall(Base):
    """One event for one webhook. status: the last HTTP answer; error: why there was none."""

    __tablename__ = "webhook_calls"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        CheckConstraint(f"state IN {CALL_STATES!r}", name="state"),
        Index(
            "ix_webhook_calls_due",
            "webhook_id",
            "next_at",
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
        # Of events whose time is over, calls are deleted with them.
        Index("ix_webhook_calls_event", "event_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    status: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(String(60))
    tried_at: Mapped[datetime | None]
