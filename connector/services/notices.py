"""The outbox of notices: what the pure core says is owed becomes rows, once per business key.

Reconciling is a comparison, not an event: rows that are missing are inserted, unsent ones that are
no longer owed are withdrawn, and what was sent stays as it was. So it does not matter in which
order, how often or in which batches people were folded.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from connector.domain.hours import PostHours
from connector.domain.owed import Owed, Recipient
from connector.models import Notice
from connector.models.inserting import insert_into
from connector.services.addresses import addresses

BURST = 200
"""Notices of one kind to people in one role within WINDOW; more is an accident, not news."""
WINDOW = timedelta(hours=1)

NO_RECIPIENT = "no_recipient"
NO_ADDRESS = "no_address"
BURST_HELD = "burst"
RELEASED = "released"
DISCARDED = "discarded"

_CHUNK = 500
_UNSENT = ("waiting", "held", "withdrawn")
_PERSONAL = frozenset({Recipient.TEACHER, Recipient.MENTOR})


class NoticeService:
    """Takes a session, never commits. burst: see BURST."""

    def __init__(self, session: Session, burst: int = BURST) -> None:
        self._session = session
        self._burst = burst

    def reconcile(
        self,
        municipality: str,
        owed_by_subject: Mapping[int, Sequence[Owed]],
        hours: PostHours,
        now: datetime,
    ) -> None:
        """Makes the outbox say what is owed for these subjects (ids), an empty sequence included.

        Idempotent. Sent notices and such as are being sent are never touched.
        """
        if not owed_by_subject:
            return
        owed = {n.key: (subject, n) for subject, all_ in owed_by_subject.items() for n in all_}
        rows = self._unsent(municipality, owed_by_subject.keys())
        known = addresses(self._session, municipality, _recipients(n for _, n in owed.values()))
        self._withdraw([r.id for r in rows if r.key not in owed and r.state != "withdrawn"])
        self._freshen([(r, owed[r.key][1]) for r in rows if r.key in owed], known, hours, now)
        there = {row.key for row in rows}
        news = {key: value for key, value in owed.items() if key not in there}
        self._insert(municipality, news.values(), known, hours, now)

    def tell(
        self, municipality: str, owed: Iterable[Owed], hours: PostHours, now: datetime
    ) -> None:
        """Adds notices that follow from no single subject; one that is there stays as it is."""
        notices = list(owed)
        known = addresses(self._session, municipality, _recipients(notices))
        self._insert(municipality, [(None, n) for n in notices], known, hours, now)

    def readdress(self, municipality: str, hours: PostHours, now: datetime) -> int:
        """After addresses have changed: lets go of what was held for want of one. How many."""
        rows = self._session.execute(
            select(Notice.id, Notice.recipient, Notice.role, Notice.urgent).where(
                Notice.municipality == municipality,
                Notice.state == "held",
                Notice.reason == NO_ADDRESS,
            )
        ).all()
        known = addresses(self._session, municipality, {r.recipient for r in rows if r.recipient})
        changes = [
            {
                "row": r.id,
                "state": "waiting",
                "reason": None,
                "address": known[r.recipient],
                "not_before": _moment(r.role, r.urgent, hours, now),
            }
            for r in rows
            if r.recipient in known
        ]
        self._change(changes)
        return len(changes)

    def release(
        self, municipality: str, hours: PostHours, now: datetime, kind: str | None = None
    ) -> int:
        """Lets a parked burst go after all. Returns how many notices."""
        rows = self._parked(municipality, kind)
        self._change(
            [
                {
                    "row": r.id,
                    "state": "waiting",
                    "reason": RELEASED,
                    "not_before": _moment(r.role, r.urgent, hours, now),
                }
                for r in rows
            ]
        )
        return len(rows)

    def discard(self, municipality: str, kind: str | None = None) -> int:
        """Gives a parked burst up for good; it does not come back. Returns how many notices."""
        rows = self._parked(municipality, kind)
        self._change([{"row": r.id, "state": "withdrawn", "reason": DISCARDED} for r in rows])
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
            ).where(
                Notice.about_subject.in_(ids[start : start + _CHUNK]),
                Notice.municipality == municipality,
                Notice.state.in_(_UNSENT),
                or_(Notice.reason.is_(None), Notice.reason != DISCARDED),
            )
            found += self._session.execute(query.order_by(Notice.id)).all()
        return found

    def _withdraw(self, ids: Sequence[int]) -> None:
        self._change([{"row": id_, "state": "withdrawn", "reason": None} for id_ in ids])

    def _freshen(
        self,
        pairs: Sequence[tuple[Any, Owed]],
        known: Mapping[str, str],
        hours: PostHours,
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
                at = _moment(owed.role, owed.urgent, hours, now)
                begin = {"attempts": 0, "lease_token": None, "not_before": at}
                what = {"state": state, "reason": reason, "address": address, "params": params}
                anew.append({"row": row.id, **what, **begin})
            elif (row.address, row.params) != (address, params):
                changes.append({"row": row.id, "address": address, "params": params})
        self._change(anew)
        self._change(changes)

    def _insert(
        self,
        municipality: str,
        news: Iterable[tuple[int | None, Owed]],
        known: Mapping[str, str],
        hours: PostHours,
        now: datetime,
    ) -> None:
        # In one order everywhere: two workers that insert the same keys must not deadlock.
        ordered = sorted(news, key=lambda item: item[1].key)
        rows = [_row(municipality, subject, n, known, hours, now) for subject, n in ordered]
        fresh: set[tuple[str, str]] = set()
        for start in range(0, len(rows), _CHUNK):
            statement = (
                insert_into(self._session, Notice)
                .values(rows[start : start + _CHUNK])
                .on_conflict_do_nothing(index_elements=["municipality", "key"])
                .returning(Notice.kind, Notice.role)
            )
            fresh.update((kind, role) for kind, role in self._session.execute(statement))
        if fresh:
            self._park_bursts(municipality, fresh, now)

    def _park_bursts(self, municipality: str, fresh: set[tuple[str, str]], now: datetime) -> None:
        """Holds every unsent notice of a burst back, the first ones too: which of them came first
        is chance, and must not decide who hears."""
        recent = (
            Notice.municipality == municipality,
            Notice.created_at > now - WINDOW,
            or_(Notice.reason.is_(None), Notice.reason.not_in((RELEASED, DISCARDED))),
        )
        counts = self._session.execute(
            select(Notice.kind, Notice.role, func.count())
            .where(*recent, Notice.state != "withdrawn")
            .group_by(Notice.kind, Notice.role)
        )
        for kind, role, count in counts.all():
            if count > self._burst and (kind, role) in fresh:
                self._session.execute(
                    update(Notice)
                    .where(*recent, Notice.kind == kind, Notice.role == role)
                    .where(Notice.state == "waiting")
                    .values(state="held", reason=BURST_HELD)
                    .execution_options(synchronize_session=False)
                )

    def _parked(self, municipality: str, kind: str | None) -> Sequence[Any]:
        query = select(Notice.id, Notice.role, Notice.urgent).where(
            Notice.municipality == municipality,
            Notice.state == "held",
            Notice.reason == BURST_HELD,
        )
        if kind is not None:
            query = query.where(Notice.kind == kind)
        return self._session.execute(query.order_by(Notice.id)).all()

    def _change(self, changes: Sequence[dict[str, Any]]) -> None:
        """Changes rows by id (`row`), all in the same columns; never one that is being sent."""
        if not changes:
            return
        # No IN list: SQLAlchemy cannot spread one out where many rows are changed at once.
        unsent = or_(*(Notice.state == state for state in _UNSENT))
        columns = [name for name in changes[0] if name != "row"]
        self._session.connection().execute(
            update(Notice)
            .where(Notice.id == bindparam("row"), unsent)
            .values({name: bindparam(f"new_{name}") for name in columns}),
            [{"row": c["row"], **{f"new_{n}": c[n] for n in columns}} for c in changes],
        )


def _recipients(owed: Iterable[Owed]) -> set[str]:
    return {n.recipient for n in owed if n.recipient is not None}


def _state_of(owed: Owed, known: Mapping[str, str]) -> tuple[str, str | None]:
    if owed.recipient is None:
        return "held", NO_RECIPIENT
    return ("waiting", None) if owed.recipient in known else ("held", NO_ADDRESS)


def _moment(role: str, urgent: bool, hours: PostHours, now: datetime) -> datetime:
    """Alerts and what is written to a teacher or mentor go at the next moment people may be
    disturbed; the rest waits for the digest."""
    soon = urgent or role in _PERSONAL
    return hours.next_open(now) if soon else hours.next_digest(now)


def _row(
    municipality: str,
    subject: int | None,
    owed: Owed,
    known: Mapping[str, str],
    hours: PostHours,
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
        "not_before": _moment(owed.role, owed.urgent, hours, now),
        "attempts": 0,
    }
