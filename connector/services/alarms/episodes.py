"""Episodes of alarms as rows: opened, kept up, closed; and told of in the same transaction."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.alarms import Alarm, AlarmKind
from connector.domain.episodes import PAUSED, Episode, turns
from connector.models import AlarmEpisode
from connector.models.inserting import insert_into
from connector.services.alarms.telling import TellingService

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Changed:
    """How many episodes began and ended."""

    began: int
    over: int


class EpisodeService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def standing(self) -> frozenset[str]:
        """Keys of the open episodes."""
        return frozenset(
            self._session.scalars(select(AlarmEpisode.key).where(AlarmEpisode.closed_at.is_(None)))
        )

    def settle(self, alarms: Iterable[Alarm], telling: TellingService, now: datetime) -> Changed:
        """Makes the episodes say what holds now, and has each turn told, once, however many do so
        at once."""
        # Whoever comes second waits here, and finds what the first has done.
        rows = {
            row.id: row
            for row in self._session.scalars(
                select(AlarmEpisode)
                .where(AlarmEpisode.closed_at.is_(None))
                .order_by(AlarmEpisode.id)
                .with_for_update()
            )
        }
        turned = turns(map(_episode, rows.values()), alarms, now, self._lately_told(now))
        began = [row for row in (self._open(one, now) for one in turned.began) if row is not None]
        for episode, alarm in turned.lasting:
            row = rows[episode.id]
            row.seen_at, row.params = now, dict(alarm.params)
            row.municipalities = list(alarm.municipalities)
        for row in began:
            telling.tell(row, now)
        for episode, _ in turned.remind:
            telling.tell(rows[episode.id], now)
        for episode in turned.over:
            row = rows[episode.id]
            row.closed_at = now
            telling.tell_over(row, now)
            log.info("alarm.over kind=%s about=%s", row.kind, row.about)
        self._session.flush()
        return Changed(len(began), len(turned.over))

    def _open(self, alarm: Alarm, now: datetime) -> AlarmEpisode | None:
        """None where somebody else was quicker."""
        made = self._session.scalars(
            insert_into(self._session, AlarmEpisode)
            .values(
                key=alarm.key[:240],
                kind=str(alarm.kind),
                about=alarm.about[:200],
                municipalities=list(alarm.municipalities),
                params=dict(alarm.params),
                since=alarm.since,
                opened_at=now,
                seen_at=now,
                told_to=[],
            )
            .on_conflict_do_nothing()
            .returning(AlarmEpisode)
        ).first()
        if made is not None:
            log.warning("alarm.began kind=%s about=%s", alarm.kind, alarm.about)
        return made

    def _lately_told(self, now: datetime) -> frozenset[str]:
        return frozenset(
            self._session.scalars(
                select(AlarmEpisode.key).where(
                    AlarmEpisode.closed_at > now - PAUSED, AlarmEpisode.told_at > now - PAUSED
                )
            )
        )


def _episode(row: AlarmEpisode) -> Episode:
    told: dict[str, Any] | None = row.told_params
    return Episode(
        row.id,
        row.key,
        AlarmKind(row.kind),
        row.seen_at,
        row.told_at,
        told,
        row.snoozed_until,
        row.acknowledged_at is not None,
    )
