"""What watches over the process: alive, ready, and numbers without names."""

from collections.abc import Callable, Iterator
from datetime import datetime

from flask import Blueprint, Response, jsonify, make_response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connector.bootstrap import Container
from connector.db import Database
from connector.errors import StorageUnavailable
from connector.models import Delivery, Notice, SourceCount, Subject
from connector.services import schema
from connector.services.inbox import waiting_counts


def create_blueprint(container: Container, works: Callable[[], bool]) -> Blueprint:
    """/healthz, /readyz and /metrics; each application has a registry of its own."""
    blueprint = Blueprint("status", __name__)
    registry = CollectorRegistry()
    registry.register(_Numbers(container.db, container.clock.now))

    @blueprint.get("/healthz")
    def healthz() -> Response:
        """The process answers; nothing else is asked, or a slow database would have it killed."""
        return jsonify(status="ok")

    @blueprint.get("/readyz")
    def readyz() -> Response:
        checks = {"database": False, "migrations": False, "loops": works()}
        try:
            with container.db.reading() as session:
                session.execute(select(1))
                checks["database"] = True
            checks["migrations"] = schema.current(container.db) == schema.head()
        except StorageUnavailable:
            # Told by the answer: what could not be asked is not ready.
            pass
        ready = all(checks.values())
        response = jsonify(status="ready" if ready else "not ready", checks=checks)
        response.status_code = 200 if ready else 503
        return response

    @blueprint.get("/metrics")
    def metrics() -> Response:
        response = make_response(generate_latest(registry))
        response.headers["Content-Type"] = CONTENT_TYPE_LATEST
        return response

    return blueprint


class _Numbers(Collector):
    """Asked at each scrape, so that every web process tells the same."""

    def __init__(self, db: Database, now: Callable[[], datetime]) -> None:
        self._db = db
        self._now = now

    def describe(self) -> list[Metric]:
        """Empty: otherwise registering would ask the database before it is there."""
        return []

    def collect(self) -> Iterator[Metric]:
        with self._db.reading() as session:
            yield _deliveries(session)
            yield self._lag(session)
            yield _parked(session)
            yield _notices(session)
            yield _counted(session, "refused", "Requests refused, by source and reason")
            yield _counted(session, "ignored", "Events ignored, by source and type")
            yield _dirty(session)

    def _lag(self, session: Session) -> Metric:
        oldest = session.scalar(
            select(func.min(Delivery.received_at)).where(Delivery.state.in_(("new", "ready")))
        )
        seconds = 0.0 if oldest is None else max(0.0, (self._now() - oldest).total_seconds())
        return GaugeMetricFamily(
            "connector_lag_seconds", "Age of the oldest delivery that waits for work", seconds
        )


def _deliveries(session: Session) -> Metric:
    family = GaugeMetricFamily(
        "connector_deliveries", "Deliveries by source and state", labels=("source", "state")
    )
    for (source, state), count in sorted(waiting_counts(session).items()):
        family.add_metric((source, state), count)
    return family


def _parked(session: Session) -> Metric:
    family = GaugeMetricFamily(
        "connector_parked", "Deliveries that wait for somebody, by reason", labels=("reason",)
    )
    rows = session.execute(
        select(Delivery.reason, func.count())
        .where(Delivery.state == "parked")
        .group_by(Delivery.reason)
        .order_by(Delivery.reason)
    )
    for reason, count in rows:
        family.add_metric((reason or "unknown",), count)
    return family


def _notices(session: Session) -> Metric:
    family = GaugeMetricFamily(
        "connector_notices", "Notices by municipality and state", labels=("municipality", "state")
    )
    rows = session.execute(
        select(Notice.municipality, Notice.state, func.count())
        .group_by(Notice.municipality, Notice.state)
        .order_by(Notice.municipality, Notice.state)
    )
    for municipality, state, count in rows:
        family.add_metric((municipality, state), count)
    return family


def _counted(session: Session, what: str, told: str) -> Metric:
    family = CounterMetricFamily(f"connector_{what}", told, labels=("source", "reason"))
    rows = session.execute(
        select(SourceCount.source, SourceCount.reason, func.sum(SourceCount.count))
        .where(SourceCount.what == what)
        .group_by(SourceCount.source, SourceCount.reason)
        .order_by(SourceCount.source, SourceCount.reason)
    )
    for source, reason, count in rows:
        family.add_metric((source, reason), float(count))
    return family


def _dirty(session: Session) -> Metric:
    count = session.scalar(select(func.count()).where(Subject.dirty))
    return GaugeMetricFamily("connector_unjudged", "Subjects that wait to be judged", count or 0)
