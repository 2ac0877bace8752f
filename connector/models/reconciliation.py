"""How far the connector has gone through each Moodle by itself, and where it goes on."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId


class Reconciliation(Base):
    """One kind of pass through one source's Moodle.

    kind: full (everything), quick (who was in a course lately), since (who was in it since a day).
    stage: what is being gone through; None: no pass is in hand. position: what is done of the
        stage; a process that was killed is followed by another at this place.
    found, refused: of the pass in hand, by kind and by reason. error: why it rests until next_at.
    done_at: when the latest pass that ended had begun. last: what that one found.
    """

    __tablename__ = "reconciliations"

    source: Mapped[str] = mapped_column(ForeignKey("sources.code"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    stage: Mapped[str | None] = mapped_column(String(10))
    began_at: Mapped[datetime | None]
    since: Mapped[datetime | None]
    position: Mapped[str | None] = mapped_column(String(100))
    calls: Mapped[int] = mapped_column(BigId, default=0)
    learners: Mapped[int] = mapped_column(BigId, default=0)
    found: Mapped[dict[str, Any]]
    refused: Mapped[dict[str, Any]]
    error: Mapped[str | None] = mapped_column(String(80))
    failures: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    last: Mapped[dict[str, Any] | None]
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]


class ReconciledCourse(Base):
    """A course of which something is made.

    wanted: what is read of it (connector.services.places). read_at: when it was last gone through
        whole, or by those who were in it lately; by Moodle's clock.
    """

    __tablename__ = "reconciled_courses"

    source: Mapped[str] = mapped_column(ForeignKey("sources.code"), primary_key=True)
    course: Mapped[str] = mapped_column(String(40), primary_key=True)
    title: Mapped[str | None] = mapped_column(String(300))
    wanted: Mapped[dict[str, Any]]
    read_at: Mapped[datetime | None]
