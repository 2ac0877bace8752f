"""Links of letters that have signed their reader in: each does it once."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base


class UsedLink(Base):
    """A link that was used, as SHA-256 only; kept until it would have expired anyway."""

    __tablename__ = "used_links"
    __table_args__ = (Index("ix_used_links_expires_at", "expires_at"),)

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
