"""Passes through a Moodle at rest: where each is, who holds it, and what it has found."""

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from connector.dialects import reconciled
from connector.domain.evidence import digest_of
from connector.errors import LostLease
from connector.models import Delivery, Reading, ReconciledCourse, Reconciliation, Source
from connector.models.inserting import insert_into
from connector.moodle.searching import Finding, Place, Quiz, What
from connector.services.inbox.inbox import InboxService
from connector.services.inbox.reading_deliveries import RECONCILE, reading_rows

MISSED = "missed"
"""Under which source_counts tell what a sender never told."""

_TOLD_BY_NOBODY = frozenset({What.ACCOUNT, What.RATING})
"""Found by looking, whoever sends: no sender is to blame."""

GRACE = timedelta(hours=1)
"""A sender may yet deliver what is younger: one of them tries again after an hour."""


class Kind(StrEnum):
    """See models.Reconciliation."""

    FULL = "full"
    QUICK = "quick"
    SINCE = "since"


class Stage(StrEnum):
    """In their order."""

    PEOPLE = "people"
    PLACES = "places"
    COURSES = "courses"
    RATINGS = "ratings"


@dataclass(frozen=True, slots=True)
class Hold:
    """A pass that this process has taken; its writes must find the token."""

    source: str
    kind: Kind
    token: str


