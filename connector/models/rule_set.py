"""Rule files that were in force, so that the last good ones stay, whatever becomes of the files."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId


class RuleSet(Base):
    """One municipality's rule files from `since` on, until the next row; written, never changed.

    files: by folder the texts by path; none at all: the municipality was given up. digest: of the
        files. rules_digest: of everything that affects judging, Python included
        (MunicipalityRules.digest). distribution, version: of the plugin; None for a bare folder.
    """

    __tablename__ = "rule_sets"
    __table_args__ = (Index("ix_rule_sets_municipality", "municipality", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64))
    rules_digest: Mapped[str] = mapped_column(String(64))
    distribution: Mapped[str | None] = mapped_column(String(120))
    version: Mapped[str | None] = mapped_column(String(60))
    files: Mapped[list[Any]]
    since: Mapped[datetime]
