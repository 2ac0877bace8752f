"""What watches over the connector asks: how much waits, since when, for whom, held by whom.

Asked every few seconds for years, so nothing here reads a whole table: partial indexes lead to what
waits, and a count ends at MOST. Beyond it the figure says "at least so many".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, select
from sqlalchemy.orm import Session

from connector.domain.alarms import AlarmKind
from connector.models import AlarmEpisode, Delivery, Notice, RuleFault, Source, SourceCount, Subject

MOST = 100_000
FIRST = 5_000
"""Subjects among which leases are looked for."""
STATES = ("new", "ready", "parked", "set_aside")
"""States of deliveries that somebody or something is waiting for; the rest are done."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Deliveries of one source that wait in one state for one reason."""

    source: str
    state: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Leases:
    """Rows of one kind that a worker holds, and those whose holder has not come back in time."""

    kind: str
    held: int
    expired: int


@dataclass(frozen=True, slots=True)
class Inbox:
    """oldest: received_at of the oldest delivery in a state, None for none."""

    waiting: tuple[Waiting, ...]
    oldest: dict[str, datetime | None]
    leases: Leases


class WatchService:
    """Reads only."""

    def __init__(self, session: Session, now: datetime, most: int = MOST) -> None:
        self._session = session
        self._now = now
        self._most = most

    def inbox(self) -> Inbox:
        waiting: list[Waiting] = []
        oldest: dict[str, datetime | None] = {}
        held = expired = 0
        for state in STATES:
            first = None
            for source, reason, count, since, is_held, is_expired in self._deliveries(state):
                waiting.append(Waiting(source, state, reason or "", count))
                first = since if first is None else min(first, since)
                held += is_held
                expired += is_expired
            oldest[state] = first
        return Inbox(tuple(waiting), oldest, Leases("delivery", held, expired))

    def subjects(self) -> tuple[int, Leases]:
        """How many wait to be judged, and their leases."""
        dirty = select(Subject.id).where(Subject.dirty).limit(self._most).subquery()
        count = self._session.scalar(select(func.count()).select_from(dirty)) or 0
        # Claims take the first ones; the others need not be fetched to be counted.
        first = (
            select(Subject.lease_until)
            .where(Subject.dirty)
            .order_by(Subject.id)
            .limit(FIRST)
            .subquery()
        )
        held, expired = self._sums(first.c.lease_until)
        row = self._session.execute(select(held, expired)).one()
        return count, Leases("subject", row[0], row[1])

    def notices(self) -> tuple[list[tuple[str, str, int]], datetime | None, Leases]:
        """Unsent ones by municipality and state; since when the longest overdue one is due."""
        due = (
            select(Notice.municipality, Notice.state, Notice.not_before, Notice.lease_until)
            .where(_is_one_of(Notice.state, ("waiting", "sending")))
            .order_by(Notice.not_before)
            .limit(self._most)
            .subquery()
        )
        held, expired = self._sums(due.c.lease_until)
        rows = self._session.execute(
            select(
                due.c.municipality,
                due.c.state,
                func.count(),
                func.min(due.c.not_before),
                held,
                expired,
            ).group_by(due.c.municipality, due.c.state)
        ).all()
        stuck = (
            select(Notice.municipality, Notice.state)
            .where(_is_one_of(Notice.state, ("held", "failed")))
            .limit(self._most)
            .subquery()
        )
        others = self._session.execute(
            select(stuck.c.municipality, stuck.c.state, func.count()).group_by(
                stuck.c.municipality, stuck.c.state
            )
        ).all()
        counts = [(row[0], row[1], row[2]) for row in (*rows, *others)]
        since = min((row[3] for row in rows), default=None)
        leases = Leases("notice", sum(row[4] for row in rows), sum(row[5] for row in rows))
        return sorted(counts), since, leases

    def sources(self) -> list[tuple[str, datetime | None]]:
        """Codes, and when each was last heard of."""
        rows = self._session.execute(
            select(Source.code, Source.last_delivery_at).order_by(Source.code)
        )
        return [(code, at) for code, at in rows]

    def counted(self, what: str) -> list[tuple[str, str, int]]:
        """Requests `refused` or events `ignored` since the beginning, by source and reason."""
        key = (SourceCount.source, SourceCount.reason)
        rows = self._session.execute(
            select(*key, func.sum(SourceCount.count))
            .where(SourceCount.what == what)
            .group_by(*key)
            .order_by(*key)
        )
        return [(source, reason, int(count)) for source, reason, count in rows]

    def rule_faults(self) -> Sequence[RuleFault]:
        return self._session.scalars(
            select(RuleFault).order_by(RuleFault.municipality, RuleFault.rule).limit(1000)
        ).all()

    def alarms(self) -> dict[str, int]:
        """Open ones by kind; none of a kind is 0, so that an alert sees it end."""
        rows = self._session.execute(
            select(AlarmEpisode.kind, func.count())
            .where(AlarmEpisode.closed_at.is_(None))
            .group_by(AlarmEpisode.kind)
        )
        found = {kind: int(count) for kind, count in rows}
        return {str(kind): found.get(kind, 0) for kind in AlarmKind}

    def _deliveries(self, state: str) -> Sequence[Any]:
        some = select(
            Delivery.source, Delivery.reason, Delivery.received_at, Delivery.lease_until
        ).where(_is_one_of(Delivery.state, (state,)))
        if state in ("new", "ready"):
            # In the order of their index, which is the order in which they are taken.
            some = some.order_by(Delivery.id)
        found = some.limit(self._most).subquery()
        held, expired = self._sums(found.c.lease_until)
        return self._session.execute(
            select(
                found.c.source,
                found.c.reason,
                func.count(),
                func.min(found.c.received_at),
                held,
                expired,
            )
            .group_by(found.c.source, found.c.reason)
            .order_by(found.c.source, found.c.reason)
        ).all()

    def _sums(self, lease_until: Any) -> tuple[ColumnElement[int], ColumnElement[int]]:
        held = func.coalesce(func.sum(case((lease_until >= self._now, 1), else_=0)), 0)
        expired = func.coalesce(func.sum(case((lease_until < self._now, 1), else_=0)), 0)
        return held, expired


def _is_one_of(column: Any, states: tuple[str, ...]) -> ColumnElement[bool]:
    """Written into the statement: a parameter does not tell which partial index fits."""
    if len(states) == 1:
        condition: ColumnElement[bool] = column == bindparam(None, states[0], literal_execute=True)
        return condition
    among: ColumnElement[bool] = column.in_(
        bindparam(None, list(states), expanding=True, literal_execute=True)
    )
    return among
