"""The outbox of notices: what the pure core says is owed becomes rows, once per business key.

Reconciling is a comparison, not an event: rows that are missing are inserted, unsent ones that are
no longer owed are withdrawn, and what was sent stays as it was. So it does not matter in which
order, how often or in which batches people were folded.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from connector.domain.hours import Hours
from connector.domain.lines import Line
from connector.domain.owed import Owed
from connector.domain.stall_notices import ROUTE_STALLED
from connector.models import Notice, Subject
from connector.models.among import among
from connector.models.many import insert_many
from connector.services.cases.subjects import mark_dirty
from connector.services.imports.stored_rows import chunks
from connector.services.notices.bursts import BURST, BURST_HELD, DISCARDED, BurstService
from connector.services.notices.lines import on_line
from connector.services.notices.unsent import UNSENT, change_unsent
from connector.services.notices.ways import (
    OFF_BY_CHOICE,
    UNREACHED,
    Route,
    Ways,
    ways,
)

TOLD = ("sending", "sent")
"""States of what somebody was told, or is being told this moment."""

_CHUNK = 500
_ONCE = "ON CONFLICT (municipality, key) DO NOTHING"
_FRESH = timedelta(days=60)
"""Longer than anything that is over is told of (domain.notices.HORIZON)."""


class NoticeService:
    """Takes a session, never commits. burst: see connector.services.notices.bursts."""

    def __init__(self, session: Session, burst: int = BURST) -> None:
        self._session = session
        self._bursts = BurstService(session, burst)

    def reconcile(
        self,
        municipality: str,
        owed_by_subject: Mapping[int, Sequence[Owed]],
        hours: Hours,
        now: datetime,
        partly: Collection[int] = (),
    ) -> None:
        """Makes the outbox say what is owed for these subjects (ids), an empty sequence included.

        Idempotent. Sent notices and such as are being sent are never touched. partly: subjects of
        whom it is not known whether more is owed, so that nothing of theirs is withdrawn.
        """
        if not owed_by_subject:
            return
        owed = self._begun(
            municipality,
            {n.key: (subject, n) for subject, all_ in owed_by_subject.items() for n in all_},
        )
        rows = self._unsent(municipality, owed_by_subject.keys())
        told = _recipients(n for _, n in owed.values())
        known = ways(self._session, municipality, told, hours.policy, now)
        silent = [r for r in rows if r.key not in owed and r.about_subject not in partly]
        self._withdraw([r.id for r in silent if r.state != "withdrawn"])
        self._freshen([(r, owed[r.key][1]) for r in rows if r.key in owed], known, hours, now)
        there = {row.key for row in rows}
        news = {key: value for key, value in owed.items() if key not in there}
        self._insert(municipality, news.values(), known, hours, now)

    def tell(self, municipality: str, owed: Iterable[Owed], hours: Hours, now: datetime) -> None:
        """Adds notices that follow from no single subject; one that is there stays as it is."""
        notices = list(owed)
        known = ways(self._session, municipality, _recipients(notices), hours.policy, now)
        self._insert(municipality, [(None, n) for n in notices], known, hours, now)

    def readdress(
        self, municipality: str, hours: Hours, now: datetime, recipient: str | None = None
    ) -> int:
        """After an import or a choice: what waits goes today's way, and what was held for want of
        one is let go. recipient: of this person alone, who may also have chosen another hour.
        Returns how many notices changed."""
        columns = (Notice.id, Notice.kind, Notice.recipient, Notice.channel, Notice.address)
        more = (Notice.role, Notice.urgent, Notice.state, Notice.reason, Notice.attempts)
        rows = self._session.execute(
            select(*columns, *more)
            .where(
                Notice.municipality == municipality,
                Notice.recipient.is_not(None)
                if recipient is None
                else Notice.recipient == recipient,
                or_(
                    Notice.state == "waiting",
                    and_(Notice.state == "held", Notice.reason.in_(UNREACHED)),
                ),
            )
            .order_by(Notice.id)
        ).all()
        changes = []
        for row, route in self._routed(municipality, rows, hours, now):
            before = (row.channel, row.address, row.reason if row.state == "held" else None)
            # A letter that is being tried again has its own hours.
            is_timed = recipient is None or row.attempts
            if is_timed and before == (route.channel, route.address, route.held):
                continue
            changes.append({"row": row.id, **route.columns(hours, now)})
        change_unsent(self._session, changes)
        return len(changes)

    def detour(self, municipality: str, line: Line, hours: Hours, now: datetime) -> int:
        """Takes what waits for a line that is given up to where it can go, each at its own
        time. Returns how many notices changed."""
        columns = (Notice.id, Notice.kind, Notice.role, Notice.recipient, Notice.urgent)
        rows = self._session.execute(
            select(*columns)
            .where(
                Notice.municipality == municipality,
                Notice.state == "waiting",
                on_line(line),
            )
            .order_by(Notice.id)
        ).all()
        changes = []
        for row, route in self._routed(municipality, rows, hours, now):
            if route.held is None and route.channel != line.channel:
                way = {"channel": route.channel, "address": route.address, "reason": None}
                changes.append({"row": row.id, **way})
        change_unsent(self._session, changes)
        return len(changes)

    def look_again(self, municipality: str, now: datetime) -> int:
        """After the organisation has changed: has everybody judged anew of whom somebody is being
        told, so that it is told to those who are in charge now. Returns how many subjects."""
        rows = self._session.execute(
            select(Subject.kind, Subject.code)
            .join(Notice, Notice.about_subject == Subject.id)
            .where(
                Notice.municipality == municipality,
                Subject.municipality == municipality,
                or_(
                    Notice.state.in_(("waiting", "held")),
                    Notice.created_at > now - _FRESH,
                    Notice.kind == ROUTE_STALLED,
                ),
            )
            .distinct()
        ).all()
        for kind in sorted({kind for kind, _ in rows}):
            codes = [code for of, code in rows if of == kind]
            mark_dirty(self._session, municipality, kind, codes)
        return len(rows)

    def _routed(
        self, municipality: str, rows: Sequence[Any], hours: Hours, now: datetime
    ) -> Iterator[tuple[Any, Route]]:
        """Each row with the way it would go today."""
        recipients = {row.recipient for row in rows}
        known = ways(self._session, municipality, recipients, hours.policy, now)
        for row in rows:
            yield row, known.route(row.recipient, row.kind, row.role, row.urgent)

    def _begun(
        self, municipality: str, owed: dict[str, tuple[int, Owed]]
    ) -> dict[str, tuple[int, Owed]]:
        """Without those that follow what nobody was told: the end of what had no beginning."""
        wanted = {key for _, n in owed.values() for key in n.follows}
        if not wanted:
            return owed
        told: set[str] = set()
        for chunk in chunks(sorted(wanted)):
            told |= set(
                self._session.scalars(
                    select(Notice.key).where(
                        Notice.municipality == municipality,
                        among(self._session, Notice.key, chunk),
                        Notice.state.in_(TOLD),
                    )
                )
            )
        return {
            key: (subject, n)
            for key, (subject, n) in owed.items()
            if not n.follows or not told.isdisjoint(n.follows)
        }

    def _unsent(self, municipality: str, subjects: Iterable[int]) -> Sequence[Any]:
        found: list[Any] = []
        ids = sorted(subjects)
        for start in range(0, len(ids), _CHUNK):
            query = select(
                Notice.id,
                Notice.key,
                Notice.state,
                Notice.reason,
                Notice.recipient,
                Notice.channel,
                Notice.address,
                Notice.params,
                Notice.about_subject,
            ).where(
                among(self._session, Notice.about_subject, ids[start : start + _CHUNK]),
                Notice.municipality == municipality,
                Notice.state.in_(UNSENT),
                or_(Notice.reason.is_(None), Notice.reason != DISCARDED),
            )
            found += self._session.execute(query.order_by(Notice.id)).all()
        return found

    def _withdraw(self, ids: Sequence[int]) -> None:
        change_unsent(
            self._session, [{"row": id_, "state": "withdrawn", "reason": None} for id_ in ids]
        )

    def _freshen(
        self,
        pairs: Sequence[tuple[Any, Owed]],
        known: Ways,
        hours: Hours,
        now: datetime,
    ) -> None:
        """What waits says what is owed today, in today's words, on today's way."""
        changes: list[dict[str, Any]] = []
        anew: list[dict[str, Any]] = []
        for row, owed in pairs:
            route = _route(owed, known)
            state, reason = _state_of(route)
            if row.reason == BURST_HELD and state == "waiting":
                state, reason = "held", BURST_HELD
            if row.reason == OFF_BY_CHOICE and not hours.policy.forces(owed.kind, owed.role):
                # Whoever switches letters on again wants the new ones, not those of a year.
                state, reason = "held", OFF_BY_CHOICE
            now_so = {
                "channel": route.channel,
                "address": route.address,
                "params": dict(owed.params),
            }
            if (row.state, row.reason if row.state == "held" else None) != (
                state,
                reason if state == "held" else None,
            ):
                at = route.moment(hours, now)
                begin = {"attempts": 0, "lease_token": None, "not_before": at}
                anew.append({"row": row.id, "state": state, "reason": reason, **now_so, **begin})
            elif any(getattr(row, name) != value for name, value in now_so.items()):
                changes.append({"row": row.id, **now_so})
        change_unsent(self._session, anew)
        change_unsent(self._session, changes)

    def _insert(
        self,
        municipality: str,
        news: Iterable[tuple[int | None, Owed]],
        known: Ways,
        hours: Hours,
        now: datetime,
    ) -> None:
        # In one order everywhere: two workers that insert the same keys must not deadlock.
        ordered = sorted(news, key=lambda item: item[1].key)
        rows = [_row(municipality, subject, n, known, hours, now) for subject, n in ordered]
        if insert_many(self._session, Notice, rows, _ONCE):
            fresh = {(row["kind"], row["role"]) for row in rows}
            self._bursts.park(municipality, fresh, now)


def _recipients(owed: Iterable[Owed]) -> set[str]:
    return {n.recipient for n in owed if n.recipient is not None}


def _route(owed: Owed, known: Ways) -> Route:
    return known.route(owed.recipient, owed.kind, str(owed.role), owed.urgent)


def _state_of(route: Route) -> tuple[str, str | None]:
    return ("held", route.held) if route.held else ("waiting", None)


def _row(
    municipality: str,
    subject: int | None,
    owed: Owed,
    known: Ways,
    hours: Hours,
    now: datetime,
) -> dict[str, Any]:
    route = _route(owed, known)
    return {
        "municipality": municipality,
        "key": owed.key,
        "kind": owed.kind,
        "role": str(owed.role),
        "recipient": owed.recipient,
        "params": dict(owed.params),
        "about_subject": subject,
        "urgent": owed.urgent,
        "created_at": now,
        "attempts": 0,
        **route.columns(hours, now),
    }