class ReconciliationService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def row(self, source: str, kind: Kind) -> Reconciliation | None:
        return self._session.get(Reconciliation, (source, str(kind)), populate_existing=True)

    def rows(self, source: str | None = None) -> Sequence[Reconciliation]:
        query = select(Reconciliation).order_by(Reconciliation.source, Reconciliation.kind)
        if source is not None:
            query = query.where(Reconciliation.source == source)
        return self._session.scalars(query).all()

    def take(self, source: str, kind: Kind, term: timedelta, now: datetime) -> Hold | None:
        """None while anybody goes through that source, whatever the kind: it is asked once."""
        table = Reconciliation
        self._session.execute(
            insert_into(self._session, table)
            .values(source=source, kind=str(kind), calls=0, learners=0, found={}, refused={},
                    failures=0)
            .on_conflict_do_nothing(index_elements=["source", "kind"])
        )  # fmt: skip
        rows = self._session.scalars(
            select(table)
            .where(table.source == source)
            .order_by(table.kind)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        if any(row.lease_until is not None and row.lease_until >= now for row in rows):
            return None
        (row,) = [row for row in rows if row.kind == kind]
        row.lease_token = secrets.token_hex(16)
        row.lease_until = now + term
        self._session.flush()
        return Hold(source, kind, row.lease_token)

    def begin(self, hold: Hold, since: datetime | None, now: datetime) -> None:
        """A new pass, from the beginning. Raises LostLease."""
        self.note(
            hold, stage=str(Stage.PEOPLE), began_at=now, since=since, position=None, calls=0,
            learners=0, found={}, refused={}, error=None, failures=0, next_at=None,
        )  # fmt: skip

    def note(self, hold: Hold, **values: Any) -> None:
        """Writes on the pass that is held. Raises LostLease where somebody else has taken it."""
        done = self._session.execute(
            update(Reconciliation)
            .where(
                Reconciliation.source == hold.source,
                Reconciliation.kind == str(hold.kind),
                Reconciliation.lease_token == hold.token,
            )
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise LostLease(hold.token)

    def end(self, hold: Hold, row: Reconciliation, now: datetime, unfound: Sequence[str]) -> None:
        """The pass came to its end. Raises LostLease."""
        assert row.began_at is not None
        last = {
            "began_at": row.began_at.isoformat(), "ended_at": now.isoformat(), "calls": row.calls,
            "learners": row.learners, "found": row.found, "refused": row.refused,
            "unfound": list(unfound),
        }  # fmt: skip
        self.note(
            hold, stage=None, position=None, done_at=row.began_at, last=last, error=None,
            failures=0, next_at=None, lease_token=None, lease_until=None,
        )  # fmt: skip

    def places(self, source: str) -> list[Place]:
        """In the order of their numbers."""
        rows = self._session.scalars(
            select(ReconciledCourse).where(ReconciledCourse.source == source)
        ).all()
        return [_place(row) for row in sorted(rows, key=lambda row: int(row.course))]

    def keep_places(self, source: str, places: Sequence[Place]) -> None:
        """These are all there are."""
        self._session.execute(
            delete(ReconciledCourse)
            .where(
                ReconciledCourse.source == source,
                ReconciledCourse.course.not_in([place.course for place in places]),
            )
            .execution_options(synchronize_session=False)
        )
        for place in places:
            values = {"title": (place.title or "")[:300] or None, "wanted": _wanted(place)}
            self._session.execute(
                insert_into(self._session, ReconciledCourse)
                .values(source=source, course=place.course, **values)
                .on_conflict_do_update(index_elements=["source", "course"], set_=values)
            )

    def read_at(self, source: str, course: str) -> datetime | None:
        return self._session.scalar(
            select(ReconciledCourse.read_at).where(
                ReconciledCourse.source == source, ReconciledCourse.course == course
            )
        )

    def note_read(self, source: str, course: str, at: datetime) -> None:
        self._session.execute(
            update(ReconciledCourse)
            .where(ReconciledCourse.source == source, ReconciledCourse.course == course)
            .values(read_at=at)
            .execution_options(synchronize_session=False)
        )

    def pending(self, source: str) -> frozenset[str]:
        """Accounts of whom something found is not folded yet: what is held of them is old."""
        found = self._session.scalars(
            select(Delivery.user_id).where(
                Delivery.state == "ready",
                Delivery.source == source,
                Delivery.origin == RECONCILE,
                Delivery.type != f"reconcile.{What.ACCOUNT}",
            )
        )
        return frozenset(user for user in found if user)

    def store(self, source: str, findings: Iterable[Finding], now: datetime) -> None:
        """Writes findings down as deliveries that are ready to be folded, readings and all."""
        for finding in findings:
            body = reconciled.write(finding.pointer)
            read_at = max(reading.read_at for reading in finding.readings)
            digest = digest_of(
                {
                    "pointer": body.decode(),
                    "readings": [[r.function, r.status, r.body] for r in finding.readings],
                }
            )
            delivery = Delivery(
                source=source,
                key=f"reconcile:{read_at:%Y%m%dT%H%M%S}:{digest[:40]}",
                digest=digest,
                type=f"reconcile.{finding.what}",
                origin=RECONCILE,
                body=body,
                received_at=now,
                state="ready",
                user_id=finding.pointer.user_id,
            )
            self._session.add(delivery)
            self._session.flush()
            rows = list(reading_rows(delivery.id, 1, finding.readings))
            self._session.execute(insert_into(self._session, Reading), rows)

    def count_missed(
        self, source: str, findings: Sequence[Finding], is_first: bool, now: datetime
    ) -> None:
        """Counts what the sender should have told by now, and did not.

        Not what happened before there was a source, nor while anything it told waits. is_first: no
        pass was ever finished, so that nobody knows since when something has been gone.
        """
        added = self._session.get_one(Source, source).created_at
        missed = Counter(
            str(one.what)
            for one in findings
            if one.what not in _TOLD_BY_NOBODY and _is_overdue(one, added, is_first, now)
        )
        if not missed or self._has_unread(source):
            return
        inbox = InboxService(self._session)
        for what, times in sorted(missed.items()):
            inbox.count(source, MISSED, what, now, times)

    def _has_unread(self, source: str) -> bool:
        waiting = select(Delivery.id).where(
            Delivery.source == source,
            or_(Delivery.state == "new", Delivery.state == "ready"),
            Delivery.origin != RECONCILE,
        )
        return self._session.execute(waiting.limit(1)).first() is not None


def _is_overdue(finding: Finding, added: datetime, is_first: bool, now: datetime) -> bool:
    if finding.moment is None:
        return not is_first
    return added <= finding.moment <= now - GRACE


def _wanted(place: Place) -> dict[str, Any]:
    return {
        "idnumber": place.idnumber,
        "completion": place.completion,
        "activities": place.activities,
        "quizzes": [
            {
                "id": quiz.id,
                "idnumber": quiz.idnumber,
                "name": quiz.name,
                "grade": None if quiz.grade is None else str(quiz.grade),
                "decimals": quiz.decimals,
            }
            for quiz in place.quizzes
        ],
    }


def _place(row: ReconciledCourse) -> Place:
    wanted: Mapping[str, Any] = row.wanted
    quizzes = tuple(
        Quiz(
            quiz["id"],
            quiz["idnumber"],
            quiz["name"],
            None if quiz["grade"] is None else Decimal(quiz["grade"]),
            quiz.get("decimals"),
        )
        for quiz in wanted["quizzes"]
    )
    return Place(
        row.course, row.title, wanted["idnumber"], wanted["completion"], wanted["activities"],
        quizzes,
    )  # fmt: skip
