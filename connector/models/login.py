"""Who may look: log-ins of the pages, tokens of the API, and the log of looks (domain 7)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId

ROLES = ("administrator", "methodist", "specialist", "head", "mentor", "teacher", "viewer")


class Login(Base):
    """A person who can sign in. municipality None: an administrator of the whole installation.

    person: the personnel number, for heads, mentors and teachers, whose sight depends on it.
    """

    __tablename__ = "logins"
    __table_args__ = (CheckConstraint(f"role IN {ROLES!r}", name="role"),)

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    password: Mapped[str] = mapped_column(String(200))
    municipality: Mapped[str | None] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(20))
    person: Mapped[str | None] = mapped_column(String(60))
    email: Mapped[str | None] = mapped_column(String(320))
    created_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class Token(Base):
    """A bearer token of the API, kept as SHA-256 only, bound to a municipality and a role."""

    __tablename__ = "tokens"
    __table_args__ = (CheckConstraint(f"role IN {ROLES!r}", name="role"),)

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    municipality: Mapped[str | None] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(20))
    person: Mapped[str | None] = mapped_column(String(60))
    note: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Audit(Base):
    """What was done or looked at, by whom: each look at a profile, each decision."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_person", "municipality", "person", "at"),
        Index("ix_audit_action", "municipality", "action", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    municipality: Mapped[str | None] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(160))
    action: Mapped[str] = mapped_column(String(60))
    person: Mapped[str | None] = mapped_column(String(130))
    detail: Mapped[dict[str, Any] | None]


class RuleFault(Base):
    """A rule that failed: visible, retried, switched off after too many (architecture).

    strikes: batches in a row that it failed. code: which Python it was when it last failed; mended,
        it is another.
    """

    __tablename__ = "rule_faults"

    municipality: Mapped[str] = mapped_column(String(40), primary_key=True)
    rule: Mapped[str] = mapped_column(String(120), primary_key=True)
    message: Mapped[str] = mapped_column(String(1000))
    count: Mapped[int] = mapped_column(BigId, default=0)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    switched_off_at: Mapped[datetime | None]
    strikes: Mapped[int] = mapped_column(default=0, server_default="0")
    code: Mapped[str | None] = mapped_column(String(64))
