"""Retention: what is deleted when, class by class, in steps of a few hundred rows.

What counts stays: evidence, records, shares, the row of each delivery with its key and digest (so
that an old event sent again is still a duplicate). What goes is raw material that names people and
has done its work. Deliveries that wait (new, ready, parked) are never touched.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from connector.config import Config
from connector.domain.events import EventType
from connector.models import Audit, Delivery, Event, Letter, Notice, Reading, SourceCount
from connector.models.inserting import insert_into

SCAN = 2000
"""Rows looked at in one step. Rows are numbered in the order of their moments, near enough."""
BATCH = 500
EVENTS_DAYS = 60
"""Longer than anything is news (domain.notices.HORIZON): a younger one would be written anew."""
BEFORE = "before"
"""The day under which counts of days gone by are summed up, so that no counter goes down."""


class Class(StrEnum):
    """Kinds of data with a term of their own; each has a setting CONNECTOR_KEEP_…_DAYS."""

    BODIES = "bodies"
    ASIDE = "aside"
    LETTERS = "letters"
    AUDIT = "audit"
    COUNTS = "counts"
    EVENTS = "events"


@dataclass(frozen=True, slots=True)
class Keep:
    """Days each class is kept for; 0: for ever."""

    days: dict[Class, int]

    @classmethod
    def of(cls, config: Config) -> "Keep":
        return cls({one: int(getattr(config, f"keep_{one}_days")) for one in Class})

    def until(self, what: Class, now: datetime) -> datetime | None:
        """Whatever is older has had its time; None: nothing has."""
        days = self.days[what]
        if what is Class.EVENTS and days:
            days = max(days, EVENTS_DAYS)
        return now - timedelta(days=days) if days else None


@dataclass(frozen=True, slots=True)
class Step:
    """How far a step came and what it changed. next: where to go on, None at the end."""

    next: int | None
    changed: int


@dataclass(frozen=True, slots=True)
class Due:
    """What retention has to say of one class. count: rows whose time is over today."""

    what: Class
    days: int
    before: datetime | None
    count: int


class RetentionService:
    """Takes a session, never commits."""

    def __init__(self, session: Session, keep: Keep) -> None:
        self._session = session
        self._keep = keep

    def step(self, what: Class, after: int, now: datetime) -> Step:
        """Goes on behind row `after` (0: from the beginning). Repeating a step changes nothing."""
        before = self._keep.until(what, now)
        if before is None:
            return Step(None, 0)
        steps: dict[Class, Callable[[int, datetime], Step]] = {
            Class.BODIES: lambda a, b: self._bodies(a, b, _is_done(b)),
            Class.ASIDE: lambda a, b: self._bodies(a, b, _is_aside(b)),
            Class.LETTERS: self._letters,
            Class.AUDIT: self._audit,
            Class.COUNTS: self._counts,
            Class.EVENTS: self._events,
        }
        return steps[what](after, before)

    def due(self, now: datetime) -> list[Due]:
        """What the next pass will delete. Reads whole tables: for a command, not for a page."""
        found = []
        for what in Class:
            before = self._keep.until(what, now)
            count = 0 if before is None else self._count(what, before)
            found.append(Due(what, self._keep.days[what], before, count))
        return found

    def _bodies(self, after: int, before: datetime, which: ColumnElement[bool]) -> Step:
        span = self._span(Delivery.id, Delivery.received_at, after, before)
        if span is None:
            return Step(None, 0)
        last, is_end = span
        ids = self._session.scalars(
            select(Delivery.id)
            .where(Delivery.id > after, Delivery.id <= last, which)
            .order_by(Delivery.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        if ids:
            self._session.execute(delete(Reading).where(Reading.delivery_id.in_(ids)))
            self._session.execute(
                update(Delivery)
                .where(Delivery.id.in_(ids))
                .values(body=None)
                .execution_options(synchronize_session=False)
            )
        if len(ids) == BATCH:
            return Step(ids[-1], len(ids))
        return Step(None if is_end else last, len(ids))

    def _letters(self, after: int, before: datetime) -> Step:
        """The words of letters, and what their notices were made of; who was told what stays."""
        span = self._span(Letter.id, Letter.sent_at, after, before)
        if span is None:
            return Step(None, 0)
        last, is_end = span
        ids = self._session.scalars(
            select(Letter.id)
            .where(Letter.id > after, Letter.id <= last, _has_words(before))
            .order_by(Letter.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        if ids:
            told = select(Notice.id).where(Notice.letter_id.in_(ids), Notice.state == "sent")
            self._session.execute(
                update(Notice)
                .where(Notice.id.in_(told))
                .values(params={})
                .execution_options(synchronize_session=False)
            )
            self._session.execute(
                update(Letter)
                .where(Letter.id.in_(ids))
                .values(text="", html="", raw=None)
                .execution_options(synchronize_session=False)
            )
        if len(ids) == BATCH:
            return Step(ids[-1], len(ids))
        return Step(None if is_end else last, len(ids))

    def _audit(self, after: int, before: datetime) -> Step:
        # From the oldest on: what is deleted needs no place to go on from.
        rows = self._session.execute(select(Audit.id, Audit.at).order_by(Audit.id).limit(BATCH))
        ids = [id_ for id_, at in rows if at < before]
        if ids:
            self._session.execute(delete(Audit).where(Audit.id.in_(ids)))
        return Step(0 if len(ids) == BATCH else None, len(ids))

    def _events(self, after: int, before: datetime) -> Step:
        ids = self._session.scalars(
            select(Event.id)
            .where(Event.id > after, _is_told(before))
            .order_by(Event.id)
            .limit(BATCH)
        ).all()
        if ids:
            self._session.execute(delete(Event).where(Event.id.in_(ids)))
        return Step(ids[-1] if len(ids) == BATCH else None, len(ids))

    def _counts(self, after: int, before: datetime) -> Step:
        """Sums the days gone by up, by source and reason."""
        old = SourceCount.day < before.date().isoformat()
        key = (SourceCount.source, SourceCount.what, SourceCount.reason)
        sums = self._session.execute(
            select(*key, func.sum(SourceCount.count)).where(old).group_by(*key).order_by(*key)
        ).all()
        for source, what, reason, count in sums:
            statement = insert_into(self._session, SourceCount).values(
                source=source, day=BEFORE, what=what, reason=reason, count=int(count)
            )
            self._session.execute(
                statement.on_conflict_do_update(
                    index_elements=["source", "day", "what", "reason"],
                    set_={"count": SourceCount.count + int(count)},
                )
            )
        gone = self._session.execute(
            delete(SourceCount).where(old).execution_options(synchronize_session=False)
        )
        return Step(None, int(gone.rowcount))  # type: ignore[attr-defined]

    def _span(self, id_: Any, at: Any, after: int, before: datetime) -> tuple[int, bool] | None:
        """The last of the next rows, and whether it is the last one old enough; None: no more."""
        rows = self._session.execute(
            select(id_, at).where(id_ > after).order_by(id_).limit(SCAN)
        ).all()
        if not rows or rows[0][1] >= before:
            return None
        return rows[-1][0], len(rows) < SCAN or rows[-1][1] >= before

    def _count(self, what: Class, before: datetime) -> int:
        model, which = {
            Class.BODIES: (Delivery, _is_done(before)),
            Class.ASIDE: (Delivery, _is_aside(before)),
            Class.LETTERS: (Letter, _has_words(before)),
            Class.AUDIT: (Audit, Audit.at < before),
            Class.COUNTS: (SourceCount, SourceCount.day < before.date().isoformat()),
            Class.EVENTS: (Event, _is_told(before)),
        }[what]
        return self._session.scalar(select(func.count()).select_from(model).where(which)) or 0


def _is_done(before: datetime) -> ColumnElement[bool]:
    return and_(
        Delivery.state == "done",
        func.coalesce(Delivery.done_at, Delivery.received_at) < before,
        Delivery.body.is_not(None),
    )


def _is_aside(before: datetime) -> ColumnElement[bool]:
    return and_(
        Delivery.state == "set_aside",
        Delivery.received_at < before,
        Delivery.body.is_not(None),
    )


def _is_told(before: datetime) -> ColumnElement[bool]:
    # A stall is told however long ago it began: forgotten, it would be told once more.
    return and_(
        Event.recorded_at < before, Event.number.is_not(None), Event.type != EventType.ROUTE_STALLED
    )


def _has_words(before: datetime) -> ColumnElement[bool]:
    return and_(
        Letter.sent_at < before, or_(Letter.text != "", Letter.html != "", Letter.raw.is_not(None))
    )
