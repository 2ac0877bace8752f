"""Notes whether a line takes letters at all: for those who look after it, and who wait for it."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from connector.domain.lines import Line
from connector.models import ChannelWatch
from connector.models.inserting import insert_into

GIVEN_UP = timedelta(days=1)
"""Down for so long, messengers are no longer waited for: what they were to say goes by mail."""
TRIED = timedelta(hours=1)
"""Then a letter tries the line again."""


class ChannelWatchService:
    """Takes a session, never commits. Any number of senders may note at once."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def down(self, line: Line, reason: str, now: datetime) -> None:
        """It took nothing. Since when that is so is what the first one noted."""
        row = insert_into(self._session, ChannelWatch).values(
            channel=str(line), failing_since=now, failed_at=now, reason=reason[:80]
        )
        latest = {"failed_at": now, "reason": reason[:80]}
        self._session.execute(row.on_conflict_do_update(index_elements=["channel"], set_=latest))

    def works(self, line: Line) -> None:
        """It took a letter, or refused one: it is there."""
        self._session.execute(
            delete(ChannelWatch)
            .where(ChannelWatch.channel == str(line))
            .execution_options(synchronize_session=False)
        )

    def given_up(self, now: datetime) -> frozenset[str]:
        """Lines (`str(Line)`) for which nothing is kept waiting at present."""
        return frozenset(
            self._session.scalars(
                select(ChannelWatch.channel).where(
                    ChannelWatch.failing_since <= now - GIVEN_UP,
                    ChannelWatch.failed_at > now - TRIED,
                )
            )
        )
