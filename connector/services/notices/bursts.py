"""Bursts of notices: parked whole, then released or given up by a person (domain 6)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, not_, or_, select, update
from sqlalchemy.orm import Session, aliased

from connector.domain.hours import Hours
from connector.models import Notice, Subject
from connector.models.notice import NOTICE_STATES
from connector.services.notices.addresses import LOGIN
from connector.services.notices.unsent import change_unsent
from connector.services.notices.ways import ways

BURST = 200
"""Notices of one kind to people in one role within WINDOW; more is an accident, not news."""
WINDOW = timedelta(hours=1)

_TOLD = tuple(state for state in NOTICE_STATES if state != "withdrawn")

BURST_HELD = "burst"
RELEASED = "released"
DISCARDED = "discarded"


SAMPLE = 5
"""Names that stand for all of a burst's people."""


@dataclass(frozen=True, slots=True)
class Part:
    """What of the parked is decided: of one kind, one role, up to the notice that was seen last."""

    kind: str | None = None
    role: str | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Parked:
    """One kind to people in one role. last: the greatest id; sample: names of some."""

    kind: str
    role: str
    notices: int
    people: int
    since: datetime
    last: int
    sample: tuple[str, ...]


class BurstService:
    """Takes a session, never commits. limit: see BURST."""

    def __init__(self, session: Session, limit: int = BURST) -> None:
        self._session = session
        self._limit = limit

    def park(self, municipality: str, fresh: Collection[tuple[str, str]], now: datetime) -> None:
        """Holds every unsent notice of a burst back, the first ones too: which of them came first
        is chance, and must not decide who hears. A deputy or a successor who is told what somebody
        knows already is no burst, however much it is."""
        for kind, role in sorted(fresh):
            recent = (
                Notice.municipality == municipality,
                Notice.kind == kind,
                Notice.role == role,
                Notice.created_at > now - WINDOW,
                or_(Notice.reason.is_(None), Notice.reason.not_in((RELEASED, DISCARDED))),
                not_(_is_known_to_another()),
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
        self, municipality: str, hours: Hours, now: datetime, part: Part | None = None
    ) -> int:
        """Lets a parked burst go after all. Returns how many notices."""
        rows = self._rows(municipality, part)
        recipients = {r.recipient for r in rows}
        known = ways(self._session, municipality, recipients, hours.policy, now)
        changes = []
        for r in rows:
            route = known.route(r.recipient, r.kind, r.role, r.urgent)
            # Meanwhile somebody may have switched it off, or lost the address.
            reason = route.held or RELEASED
            changes.append({"row": r.id, **route.columns(hours, now), "reason": reason})
        change_unsent(self._session, changes)
        return len(rows)

    def discard(self, municipality: str, part: Part | None = None) -> int:
        """Gives a parked burst up for good; it does not come back. Returns how many notices."""
        rows = self._rows(municipality, part)
        change_unsent(
            self._session, [{"row": r.id, "state": "withdrawn", "reason": DISCARDED} for r in rows]
        )
        return len(rows)

    def count(self, municipality: str) -> int:
        """How many notices wait for somebody's decision."""
        query = select(func.count()).select_from(Notice).where(*_parked(municipality, None))
        return self._session.scalar(query) or 0

    def parked(self, municipality: str, part: Part | None = None) -> list[Parked]:
        """By kind and role, the largest first."""
        number = func.count()
        rows = self._session.execute(
            select(
                Notice.kind,
                Notice.role,
                number,
                func.count(Notice.recipient.distinct()),
                func.min(Notice.created_at),
                func.max(Notice.id),
            )
            .where(*_parked(municipality, part))
            .group_by(Notice.kind, Notice.role)
            .order_by(number.desc(), Notice.kind, Notice.role)
        ).all()
        return [
            Parked(kind, role, notices, people, since, last,
                   self._sample(municipality, Part(kind, role)))
            for kind, role, notices, people, since, last in rows
        ]  # fmt: skip

    def one(self, municipality: str, notice: int) -> Notice | None:
        """A parked notice; None: there is none of that number."""
        query = select(Notice).where(Notice.id == notice, *_parked(municipality, None))
        return self._session.scalars(query).first()

    def _sample(self, municipality: str, part: Part) -> tuple[str, ...]:
        """Names of some of the people; of whoever only signs in, the name they do it by."""
        first = func.min(Notice.id)
        rows = self._session.execute(
            select(Notice.recipient, func.max(Subject.title))
            .outerjoin(
                Subject,
                (Subject.municipality == Notice.municipality)
                & (Subject.kind == "staff")
                & (Subject.code == Notice.recipient),
            )
            .where(Notice.recipient.is_not(None), *_parked(municipality, part))
            .group_by(Notice.recipient)
            .order_by(first)
            .limit(SAMPLE)
        )
        return tuple(name or (recipient or "").removeprefix(LOGIN) for recipient, name in rows)

    def _rows(self, municipality: str, part: Part | None) -> Sequence[Any]:
        columns = (Notice.id, Notice.recipient, Notice.kind, Notice.role, Notice.urgent)
        query = select(*columns).where(*_parked(municipality, part)).order_by(Notice.id)
        return self._session.execute(query).all()


def _is_known_to_another() -> ColumnElement[bool]:
    """Whether another in this role was told the very same: keys end with the recipient."""
    told = aliased(Notice)
    return exists().where(
        told.municipality == Notice.municipality,
        told.about_subject == Notice.about_subject,
        told.state == "sent",
        told.kind == Notice.kind,
        told.recipient != Notice.recipient,
        _matter(told) == _matter(Notice),
    )


def _matter(of: type[Notice]) -> ColumnElement[str]:
    return func.substr(of.key, 1, func.length(of.key) - func.length(of.recipient))


def _parked(municipality: str, part: Part | None) -> Iterator[ColumnElement[bool]]:
    yield Notice.municipality == municipality
    yield Notice.state == "held"
    yield Notice.reason == BURST_HELD
    if part is not None and part.kind is not None:
        yield Notice.kind == part.kind
    if part is not None and part.role is not None:
        yield Notice.role == part.role
    if part is not None and part.last is not None:
        yield Notice.id <= part.last
