"""That a code was sent to an address somebody typed: what keeps people from pestering strangers."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId


class CodeSending(Base):
    """One code sent, kept for a day. address: without case."""

    __tablename__ = "code_sendings"
    __table_args__ = (Index("ix_code_sendings_sent_at", "sent_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(130))
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(320))
    sent_at: Mapped[datetime]
