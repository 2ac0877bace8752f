"""What a hint can say: that there is work of one kind. What is due is asked of the database.

The rows are the truth. A hint may be lost, doubled or late, and the sweep of the tick asks here for
whatever no hint came for.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from connector.models import Delivery, Subject
from connector.runtime.engine import Engine
from connector.services.acting.acting import ActingService
from connector.services.notices.sending import SendingService


class Hint(StrEnum):
    """One kind of work, one queue."""

    RESOLVE = "resolve"
    FOLD = "fold"
    SEND = "send"
    ACT = "act"


ARRIVED = (Hint.RESOLVE, Hint.FOLD)
"""What an arrival or a person's decision can have made work for."""

FOLLOWS = {Hint.RESOLVE: Hint.FOLD, Hint.FOLD: Hint.SEND}
"""What there may be to do when a kind of work was done."""


SWEPT = (Hint.ACT,)
"""What the sweep alone finds, within seconds: nobody waits for an enrolment at the screen."""


def work_of(engine: Engine, hint: Hint) -> Callable[[], int]:
    """What one turn of this kind of work is; it returns how much was done, 0 for nothing."""
    return {
        Hint.RESOLVE: engine.resolve,
        Hint.FOLD: engine.fold,
        Hint.SEND: engine.send,
        Hint.ACT: engine.act,
    }[hint]


def due(session: Session, now: datetime) -> tuple[Hint, ...]:
    """The kinds of work that somebody could take up at present."""
    found = []
    if _is_waiting(session, "new", now):
        found.append(Hint.RESOLVE)
    if _is_waiting(session, "ready", now) or _is_unjudged(session, now):
        found.append(Hint.FOLD)
    if SendingService(session).due_municipalities(now):
        found.append(Hint.SEND)
    if ActingService(session).is_due(now):
        found.append(Hint.ACT)
    return tuple(found)


def _is_waiting(session: Session, state: str, now: datetime) -> bool:
    at = Delivery.next_try_at
    query = select(Delivery.id).where(
        Delivery.state == state, or_(at.is_(None), at <= now), _is_free(Delivery.lease_until, now)
    )
    return session.execute(query.limit(1)).first() is not None


def _is_unjudged(session: Session, now: datetime) -> bool:
    query = select(Subject.id).where(Subject.dirty, _is_free(Subject.lease_until, now))
    return session.execute(query.limit(1)).first() is not None


def _is_free(
    lease_until: InstrumentedAttribute[datetime | None], now: datetime
) -> ColumnElement[bool]:
    return or_(lease_until.is_(None), lease_until < now)
