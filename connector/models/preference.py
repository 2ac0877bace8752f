"""What people chose about their letters (domain 6)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base

CHOICES = ("at_once", "digest", "off")


class Preference(Base):
    """One person's choice about one kind of notices, or about all (kind `*`).

    NULL: as it would be without the row. hour: local; weekday: 0 is Monday, -1 every working day.
    """

    __tablename__ = "preferences"
    __table_args__ = (
        CheckConstraint(f"choice IN {CHOICES!r}", name="choice"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
        CheckConstraint("weekday BETWEEN -1 AND 6", name="weekday"),
    )

    municipality: Mapped[str] = mapped_column(String(40), primary_key=True)
    recipient: Mapped[str] = mapped_column(String(130), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    choice: Mapped[str | None] = mapped_column(String(10))
    channel: Mapped[str | None] = mapped_column(String(20))
    hour: Mapped[int | None]
    weekday: Mapped[int | None]
    changed_at: Mapped[datetime]
