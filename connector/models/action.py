"""The outbox of actions: what is to be done in a Moodle, once per business key."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId

ACTION_STATES = ("waiting", "doing", "done", "refused", "held", "withdrawn")


class Action(Base):
    """One thing that is to be done in one Moodle.

    key: the business key, unique for ever. person: the personnel number it is done for. target: the
        course of an enrolment, or a cohort's idnumber. about_subject: the subject an enrolment is
        folded from, so that a new fold can withdraw what is no longer owed; a cohort's membership
        follows from no single one. held: nobody knows in which Moodle or for which account; reason
        says so. refused: Moodle refused this very action, and somebody has to do something first.
    A cohort's membership is one row that goes to and fro: kind tells which way it went last.
    """

    __tablename__ = "actions"
    __table_args__ = (
        UniqueConstraint("municipality", "key"),
        CheckConstraint(f"state IN {ACTION_STATES!r}", name="state"),
        Index(
            "ix_actions_due",
            "source",
            "not_before",
            postgresql_where=text("state IN ('waiting', 'doing')"),
            sqlite_where=text("state IN ('waiting', 'doing')"),
        ),
        Index("ix_actions_about", "about_subject"),
        Index("ix_actions_person", "municipality", "person"),
        Index("ix_actions_state", "municipality", "state", "id"),
        Index(
            "ix_actions_refused",
            "source",
            postgresql_where=text("state = 'refused'"),
            sqlite_where=text("state = 'refused'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(700))
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str | None] = mapped_column(String(40))
    user_id: Mapped[str | None] = mapped_column(String(40))
    person: Mapped[str] = mapped_column(String(60))
    target: Mapped[str] = mapped_column(String(300))
    params: Mapped[dict[str, Any]]
    about_subject: Mapped[int | None] = mapped_column(BigId)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class CohortRound(Base):
    """When the cohorts of a municipality were last compared in a Moodle, and what was in the way.

    told: what the comparison was made from (rules, records, day), so that a change is due at once.
    """

    __tablename__ = "cohort_rounds"

    municipality: Mapped[str] = mapped_column(String(40), primary_key=True)
    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    told: Mapped[str | None] = mapped_column(String(80))
    next_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(80))
    missing: Mapped[list[Any]]
