"""Sources: Moodle sites (or senders on them) that may write to us (contract 1)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId


class Source(Base):
    """One sender. Secrets and the REST token are ciphertext under CONNECTOR_SECRET_KEY.

    secrets: newest first; at most two are live while one is rotated. secret_made_at: when the
        newest one took another's place; None while the first one is still the newest.
    """

    __tablename__ = "sources"
    __table_args__ = (
        CheckConstraint(
            "dialect IN ('native', 'local_webhooks', 'tool_trigger', 'xapi')", name="dialect"
        ),
    )

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    dialect: Mapped[str] = mapped_column(String(20))
    secrets: Mapped[list[Any]]
    url: Mapped[str | None] = mapped_column(String(500))
    rest_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    last_delivery_at: Mapped[datetime | None]
    last_ping_at: Mapped[datetime | None]
    secret_made_at: Mapped[datetime | None]


class SourceMunicipality(Base):
    """Which municipalities a source's people may belong to."""

    __tablename__ = "source_municipalities"

    source: Mapped[str] = mapped_column(ForeignKey("sources.code"), primary_key=True)
    municipality: Mapped[str] = mapped_column(String(40), primary_key=True)


class SourceCount(Base):
    """Requests refused and events ignored, counted by day and reason; nothing of them is kept."""

    __tablename__ = "source_counts"

    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    what: Mapped[str] = mapped_column(String(20), primary_key=True)
    reason: Mapped[str] = mapped_column(String(120), primary_key=True)
    count: Mapped[int] = mapped_column(BigId, default=0)
