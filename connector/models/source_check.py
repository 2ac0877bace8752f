"""The latest test of each source's connection, as the wizard shows it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base


class SourceCheck(Base):
    """findings: as connector.moodle.findings has them; codes, names of quizzes, counts."""

    __tablename__ = "source_checks"

    source: Mapped[str] = mapped_column(ForeignKey("sources.code"), primary_key=True)
    checked_at: Mapped[datetime]
    findings: Mapped[list[Any]]
