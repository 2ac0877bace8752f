"""What teachers and mentors ask for about a route, and what was decided (domain 4, real life)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId

REQUEST_KINDS = ("pause", "prolong", "not_relevant", "drop")
REQUEST_STATES = ("waiting", "granted", "refused", "taken_back")


class RouteRequest(Base):
    """One request. step: its order, of `prolong` and `not_relevant`.

    first_day: of a pause; last_day: of a pause, or the new due date of a step. One request of a
    kind waits at a time for each route and step.
    """

    __tablename__ = "route_requests"
    __table_args__ = (
        CheckConstraint(f"kind IN {REQUEST_KINDS!r}", name="kind"),
        CheckConstraint(f"state IN {REQUEST_STATES!r}", name="state"),
        CheckConstraint(
            "(state IN ('granted', 'refused')) = (decided_by IS NOT NULL)", name="decided"
        ),
        Index("ix_route_requests_route", "municipality", "person", "number"),
        Index(
            "uq_route_requests_waiting",
            "municipality",
            "person",
            "number",
            "kind",
            "step",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(String(40))
    person: Mapped[str] = mapped_column(String(60))
    number: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(12))
    step: Mapped[int] = mapped_column(default=0)
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(2000))
    asked_by: Mapped[str] = mapped_column(String(160))
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    decided_by: Mapped[str | None] = mapped_column(String(160))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(2000))
