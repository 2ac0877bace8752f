"""What was answered to stalled routes: kept for ever, as part of a route's history."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from connector.models.base import Base, BigId

STALL_ANSWERS = ("acknowledged", "snoozed", "measure", "handed_over")


class StallAnswer(Base):
    """One answer to an episode.

    person, route: whose route and its number. first_day: of the episode, as the answerer saw it.
    given_on: the municipality's local day, until: when a snooze ends or a measure's effect is
        checked. author, recipient: as recipients of notices; the names beside them are those they
        had that day.
    key: the same answer of the same day again, a form sent twice, is one.
    """

    __tablename__ = "stall_answers"
    __table_args__ = (
        UniqueConstraint("municipality", "person", "key"),
        CheckConstraint(f"kind IN {STALL_ANSWERS!r}", name="kind"),
        CheckConstraint(
            "(kind IN ('snoozed', 'measure')) = (until IS NOT NULL)", name="until_where_it_holds"
        ),
        CheckConstraint(
            "(kind = 'handed_over') = (recipient IS NOT NULL)", name="recipient_where_handed_over"
        ),
        CheckConstraint("until IS NULL OR until > given_on", name="until_is_later"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality: Mapped[str] = mapped_column(String(40))
    person: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(64))
    route: Mapped[str] = mapped_column(String(60))
    first_day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(20))
    given_on: Mapped[date]
    given_at: Mapped[datetime]
    author: Mapped[str] = mapped_column(String(130))
    author_name: Mapped[str] = mapped_column(String(300))
    author_role: Mapped[str] = mapped_column(String(20))
    until: Mapped[date | None]
    recipient: Mapped[str | None] = mapped_column(String(130))
    recipient_name: Mapped[str | None] = mapped_column(String(300))
    text: Mapped[str | None] = mapped_column(String(1000))
