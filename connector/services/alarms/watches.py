"""What is kept of each source from one look to the next (models.SourceWatch)."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from connector.domain.alarms import DRIFT_S
from connector.models import Source, SourceWatch
from connector.models.inserting import insert_into
from connector.services.alarms.asked import Answering
from connector.services.alarms.heard import HeardService

SLEPT = timedelta(minutes=30)
"""Looks further apart than this: this connector, or its database, was away in between."""


class WatchService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def rows(self) -> dict[str, SourceWatch]:
        return {row.source: row for row in self._session.scalars(select(SourceWatch))}

    def look(self, sources: Sequence[Source], asked: dict[str, Answering], now: datetime) -> None:
        """Notes what this look has seen. Two at once do no harm."""
        for code in sorted({source.code for source in sources} - self.rows().keys()):
            self._begin(code)
        # In one order everywhere, so that two ticks wait for one another instead of failing.
        rows = {
            row.source: row
            for row in self._session.scalars(
                select(SourceWatch).order_by(SourceWatch.source).with_for_update()
            )
        }
        for source in sources:
            row = rows[source.code]
            heard = HeardService(self._session)
            counted_until = heard.count(source, row.counted_until, now)
            values = _seen(row, asked.get(source.code, Answering({})), now)
            self._note(source.code, {**values, "counted_until": counted_until})

    def check(self, source: str, lacking: Collection[str], now: datetime) -> None:
        """What the token's service lacks, as the site told just now."""
        self._begin(source)
        row = self._session.get_one(SourceWatch, source, populate_existing=True)
        since = (row.lacking_since or now) if lacking else None
        self._note(source, {"checked_at": now, "lacking": sorted(lacking), "lacking_since": since})

    def _begin(self, source: str) -> None:
        self._session.execute(
            insert_into(self._session, SourceWatch)
            .values(source=source, lacking=[])
            .on_conflict_do_nothing(index_elements=["source"])
        )

    def _note(self, source: str, values: dict[str, Any]) -> None:
        self._session.execute(
            update(SourceWatch)
            .where(SourceWatch.source == source)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _seen(row: SourceWatch, asked: Answering, now: datetime) -> dict[str, Any]:
    slept = row.looked_at is None or now - row.looked_at > SLEPT
    failing = None
    if asked.failed_at is not None:
        failing = row.failing_since or asked.failed_at
    drifts = asked.ahead_s is not None and abs(asked.ahead_s) > DRIFT_S
    return {
        "looked_at": max(now, row.looked_at) if row.looked_at else now,
        "awake_from": now if slept or row.awake_from is None else row.awake_from,
        "failing_since": failing,
        "drifting_since": (row.drifting_since or now) if drifts else None,
    }
