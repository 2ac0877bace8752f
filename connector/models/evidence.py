"""Evidence: the slots of its registers (see connector.domain.evidence)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId


class EvidenceSlot(Base):
    """The greatest statement of one slot of one register.

    version: sorts as the domain's Version does, byte for byte. recorded_at: when we learned it.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        Index("ix_evidence_account", "source", "user_id"),
        Index("ix_evidence_object", "source", "kind", "object_ref"),
    )

    register: Mapped[str] = mapped_column(String(200), primary_key=True)
    slot: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[str] = mapped_column(String(40))
    object_ref: Mapped[str | None] = mapped_column(String(200))
    says: Mapped[str] = mapped_column(String(6))
    version: Mapped[bytes] = mapped_column(LargeBinary)
    instant: Mapped[datetime]
    seq: Mapped[int] = mapped_column(BigId)
    event_id: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    happened_at: Mapped[datetime | None]
    body: Mapped[dict[str, Any]]
    delivery_id: Mapped[int | None] = mapped_column(BigId)
    confirmed: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]
