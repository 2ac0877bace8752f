"""Claims: a token and a term written on the rows a worker takes.

The final transaction must find its token on every row, so whoever was stopped past the term and
comes back late is refused. On PostgreSQL two claims do not wait for each other (SKIP LOCKED).
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from connector import tracing
from connector.errors import LostLease
from connector.models import (
    Action,
    Delivery,
    DraftWish,
    EventLine,
    Reconciliation,
    Subject,
    Webhook,
)
from connector.models.among import among
from connector.models.many import update_many


@dataclass(frozen=True, slots=True)
class Claim:
    """Row ids held under one token."""

    token: str
    ids: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.ids)


def claim_deliveries(
    session: Session, state: str, limit: int, term: timedelta, now: datetime
) -> Claim:
    """Takes up to `limit` due deliveries in `state`, oldest first. The caller commits."""
    free = or_(Delivery.lease_until.is_(None), Delivery.lease_until < now)
    due = or_(Delivery.next_try_at.is_(None), Delivery.next_try_at <= now)
    wanted = (
        select(Delivery.id)
        .where(Delivery.state == state, due, free)
        .order_by(Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return _take(session, Delivery, wanted, term, now)


def claim_subjects(
    session: Session, municipalities: Sequence[str], limit: int, term: timedelta, now: datetime
) -> Claim:
    """Takes up to `limit` dirty subjects of the municipalities. The caller commits.

    People first: places are marked again with each of their people, and would be judged as often.
    """
    free = or_(Subject.lease_until.is_(None), Subject.lease_until < now)
    towns = among(session, Subject.municipality, municipalities)
    for kind in (Subject.kind == "staff", Subject.kind != "staff"):
        wanted = (
            select(Subject.id)
            .where(Subject.dirty, towns, free, kind)
            .order_by(Subject.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claim = _take(session, Subject, wanted, term, now)
        if claim:
            break
    return claim


def finish_deliveries(
    session: Session, claim: Claim, ids: Sequence[int], values: dict[str, Any]
) -> None:
    """Writes `values` on claimed deliveries and ends the claim. Raises LostLease."""
    done = session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids), Delivery.lease_token == claim.token)
        .values(lease_token=None, lease_until=None, **values)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != len(ids):  # type: ignore[attr-defined]
        raise LostLease(claim.token)


def finish_each(session: Session, claim: Claim, rows: Mapping[int, Mapping[str, Any]]) -> None:
    """Writes each claimed delivery's own values and ends the claim. Raises LostLease."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for delivery in sorted(rows):
        alike.setdefault(tuple(sorted(rows[delivery])), []).append(delivery)
    for names, found in alike.items():
        keys = [{"id": delivery, "lease_token": claim.token} for delivery in found]
        values = [
            {"lease_token": None, "lease_until": None, **{n: rows[d][n] for n in names}}
            for d in found
        ]
        if update_many(session, Delivery, keys, values) != len(found):
            raise LostLease(claim.token)


def release_deliveries(
    session: Session, claim: Claim, ids: Sequence[int], next_try_at: datetime
) -> None:
    """Gives claimed deliveries back; whichever was taken over is left alone."""
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids), Delivery.lease_token == claim.token)
        .values(lease_token=None, lease_until=None, next_try_at=next_try_at)
        .execution_options(synchronize_session=False)
    )


def release_subjects(session: Session, claim: Claim, ids: Sequence[int]) -> None:
    """Gives claimed subjects back as they are."""
    _release(session, Subject, Subject.lease_token == claim.token, Subject.id.in_(ids))


CLAIMED = (Delivery, Subject, Action, Reconciliation, DraftWish, Webhook, EventLine)
"""Whatever is taken under a term, but letters: of one that was begun nobody knows whether it has
gone, and it is looked for no sooner than any process could still be at it."""


def release_everything(session: Session) -> None:
    """Ends every claim, for a process that is the only one to work and has just begun.

    Should there be another one after all, it finds its claims lost and nothing is written twice.
    """
    for model in CLAIMED:
        _release(session, model, model.lease_until.is_not(None))


def _release(session: Session, model: Any, *which: ColumnElement[bool]) -> None:
    # Who is looked at for a draft is taken under a term alone.
    claim = {name: None for name in ("lease_token", "lease_until") if hasattr(model, name)}
    session.execute(
        update(model).where(*which).values(claim).execution_options(synchronize_session=False)
    )


def _take(session: Session, model: Any, wanted: Any, term: timedelta, now: datetime) -> Claim:
    token = secrets.token_hex(16)
    ids = tuple(session.scalars(wanted).all())
    if ids:
        session.execute(
            update(model)
            .where(among(session, model.id, ids))
            .values(lease_token=token, lease_until=now + term)
            .execution_options(synchronize_session=False)
        )
        tracing.note(**{model.__tablename__: ids})
    return Claim(token, ids)
