"""How fast a channel is being used, for all senders of the installation together."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base


class LetterPace(Base):
    """One row a channel whose pace is limited. taken_until: the share of time that its letters have
    used up, as an instant (connector.services.notices.pace)."""

    __tablename__ = "letter_paces"

    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    taken_until: Mapped[datetime]
