"""What watches over the process: alive, ready, and numbers without names."""

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, make_response
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import select

from connector.bootstrap import Container
from connector.errors import StorageUnavailable
from connector.hooks.times import HookTimes
from connector.services.upkeep import schema
from connector.web.metrics import registry


def create_blueprint(
    container: Container, works: Callable[[], bool], times: HookTimes
) -> Blueprint:
    """/healthz, /readyz and /metrics; each application has a registry of its own."""
    blueprint = Blueprint("status", __name__)
    numbers = registry(container.db, container.clock.now, times)

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
            checks["migrations"] = schema.is_served(schema.current(container.db))
        except StorageUnavailable:
            # Told by the answer: what could not be asked is not ready.
            pass
        ready = all(checks.values())
        response = jsonify(status="ready" if ready else "not ready", checks=checks)
        response.status_code = 200 if ready else 503
        return response

    @blueprint.get("/metrics")
    def metrics() -> Response:
        response = make_response(generate_latest(numbers))
        response.headers["Content-Type"] = CONTENT_TYPE_LATEST
        return response

    return blueprint
