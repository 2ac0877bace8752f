"""Snapshots: figures as they were reported on a day; later evidence does not touch them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from connector.errors import ConnectorError
from connector.models import Snapshot
from connector.services.figures import Figure
from connector.services.subjects import mark_dirty


class SnapshotService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take(
        self,
        municipality: str,
        figures: Sequence[Figure],
        today: date,
        now: datetime,
        taken_by: str | None,
    ) -> int:
        """Writes the figures down; the snapshot's number. The municipality is judged again, because
        monitoring is itself an indicator (korolev VI). Raises ConnectorError without figures."""
        if not figures:
            raise ConnectorError("В этом периоде показателей нет, фиксировать нечего.")
        snapshot = Snapshot(
            municipality=municipality,
            period=str(figures[0].period),
            as_of=figures[0].as_of,
            taken_on=today,
            taken_at=now,
            taken_by=taken_by,
            figures={figure.indicator.code: _told(figure) for figure in figures},
        )
        self._session.add(snapshot)
        self._session.flush()
        mark_dirty(self._session, municipality, "municipality", [municipality])
        return snapshot.id


def _told(figure: Figure) -> dict[str, Any]:
    return {
        "title": figure.indicator.title,
        "population": figure.population,
        "achieved": figure.achieved,
        "share": figure.share,
        "plan": figure.plan.at_least if figure.plan else None,
    }
