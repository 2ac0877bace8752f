"""What was done to a route on pages and by proposals: the rows before and after, who, when, why."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId


class RouteChange(Base):
    """One change, written with the rows it changed and never altered.

    kind: see services.routes.changes. rows: `[{"sheet", "key", "before", "after"}]`, with the
    bodies of records; None where there was or is no row.
    """

    __tablename__ = "route_changes"
    __table_args__ = (Index("ix_route_changes_route", "municipality", "person", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(String(40))
    person: Mapped[str] = mapped_column(String(60))
    number: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(2000))
    rows: Mapped[list[Any]]
