"""Courses and quizzes of Moodle about which somebody said: not for us."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base


class Unwanted(Base):
    """A course or quiz that a municipality has no use for, until somebody takes that back.

    name: the number it has in Moodle, which stays. names: whatever it was called by then, idnumber
    and number. Each change is an Import too, so that all processes hear of it.
    """

    __tablename__ = "unwanted"
    __table_args__ = (CheckConstraint("kind IN ('course', 'quiz')", name="kind"),)

    municipality: Mapped[str] = mapped_column(String(40), primary_key=True)
    source: Mapped[str] = mapped_column(ForeignKey("sources.code"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    names: Mapped[list[Any]]
    title: Mapped[str | None] = mapped_column(String(1000))
    decided_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(160))
