"""Bursts of notices: parked whole, then released or given up by a person (domain 6)."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from connector.domain.hours import Hours
from connector.models import Notice
from connector.models.notice import NOTICE_STATES
from connector.services.notices.unsent import change_unsent
from connector.services.notices.ways import ways

BURST = 200
"""Notices of one kind to people in one role within WINDOW; more is an accident, not news."""
WINDOW = timedelta(hours=1)

_TOLD = tuple(state for state in NOTICE_STATES if state != "withdrawn")

BURST_HELD = "burst"
RELEASED = "released"
DISCARDED = "discarded"


class BurstService:
    """Takes a session, never commits. limit: see BURST."""

    def __init__(self, session: Session, limit: int = BURST) -> None:
        self._session = session
        self._limit = limit

    def park(self, municipality: str, fresh: Collection[tuple[str, str]], now: datetime) -> None:
        """Holds every unsent notice of a burst back, the first ones too: which of them came first
        is chance, and must not decide who hears."""
        for kind, role in sorted(fresh):
            recent = (
                Notice.municipality == municipality,
                Notice.kind == kind,
                Notice.role == role,
                Notice.created_at > now - WINDOW,
                or_(Notice.reason.is_(None), Notice.reason.not_in((RELEASED, DISCARDED))),
            )
            # Counted no further than needed: a burst is when there are many.
            some = (
                select(Notice.id)
                .where(*recent, Notice.state.in_(_TOLD))
                .limit(self._limit + 1)
                .subquery()
            )
            count = self._session.scalar(select(func.count()).select_from(some)) or 0
            if count > self._limit:
                self._session.execute(
                    update(Notice)
                    # What perhaps went out already is sent again as it is.
                    .where(*recent, Notice.state == "waiting", Notice.lease_token.is_(None))
                    .values(state="held", reason=BURST_HELD)
                    .execution_options(synchronize_session=False)
                )

    def release(
        self, municipality: str, hours: Hours, now: datetime, kind: str | None = None
    ) -> int:
        """Lets a parked burst go after all. Returns how many notices."""
        rows = self._parked(municipality, kind)
        known = ways(self._session, municipality, {r.recipient for r in rows}, hours.policy)
        changes = []
        for r in rows:
            route = known.route(r.recipient, r.kind, r.role, r.urgent)
            changes.append(
                {
                    "row": r.id,
                    # Meanwhile somebody may have switched it off, or lost the address.
                    "state": "held" if route.held else "waiting",
                    "reason": route.held or RELEASED,
                    "channel": route.channel,
                    "address": route.address,
                    "not_before": route.moment(hours, now),
                }
            )
        change_unsent(self._session, changes)
        return len(rows)

    def discard(self, municipality: str, kind: str | None = None) -> int:
        """Gives a parked burst up for good; it does not come back. Returns how many notices."""
        rows = self._parked(municipality, kind)
        change_unsent(
            self._session, [{"row": r.id, "state": "withdrawn", "reason": DISCARDED} for r in rows]
        )
        return len(rows)

    def parked(self, municipality: str) -> int:
        """How many notices wait for somebody's decision."""
        return len(self._parked(municipality, None))

    def _parked(self, municipality: str, kind: str | None) -> Sequence[Any]:
        columns = (Notice.id, Notice.recipient, Notice.kind, Notice.role, Notice.urgent)
        query = select(*columns).where(
            Notice.municipality == municipality,
            Notice.state == "held",
            Notice.reason == BURST_HELD,
        )
        if kind is not None:
            query = query.where(Notice.kind == kind)
        return self._session.execute(query.order_by(Notice.id)).all()
