"""Since when a line of a channel takes nothing at all."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base


class ChannelWatch(Base):
    """There is a row only while the line is down: written by the first vain try, removed by the
    first letter that goes. channel: `str` of a connector.domain.lines.Line. failed_at: of the
    latest vain try; reason: what the channel said then.
    """

    __tablename__ = "channel_watches"

    channel: Mapped[str] = mapped_column(String(80), primary_key=True)
    failing_since: Mapped[datetime]
    failed_at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(String(80))
