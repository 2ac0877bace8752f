"""In which hours each source was heard, counted once an hour from the inbox.

Kept apart from the deliveries, so that a source's habit is read from a few hundred rows however
many events it sends, and outlives the retention of deliveries. Receiving itself writes nothing for
it: an hour is counted when it is over, along the index of source and time.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from connector.domain.habits import FURTHEST, hour_of
from connector.models import Delivery, Source, SourceHour
from connector.models.inserting import insert_into

LATE = timedelta(minutes=5)
"""An event is stored a moment after the time that it bears; an hour is counted well after it."""
AT_ONCE = timedelta(days=14)
"""How much of the past is counted in one look, when there is a past to be counted."""


class HeardService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count(self, source: Source, counted_until: datetime | None, now: datetime) -> datetime:
        """Counts what passed since; up to which hour it is counted now. Idempotent."""
        end = hour_of(now - LATE)
        begun = counted_until or max(hour_of(source.created_at), end - FURTHEST)
        end = min(end, begun + AT_ONCE)
        if begun >= end:
            return begun
        bucket = self._bucket()
        rows = self._session.execute(
            select(bucket, func.count())
            .where(
                Delivery.source == source.code,
                Delivery.received_at >= begun,
                Delivery.received_at < end,
                Delivery.origin == "sender",
            )
            .group_by(bucket)
        ).all()
        if rows:
            statement = insert_into(self._session, SourceHour)
            self._session.execute(
                statement.on_conflict_do_update(
                    index_elements=["source", "hour"], set_={"count": statement.excluded.count}
                ),
                [
                    {"source": source.code, "hour": _instant(text), "count": count}
                    for text, count in sorted(rows)
                ],
            )
        if counted_until is not None and counted_until.date() != end.date():
            self._forget(source.code, end - FURTHEST)
        return end

    def hours(self, source: str) -> frozenset[datetime]:
        """Every hour in which it was heard, as far back as is known."""
        found = self._session.scalars(select(SourceHour.hour).where(SourceHour.source == source))
        return frozenset(found)

    def delivered(self, sources: Sequence[str], since: datetime) -> dict[str, int]:
        """How many events since that hour, by source; none, no entry."""
        rows = self._session.execute(
            select(SourceHour.source, func.sum(SourceHour.count))
            .where(SourceHour.source.in_(sources), SourceHour.hour >= since)
            .group_by(SourceHour.source)
        )
        return {source: int(count) for source, count in rows}

    def _bucket(self) -> ColumnElement[str]:
        """The hour as text, the same on both databases."""
        if self._session.get_bind().dialect.name == "postgresql":
            return func.to_char(Delivery.received_at, "YYYY-MM-DD HH24")
        return func.strftime("%Y-%m-%d %H", Delivery.received_at)

    def _forget(self, source: str, before: datetime) -> None:
        self._session.execute(
            delete(SourceHour)
            .where(SourceHour.source == source, SourceHour.hour < before)
            .execution_options(synchronize_session=False)
        )


def _instant(text: str) -> datetime:
    return datetime.strptime(f"{text}+0000", "%Y-%m-%d %H%z").astimezone(UTC)
