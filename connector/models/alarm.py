"""Alarms: what was amiss, since when, who was told, and who looks after it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from connector.domain.alarms import AlarmKind
from connector.models.base import Base, BigId

ALARM_KINDS = tuple(map(str, AlarmKind))


class AlarmEpisode(Base):
    """One alarm from its beginning to its end; at most one of a key is open.

    key: connector.domain.alarms.Alarm.key. since: when the trouble began, opened_at: when it was
        seen. seen_at: when it last held. municipalities: whose administrators are concerned.
    told_at, told_params, told_to: when, in which words and to whom (tenant, recipient) it was last
        told; nobody yet: there is no administrator with an address.
    """

    __tablename__ = "alarms"
    __table_args__ = (
        CheckConstraint(f"kind IN {ALARM_KINDS!r}", name="kind"),
        Index(
            "ix_alarms_open",
            "key",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
            sqlite_where=text("closed_at IS NULL"),
        ),
        Index("ix_alarms_closed", "closed_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(240))
    kind: Mapped[str] = mapped_column(String(30))
    about: Mapped[str] = mapped_column(String(200))
    municipalities: Mapped[list[Any]]
    params: Mapped[dict[str, Any]]
    since: Mapped[datetime]
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    told_params: Mapped[dict[str, Any] | None]
    told_to: Mapped[list[Any]]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(160))
    snoozed_until: Mapped[datetime | None]


class SourceWatch(Base):
    """What is kept of a source from one look to the next.

    looked_at: the latest look; awake_from: since when the looks have followed one another without a
        gap. counted_until: up to which hour source_hours is filled. failing_since: since when no
        question was answered; drifting_since: since when its clock is wrong. checked_at: when its
        token was last asked what it may call; lacking: what it may not.
    """

    __tablename__ = "source_watches"

    source: Mapped[str] = mapped_column(ForeignKey("sources.code"), primary_key=True)
    looked_at: Mapped[datetime | None]
    awake_from: Mapped[datetime | None]
    counted_until: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    drifting_since: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    lacking: Mapped[list[Any]]
    lacking_since: Mapped[datetime | None]


class SourceHour(Base):
    """How many events a source delivered in one hour (UTC); hours without any have no row."""

    __tablename__ = "source_hours"

    source: Mapped[str] = mapped_column(ForeignKey("sources.code"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigId)
