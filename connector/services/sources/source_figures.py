"""Sources as people look at them: last heard of, last gone through, and what they never told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connector.models import Reconciliation, Source, SourceCount, SourceMunicipality
from connector.services.sources.reconciliations import MISSED, Kind, ReconciliationService


@dataclass(frozen=True, slots=True)
class Running:
    """A pass in hand."""

    kind: str
    began_at: datetime
    learners: int
    found: int
    calls: int


@dataclass(frozen=True, slots=True)
class SourceFigure:
    """missed: by kind, what should have been told by the time it was found. reconciled_at: when
    the latest whole pass began; looked_at: the latest of any kind. error: why a pass rests, until
    next_at. unfound, refused: of the latest whole pass."""

    code: str
    dialect: str
    municipalities: tuple[str, ...]
    url: str | None
    has_token: bool
    last_delivery_at: datetime | None
    missed: Mapping[str, int]
    reconciled_at: datetime | None = None
    looked_at: datetime | None = None
    running: Running | None = None
    error: str | None = None
    next_at: datetime | None = None
    unfound: tuple[str, ...] = ()
    refused: Mapping[str, int] = field(default_factory=dict)


class SourceFigures:
    """Reads only, and opens no secrets."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self, municipalities: frozenset[str] | None = None) -> list[SourceFigure]:
        """By code; None: of the installation, else those that serve one of the municipalities."""
        serves: dict[str, list[str]] = {}
        for code, town in self._session.execute(
            select(SourceMunicipality.source, SourceMunicipality.municipality).order_by(
                SourceMunicipality.municipality
            )
        ):
            serves.setdefault(code, []).append(town)
        missed = self.missed()
        passes: dict[str, list[Reconciliation]] = {}
        for row in ReconciliationService(self._session).rows():
            passes.setdefault(row.source, []).append(row)
        return [
            _figure(
                source,
                tuple(serves.get(source.code, ())),
                missed.get(source.code, {}),
                passes.get(source.code, []),
            )
            for source in self._session.scalars(select(Source).order_by(Source.code))
            if municipalities is None or municipalities.intersection(serves.get(source.code, ()))
        ]

    def refused(self, source: str, day: str) -> dict[str, int]:
        """Requests of that day (UTC) that were not taken, by reason, the most frequent first."""
        rows = self._session.execute(
            select(SourceCount.reason, SourceCount.count)
            .where(
                SourceCount.source == source, SourceCount.day == day, SourceCount.what == "refused"
            )
            .order_by(SourceCount.count.desc(), SourceCount.reason)
        )
        return {reason: int(count) for reason, count in rows}

    def missed(self) -> dict[str, dict[str, int]]:
        """By source and kind, since the beginning."""
        rows = self._session.execute(
            select(SourceCount.source, SourceCount.reason, func.sum(SourceCount.count))
            .where(SourceCount.what == MISSED)
            .group_by(SourceCount.source, SourceCount.reason)
            .order_by(SourceCount.source, SourceCount.reason)
        )
        found: dict[str, dict[str, int]] = {}
        for source, kind, count in rows:
            found.setdefault(source, {})[kind] = int(count)
        return found


def _figure(
    source: Source,
    municipalities: tuple[str, ...],
    missed: Mapping[str, int],
    passes: list[Reconciliation],
) -> SourceFigure:
    whole = next((row for row in passes if row.kind == Kind.FULL), None)
    last: Mapping[str, Any] = (whole.last if whole else None) or {}
    running = next((row for row in passes if row.stage is not None and row.began_at), None)
    resting = next((row for row in passes if row.error is not None), None)
    return SourceFigure(
        code=source.code,
        dialect=source.dialect,
        municipalities=municipalities,
        url=source.url,
        has_token=source.rest_token is not None,
        last_delivery_at=source.last_delivery_at,
        missed=missed,
        reconciled_at=whole.done_at if whole else None,
        looked_at=max((row.done_at for row in passes if row.done_at), default=None),
        running=_running(running) if running else None,
        error=resting.error if resting else None,
        next_at=resting.next_at if resting else None,
        unfound=tuple(last.get("unfound", ())),
        refused=last.get("refused", {}),
    )


def _running(row: Reconciliation) -> Running:
    assert row.began_at is not None
    return Running(row.kind, row.began_at, row.learners, sum(row.found.values()), row.calls)
