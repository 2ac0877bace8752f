"""How many letters a minute leave the installation, whoever sends them and on which machine.

Each letter takes a share of time, and the end of what is taken stands in one row: that is all that
senders have to agree on. A quarter of a minute's letters may go at once, because a sender that has
nothing to do sleeps for some seconds; the rest follow at a pace that keeps any minute within the
limit. (A count for each minute of the clock would let twice as many through around its full turn.)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from connector.models import LetterPace
from connector.models.inserting import insert_into

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """per_minute: most letters within any minute, 1 or more."""

    per_minute: int

    @property
    def at_once(self) -> int:
        """How many may follow each other without a pause."""
        return -(-self.per_minute // 4)

    @property
    def share(self) -> timedelta:
        """The time one letter takes: those at once and those of the rest of a minute are no more
        than the limit together."""
        return _MINUTE / (self.per_minute - self.at_once + 1)

    def free_at(self, taken_until: datetime | None, now: datetime) -> datetime:
        """When the next letter may go: `now`, or later."""
        if taken_until is None:
            return now
        at = taken_until - (self.at_once - 1) * self.share
        # A minute further ahead than letters can take it: written by a machine whose clock is
        # wrong, which must not silence the others. Clocks that differ by seconds wait, no more.
        return now if at <= now or at - now > self.share + _MINUTE else at

    def taken(self, taken_until: datetime | None, now: datetime) -> datetime:
        """The end of what is taken with one letter more, which goes at `now`."""
        latest = now + (self.at_once - 1) * self.share
        begin = now if taken_until is None else min(max(taken_until, now), latest)
        return begin + self.share


class PaceService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take(self, channel: str, pace: Pace, now: datetime) -> datetime | None:
        """Takes one letter's share. None: it may go now; else nothing was taken, and the answer is
        when it is worth asking again. Others who ask wait for the end of this transaction."""
        row = self._locked(channel)
        if row is None:
            first = insert_into(self._session, LetterPace).values(channel=channel, taken_until=now)
            self._session.execute(first.on_conflict_do_nothing(index_elements=["channel"]))
            row = self._locked(channel)
        at = pace.free_at(row, now)
        if at > now:
            return at
        self._session.execute(
            update(LetterPace)
            .where(LetterPace.channel == channel)
            .values(taken_until=pace.taken(row, now))
        )
        return None

    def _locked(self, channel: str) -> datetime | None:
        query = select(LetterPace.taken_until).where(LetterPace.channel == channel)
        return self._session.scalars(query.with_for_update()).first()
