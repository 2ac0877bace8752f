"""Alarms as people look at them, and what they answer: known, or remind me."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.errors import UnknownThing
from connector.models import AlarmEpisode

SHOWN = 100
LOOKED_AT = 500
"""Ended episodes among which those of a viewer's municipalities are looked for."""


class AlarmLists:
    """Takes a session, never commits. municipalities: whose alarms may be seen, None: all."""

    def __init__(self, session: Session, municipalities: frozenset[str] | None = None) -> None:
        self._session = session
        self._municipalities = municipalities

    def open_ones(self) -> list[AlarmEpisode]:
        """The latest first."""
        rows = self._session.scalars(
            select(AlarmEpisode)
            .where(AlarmEpisode.closed_at.is_(None))
            .order_by(AlarmEpisode.opened_at.desc(), AlarmEpisode.id.desc())
        ).all()
        return self._own(rows)

    def ended(self) -> list[AlarmEpisode]:
        """The latest first."""
        rows = self._session.scalars(
            select(AlarmEpisode)
            .where(AlarmEpisode.closed_at.is_not(None))
            .order_by(AlarmEpisode.closed_at.desc(), AlarmEpisode.id.desc())
            .limit(LOOKED_AT)
        ).all()
        return self._own(rows)[:SHOWN]

    def acknowledge(self, alarm: int, actor: str, now: datetime) -> AlarmEpisode:
        """Somebody looks after it. Raises UnknownThing, also for an alarm that is over."""
        row = self._open(alarm)
        row.acknowledged_at = row.acknowledged_at or now
        row.acknowledged_by = row.acknowledged_by or actor[:160]
        self._session.flush()
        return row

    def remind(self, row: AlarmEpisode, at: datetime) -> None:
        """They are written to again at that moment, if it is not over by then."""
        row.snoozed_until = at
        self._session.flush()

    def _open(self, alarm: int) -> AlarmEpisode:
        row = self._session.scalar(
            select(AlarmEpisode)
            .where(AlarmEpisode.id == alarm, AlarmEpisode.closed_at.is_(None))
            .with_for_update()
        )
        if row is None or not self._own([row]):
            raise UnknownThing("alarm", str(alarm))
        return row

    def _own(self, rows: Sequence[AlarmEpisode]) -> list[AlarmEpisode]:
        if self._municipalities is None:
            return list(rows)
        return [row for row in rows if self._municipalities.intersection(row.municipalities)]
