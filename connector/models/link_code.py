"""One-time codes by which a person proves that an account in a messenger is theirs."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base


class LinkCode(Base):
    """One live code a person and channel; of the code itself only the digest is kept. address: to
    which it was sent, where somebody typed one; None where whoever tells the code is to be found
    at the other end."""

    __tablename__ = "link_codes"

    municipality: Mapped[str] = mapped_column(String(40), primary_key=True)
    recipient: Mapped[str] = mapped_column(String(130), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    address: Mapped[str | None] = mapped_column(String(320))
