"""Notes whether a channel takes letters at all, for those who look after it."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from connector.models import ChannelWatch
from connector.models.inserting import insert_into


class ChannelWatchService:
    """Takes a session, never commits. Any number of senders may note at once."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def down(self, channel: str, reason: str, now: datetime) -> None:
        """It took nothing. Since when that is so is what the first one noted."""
        row = insert_into(self._session, ChannelWatch).values(
            channel=channel, failing_since=now, failed_at=now, reason=reason[:80]
        )
        latest = {"failed_at": now, "reason": reason[:80]}
        self._session.execute(row.on_conflict_do_update(index_elements=["channel"], set_=latest))

    def works(self, channel: str) -> None:
        """It took a letter, or refused one: it is there."""
        self._session.execute(
            delete(ChannelWatch)
            .where(ChannelWatch.channel == channel)
            .execution_options(synchronize_session=False)
        )
