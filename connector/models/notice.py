"""The outbox of notices: what is owed to whom, once per business key."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId

NOTICE_STATES = ("waiting", "sending", "sent", "withdrawn", "held", "failed")


class Notice(Base):
    """One thing one person is told once.

    key: the business key, unique for ever. about: subject the notice is folded from, so that a new
        fold can withdraw what is no longer owed. not_before: never at night or on closed days.
        held: there is nobody, or no address, to send it to; reason says why. urgent: goes at once;
        others are gathered into one letter.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("municipality", "key"),
        CheckConstraint(f"state IN {NOTICE_STATES!r}", name="state"),
        Index(
            "ix_notices_due",
            "not_before",
            postgresql_where=text("state IN ('waiting', 'sending')"),
            sqlite_where=text("state IN ('waiting', 'sending')"),
        ),
        Index("ix_notices_about", "about_subject", "state"),
        Index(
            "ix_notices_stuck",
            "municipality",
            "state",
            postgresql_where=text("state IN ('held', 'failed')"),
            sqlite_where=text("state IN ('held', 'failed')"),
        ),
        Index(
            "ix_notices_letter",
            "letter_id",
            postgresql_where=text("letter_id IS NOT NULL"),
            sqlite_where=text("letter_id IS NOT NULL"),
        ),
        Index("ix_notices_recipient", "municipality", "recipient"),
        Index("ix_notices_created", "municipality", "created_at"),
        Index("ix_notices_burst", "municipality", "kind", "role", "state", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(20))
    recipient: Mapped[str | None] = mapped_column(String(130))
    channel: Mapped[str] = mapped_column(String(20), default="email", server_default="email")
    address: Mapped[str | None] = mapped_column(String(320))
    params: Mapped[dict[str, Any]]
    about_subject: Mapped[int | None] = mapped_column(BigId)
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    letter_id: Mapped[int | None] = mapped_column(BigId)


class Letter(Base):
    """A letter as it went out (one for several gathered notices); the mailbox of the default mode.

    message_id: the Message-ID header, made from the notices' keys: a letter sent again after a
        crash bears the same one, so that mail systems can tell it is the same.
    """

    __tablename__ = "letters"
    __table_args__ = (UniqueConstraint("message_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(String(40))
    message_id: Mapped[str] = mapped_column(String(120))
    channel: Mapped[str] = mapped_column(String(20))
    recipient: Mapped[str | None] = mapped_column(String(130))
    address: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str]
    html: Mapped[str]
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    sent_at: Mapped[datetime]
