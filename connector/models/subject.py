"""Subjects of indicators: staff, places, routes, completions, rows of sheets, the municipality.

A subject is the unit of judging. Whoever changes anything it depends on marks it dirty; whoever
judges it reads without locks and writes `WHERE version = :read`, so two workers cannot both win.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId


class Subject(Base):
    """code: personnel number, school or association code, a row's key, or the municipality's own.

    owner: personnel number of whose route or completion this is; None for everything else.
    dirty: must be judged (again). by_old_rules: other rules came into force, by which it was not
        judged yet (models.Changeover). changes_on: the next local day on which time alone could
        change a judgement. state: the folded profile and routes, as pages show them. faults: rules
        that failed for this subject. withdrawn: facts of earlier years that Moodle withdrew and
        about which nobody has decided yet.
    """

    __tablename__ = "subjects"
    __table_args__ = (
        UniqueConstraint("municipality", "kind", "code"),
        CheckConstraint(
            "kind IN ('staff', 'school', 'team', 'association', 'route', 'completion', "
            "'roadmap_item', 'document', 'analysis', 'practice', 'contest', 'municipality')",
            name="kind",
        ),
        Index(
            "ix_subjects_dirty",
            "id",
            postgresql_where=text("dirty"),
            sqlite_where=text("dirty = 1"),
        ),
        Index(
            "ix_subjects_old_rules",
            "municipality",
            postgresql_where=text("by_old_rules"),
            sqlite_where=text("by_old_rules = 1"),
        ),
        Index("ix_subjects_changes", "municipality", "changes_on"),
        Index(
            "ix_subjects_withdrawn",
            "municipality",
            postgresql_where=text("withdrawn > 0"),
            sqlite_where=text("withdrawn > 0"),
        ),
        Index("ix_subjects_email", "municipality", "email_key"),
        Index(
            "ix_subjects_owner",
            "municipality",
            "owner",
            postgresql_where=text("owner IS NOT NULL"),
            sqlite_where=text("owner IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(12))
    code: Mapped[str] = mapped_column(String(300))
    owner: Mapped[str | None] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(300))
    sort_key: Mapped[str] = mapped_column(String(300))
    email_key: Mapped[str | None] = mapped_column(String(320))
    version: Mapped[int] = mapped_column(BigId, default=0)
    dirty: Mapped[bool] = mapped_column(default=True)
    by_old_rules: Mapped[bool] = mapped_column(default=False, server_default=false())
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    changes_on: Mapped[date | None]
    state: Mapped[dict[str, Any] | None]
    withdrawn: Mapped[int] = mapped_column(default=0, server_default="0")
