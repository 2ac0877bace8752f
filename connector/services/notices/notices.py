"""The outbox of notices: what the pure core says is owed becomes rows, once per business key.

Reconciling is a comparison, not an event: rows that are missing are inserted, unsent ones that are
no longer owed are withdrawn, and what was sent stays as it was. So it does not matter in which
order, how often or in which batches people were folded.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from connector.domain.hours import Hours
from connector.domain.notices import ROUTE_STALLED
from connector.domain.owed import Owed
from connector.models import Notice, Subject
from connector.models.among import among
from connector.models.many import insert_many
from connector.services.cases.subjects import mark_dirty
from connector.services.notices.addresses import addresses
from connector.services.notices.bursts import BURST, BURST_HELD, DISCARDED, BurstService
from connector.services.notices.unsent import UNSENT, change_unsent, next_moment

NO_RECIPIENT = "no_recipient"
NO_ADDRESS = "no_address"

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
        owed = {n.key: (subject, n) for subject, all_ in owed_by_subject.items() for n in all_}
        rows = self._unsent(municipality, owed_by_subject.keys())
        known = addresses(self._session, municipality, _recipients(n for _, n in owed.values()))
        silent = [r for r in rows if r.key not in owed and r.about_subject not in partly]
        self._withdraw([r.id for r in silent if r.state != "withdrawn"])
        self._freshen([(r, owed[r.key][1]) for r in rows if r.key in owed], known, hours, now)
        there = {row.key for row in rows}
        news = {key: value for key, value in owed.items() if key not in there}
        self._insert(municipality, news.values(), known, hours, now)

    def tell(
        self, municipality: str, owed: Iterable[Owed], hours: Hours, now: datetime
    ) -> None:
        """Adds notices that follow from no single subject; one that is there stays as it is."""
        notices = list(owed)
        known = addresses(self._session, municipality, _recipients(notices))
        self._insert(municipality, [(None, n) for n in notices], known, hours, now)

    def readdress(self, municipality: str, hours: Hours, now: datetime) -> int:
        """After an import: what waits goes to today's addresses, and what was held for want of one
        is let go. Returns how many notices changed."""
        rows = self._session.execute(
            select(Notice.id, Notice.recipient, Notice.address, Notice.role, Notice.urgent)
            .where(
                Notice.municipality == municipality,
                Notice.recipient.is_not(None),
                or_(
                    Notice.state == "waiting",
                    and_(Notice.state == "held", Notice.reason == NO_ADDRESS),
                ),
            )
            .order_by(Notice.id)
        ).all()
        known = addresses(self._session, municipality, {row.recipient for row in rows})
        changes = []
        for row in rows:
            address = known.get(row.recipient)
            if address != row.address:
                state, reason = ("held", NO_ADDRESS) if address is None else ("waiting", None)
                changes.append(
                    {
                        "row": row.id,
                        "state": state,
                        "reason": reason,
                        "address": address,
                        "not_before": next_moment(row.role, row.urgent, hours, now),
                    }
                )
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
        known: Mapping[str, str],
        hours: Hours,
        now: datetime,
    ) -> None:
        """What waits says what is owed today, in today's words, to today's address."""
        changes: list[dict[str, Any]] = []
        anew: list[dict[str, Any]] = []
        for row, owed in pairs:
            state, reason = _state_of(owed, known)
            if row.reason == BURST_HELD and state == "waiting":
                state, reason = "held", BURST_HELD
            address = known.get(owed.recipient or "")
            params = dict(owed.params)
            if row.state != state:
                at = next_moment(owed.role, owed.urgent, hours, now)
                begin = {"attempts": 0, "lease_token": None, "not_before": at}
                what = {"state": state, "reason": reason, "address": address, "params": params}
                anew.append({"row": row.id, **what, **begin})
            elif (row.address, row.params) != (address, params):
                changes.append({"row": row.id, "address": address, "params": params})
        change_unsent(self._session, anew)
        change_unsent(self._session, changes)

    def _insert(
        self,
        municipality: str,
        news: Iterable[tuple[int | None, Owed]],
        known: Mapping[str, str],
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


def _state_of(owed: Owed, known: Mapping[str, str]) -> tuple[str, str | None]:
    if owed.recipient is None:
        return "held", NO_RECIPIENT
    return ("waiting", None) if owed.recipient in known else ("held", NO_ADDRESS)


def _row(
    municipality: str,
    subject: int | None,
    owed: Owed,
    known: Mapping[str, str],
    hours: Hours,
    now: datetime,
) -> dict[str, Any]:
    state, reason = _state_of(owed, known)
    return {
        "municipality": municipality,
        "key": owed.key,
        "kind": owed.kind,
        "role": str(owed.role),
        "recipient": owed.recipient,
        "address": known.get(owed.recipient or ""),
        "params": dict(owed.params),
        "about_subject": subject,
        "urgent": owed.urgent,
        "state": state,
        "reason": reason,
        "created_at": now,
        "not_before": next_moment(owed.role, owed.urgent, hours, now),
        "attempts": 0,
    }
