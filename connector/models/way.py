"""How people can be reached beside the address of their record, and which addresses are dead."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId


class Way(Base):
    """One address of one person on one channel.

    The e-mail address of a staff record or a log-in is a way without a row, until something is to
    be said of it. confirmed_at: the person proved it theirs; unconfirmed ones are never used.
    stopped_at: nothing goes there any more; a corrected address is another way and works at once.
    soft: refusals in a row that were no verdict yet.
    """

    __tablename__ = "ways"
    __table_args__ = (
        UniqueConstraint("municipality", "recipient", "channel", "address"),
        Index(
            "ix_ways_stopped",
            "municipality",
            postgresql_where=text("stopped_at IS NOT NULL"),
            sqlite_where=text("stopped_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(130))
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(320))
    added_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    stop_reason: Mapped[str | None] = mapped_column(String(80))
    soft: Mapped[int] = mapped_column(default=0, server_default="0")
