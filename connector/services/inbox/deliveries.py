"""Deliveries as people look at them: what came, what became of it, and why nothing did."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from connector.domain.signals import Dialect
from connector.errors import UnknownThing
from connector.models import Delivery, EvidenceSlot, Reading, Source, SourceMunicipality, Subject


@dataclass(frozen=True, slots=True)
class DeliveryFigure:
    """One line of the list. person: personnel number and name, where it is known whose it is."""

    id: int
    source: str
    type: str
    received_at: datetime
    state: str
    reason: str | None
    detail: dict[str, Any] | None
    conflict: bool
    attempts: int
    next_try_at: datetime | None
    municipality: str | None
    number: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class ReadingFigure:
    function: str
    params: dict[str, Any]
    status: str
    body: Any
    read_at: datetime


@dataclass(frozen=True, slots=True)
class EvidenceFigure:
    register: str
    kind: str
    says: str
    happened_at: datetime | None
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DeliveryDetails:
    """One delivery whole. body: None once retention has deleted it; twins: ids under the same key
    with another body."""

    figure: DeliveryFigure
    key: str
    body: Any
    readings: tuple[ReadingFigure, ...]
    evidence: tuple[EvidenceFigure, ...]
    twins: tuple[int, ...]


class DeliveryService:
    """Takes a session, never commits. municipalities None: everybody's, for administrators; else
    only deliveries of people of those municipalities."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(
        self,
        municipalities: frozenset[str] | None,
        state: str | None = None,
        source: str | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> list[DeliveryFigure]:
        """Newest first; `before`: older than that id."""
        query = _visible(_query(), municipalities)
        if state:
            query = query.where(Delivery.state == state)
        if source:
            query = query.where(Delivery.source == source)
        if before:
            query = query.where(Delivery.id < before)
        rows = self._session.execute(query.order_by(Delivery.id.desc()).limit(min(limit, 500)))
        return [_figure(*row) for row in rows]

    def counts(self, municipalities: frozenset[str] | None) -> dict[str, int]:
        """Deliveries by state."""
        query: Any = select(Delivery.state, func.count()).outerjoin(
            Subject, Subject.id == Delivery.subject_id
        )
        rows = self._session.execute(_visible(query, municipalities).group_by(Delivery.state))
        return {state: count for state, count in rows}  # noqa: C416  (rows are no tuples)

    def show(self, delivery_id: int, municipalities: frozenset[str] | None) -> DeliveryDetails:
        """Raises UnknownThing, also where it is not for these municipalities to see."""
        if not _is_number(delivery_id):
            raise UnknownThing("delivery", str(delivery_id))
        query = _visible(_query(), municipalities).where(Delivery.id == delivery_id)
        row = self._session.execute(query).first()
        if row is None:
            raise UnknownThing("delivery", str(delivery_id))
        delivery = row[0]
        return DeliveryDetails(
            _figure(*row),
            delivery.key,
            json.loads(delivery.body) if delivery.body is not None else None,
            self._readings(delivery.id),
            self._evidence(delivery.id),
            self._twins(delivery),
        )

    def replay(self, ids: Sequence[int], now: datetime) -> int:
        """Has deliveries worked through again, from asking Moodle on. How many there were."""
        dialects = dict(self._session.execute(select(Source.code, Source.dialect)).all())
        ids = [id_ for id_ in ids if _is_number(id_)]
        native = [code for code, dialect in dialects.items() if dialect == Dialect.NATIVE]
        count = 0
        own = Delivery.origin != "sender"
        for state, condition in (
            ("ready", or_(own, Delivery.source.in_(native))),
            ("new", and_(~own, Delivery.source.not_in(native))),
        ):
            done = self._session.execute(
                update(Delivery)
                .where(Delivery.id.in_(ids), condition, Delivery.body.is_not(None))
                .values(
                    state=state,
                    reason=None,
                    detail=None,
                    attempts=0,
                    next_try_at=now,
                    lease_token=None,
                    lease_until=None,
                )
                .execution_options(synchronize_session=False)
            )
            count += done.rowcount  # type: ignore[attr-defined]
        return count

    def release_unmapped(self, municipality: str) -> int:
        """After the catalogue has changed: whatever waited for a course or quiz is tried again."""
        served = select(SourceMunicipality.source).where(
            SourceMunicipality.municipality == municipality
        )
        done = self._session.execute(
            update(Delivery)
            .where(
                Delivery.state == "parked",
                Delivery.reason.in_(("unknown_quiz", "unknown_course")),
                Delivery.source.in_(served),
            )
            .values(state="ready", reason=None, next_try_at=None)
            .execution_options(synchronize_session=False)
        )
        return int(done.rowcount)  # type: ignore[attr-defined]

    def _readings(self, delivery_id: int) -> tuple[ReadingFigure, ...]:
        rows = self._session.scalars(
            select(Reading)
            .where(Reading.delivery_id == delivery_id)
            .order_by(Reading.try_no, Reading.position)
        )
        return tuple(
            ReadingFigure(r.function, r.params, r.status, json.loads(r.body), r.read_at)
            for r in rows
        )

    def _evidence(self, delivery_id: int) -> tuple[EvidenceFigure, ...]:
        rows = self._session.scalars(
            select(EvidenceSlot)
            .where(EvidenceSlot.delivery_id == delivery_id)
            .order_by(EvidenceSlot.register, EvidenceSlot.slot)
        )
        return tuple(
            EvidenceFigure(s.register, s.kind, s.says, s.happened_at, s.body) for s in rows
        )

    def _twins(self, delivery: Delivery) -> tuple[int, ...]:
        ids = self._session.scalars(
            select(Delivery.id)
            .where(
                Delivery.source == delivery.source,
                Delivery.key == delivery.key,
                Delivery.id != delivery.id,
            )
            .order_by(Delivery.id)
        )
        return tuple(ids)


def _is_number(delivery_id: int) -> bool:
    """Rows are numbered in 64 bits; a larger number would be an error of the databases."""
    return 0 < delivery_id < 2**63


def _query() -> Any:
    return select(Delivery, Subject.municipality, Subject.code, Subject.title).outerjoin(
        Subject, Subject.id == Delivery.subject_id
    )


def _visible(query: Any, municipalities: frozenset[str] | None) -> Any:
    """People of a shared source who belong to no municipality yet are the administrator's only; a
    source that serves one municipality has nobody else's."""
    if municipalities is None:
        return query
    several = (
        select(SourceMunicipality.source)
        .group_by(SourceMunicipality.source)
        .having(func.count() > 1)
    )
    own = select(SourceMunicipality.source).where(
        SourceMunicipality.municipality.in_(municipalities)
    )
    nobodys = (
        Delivery.subject_id.is_(None) & Delivery.source.in_(own) & Delivery.source.not_in(several)
    )
    return query.where(or_(Subject.municipality.in_(municipalities), nobodys))


def _figure(
    delivery: Delivery, municipality: str | None, number: str | None, name: str | None
) -> DeliveryFigure:
    return DeliveryFigure(
        delivery.id,
        delivery.source,
        delivery.type,
        delivery.received_at,
        delivery.state,
        delivery.reason,
        delivery.detail,
        delivery.conflict,
        delivery.attempts,
        delivery.next_try_at,
        municipality,
        number,
        name,
    )
