"""Drafts of routes: who is to be proposed one, and what became of each proposal (domain 4)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base

DRAFT_STATES = ("proposed", "uncovered", "held", "superseded", "withdrawn", "dismissed")


class DraftWish(Base):
    """A person whose evidence changed and who has, or had, a deficit: to be looked at once more.

    asks: grows with each change, so that what came meanwhile is not lost when the look is over.
    """

    __tablename__ = "draft_wishes"

    municipality: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(String(60), primary_key=True)
    asked_at: Mapped[datetime]
    asks: Mapped[int] = mapped_column(default=1)
    lease_until: Mapped[datetime | None]


class Draft(Base):
    """What a diagnosis result led to: one row a person and result, for ever.

    state: `proposed` (route `number` was written), `uncovered` (no programme is known), `held` (the
        methodist had edited an earlier draft, which stays), `superseded` (a newer result has the
        draft now), `withdrawn` (nothing is open any more), `dismissed` (with a reason, and never
        proposed again for this result).
    version: of what was written; a route that differs was edited by somebody and is left alone.
    note: why it is so, where the municipality's own rules proposed it.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        CheckConstraint(f"state IN {DRAFT_STATES!r}", name="state"),
        CheckConstraint("state <> 'dismissed' OR reason IS NOT NULL", name="reason"),
        Index("ix_drafts_state", "municipality", "state"),
    )

    municipality: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(String(60), primary_key=True)
    result: Mapped[str] = mapped_column(String(300), primary_key=True)
    number: Mapped[str | None] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(12))
    version: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str | None] = mapped_column(String(500))
    deficits: Mapped[list[Any]]
    uncovered: Mapped[list[Any]]
    proposed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(120))
    reason: Mapped[str | None] = mapped_column(String(2000))
