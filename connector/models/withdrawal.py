"""What people decided about facts of earlier years that Moodle withdrew (domain 2)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId


class Withdrawal(Base):
    """One decision: an input like a delivery, from which evidence can be rebuilt.

    fact: the natural key of the evidence; happened_at: when that happened. version, instant, seq,
    digest: of the word of Moodle that was decided about. is_agreed: the fact was never so; else it
    stands, and the same word is not asked about again. revoked_at: the decision was taken back.
    """

    __tablename__ = "withdrawals"
    __table_args__ = (
        Index("ix_withdrawals_register", "register"),
        Index("ix_withdrawals_decided", "municipality", "decided_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(String(40))
    fact: Mapped[str] = mapped_column(String(260))
    register: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[str] = mapped_column(String(40))
    happened_at: Mapped[datetime]
    version: Mapped[bytes] = mapped_column(LargeBinary)
    instant: Mapped[datetime]
    seq: Mapped[int] = mapped_column(BigId)
    digest: Mapped[str] = mapped_column(String(64))
    body: Mapped[dict[str, Any]]
    delivery_id: Mapped[int | None] = mapped_column(BigId)
    person: Mapped[str] = mapped_column(String(60))
    is_agreed: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(300))
    decided_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(160))
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(160))
