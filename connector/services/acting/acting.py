"""Claims on due actions, and what became of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from connector.errors import LostLease
from connector.models import Action, Subject


@dataclass(frozen=True, slots=True)
class ClaimedAction:
    """attempts: which try this is, from 1."""

    id: int
    municipality: str
    kind: str
    source: str
    user_id: str
    target: str
    params: Mapping[str, Any]
    about_subject: int | None
    created_at: datetime
    token: str
    attempts: int


@dataclass(frozen=True, slots=True)
class ActingService:
    """Takes a session, never commits."""

    session: Session = field(repr=False)

    def due_sources(self, now: datetime) -> list[str]:
        """The Moodles in which something is to be done at present."""
        rows = self.session.scalars(select(Action.source).where(_due(now)).distinct())
        return sorted(source for source in rows if source is not None)

    def is_due(self, now: datetime) -> bool:
        """Whether a turn would find anything: actions, or people whose account may be known now."""
        held = Action.state == "held"
        query = select(Action.id).where(or_(_due(now), held)).limit(1)
        return self.session.execute(query).first() is not None

    def open_states(self) -> dict[str, set[str]]:
        """In which states there are actions that are not settled, by municipality."""
        found: dict[str, set[str]] = {}
        rows = self.session.execute(
            select(Action.municipality, Action.state)
            .where(Action.state.in_(("waiting", "held", "refused")))
            .distinct()
        )
        for municipality, state in rows:
            found.setdefault(municipality, set()).add(state)
        return found

    def claim(
        self, source: str, after: int, token: str, until: datetime, now: datetime
    ) -> ClaimedAction | None:
        """The next due action of a Moodle behind `after`; None where there is none that nobody
        holds."""
        wanted = (
            select(Action.id)
            .where(_due(now), Action.source == source, Action.id > after)
            .order_by(Action.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        id_ = self.session.scalar(wanted)
        if id_ is None:
            return None
        row = self.session.execute(
            update(Action)
            .where(Action.id == id_)
            .values(
                state="doing",
                lease_token=token,
                lease_until=until,
                attempts=Action.attempts + 1,
            )
            .returning(
                Action.id,
                Action.municipality,
                Action.kind,
                Action.source,
                Action.user_id,
                Action.target,
                Action.params,
                Action.about_subject,
                Action.created_at,
                Action.lease_token,
                Action.attempts,
            )
            .execution_options(synchronize_session=False)
        ).one()
        return ClaimedAction(*row)

    def done(self, claimed: ClaimedAction, how: str, now: datetime) -> None:
        """how: a code, `done` or `held_already`. Idempotent. Raises LostLease."""
        self._finish(claimed, state="done", reason=how, done_at=now)

    def refused(self, claimed: ClaimedAction, reason: str) -> None:
        """Somebody has to do something before it is tried again. Raises LostLease."""
        self._finish(claimed, state="refused", reason=reason[:80])

    def put_back(self, claimed: ClaimedAction, reason: str, at: datetime) -> None:
        """To be tried again. Raises LostLease.

        A fold that found it no longer owed meanwhile could not withdraw what was being done, so the
        person is judged once more.
        """
        self._finish(claimed, state="waiting", reason=reason[:80], not_before=at)
        if claimed.about_subject is not None:
            self.session.execute(
                update(Subject)
                .where(Subject.id == claimed.about_subject)
                .values(dirty=True, version=Subject.version + 1)
                .execution_options(synchronize_session=False)
            )

    def postpone(self, source: str, at: datetime, reason: str) -> None:
        """Nothing of this Moodle is due before `at`: a site in trouble is not asked by each action
        in turn."""
        self.session.execute(
            update(Action)
            .where(Action.source == source, Action.state == "waiting", Action.not_before < at)
            .values(not_before=at, reason=reason[:80])
            .execution_options(synchronize_session=False)
        )

    def retry(self, municipality: str, now: datetime, ids: Collection[int] | None = None) -> int:
        """A person says: try again. ids None: everything that was refused. How many there were."""
        which = Action.id.in_(ids) if ids is not None else Action.id.is_not(None)
        waits = and_(Action.state == "waiting", Action.not_before > now)
        done = self.session.execute(
            update(Action)
            .where(
                Action.municipality == municipality,
                or_(Action.state == "refused", waits),
                which,
            )
            .values(state="waiting", reason=None, not_before=now, attempts=0)
            .execution_options(synchronize_session=False)
        )
        return int(done.rowcount)  # type: ignore[attr-defined]

    def _finish(self, claimed: ClaimedAction, **values: Any) -> None:
        done = self.session.execute(
            update(Action)
            .where(
                Action.id == claimed.id,
                Action.lease_token == claimed.token,
                Action.state == "doing",
            )
            .values(lease_token=None, lease_until=None, **values)
            .execution_options(synchronize_session=False)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise LostLease(claimed.token)


def _due(now: datetime) -> ColumnElement[bool]:
    waiting = and_(Action.state == "waiting", Action.not_before <= now)
    left = and_(
        Action.state == "doing", or_(Action.lease_until.is_(None), Action.lease_until <= now)
    )
    return or_(waiting, left)
