"""Deliveries: what arrived and what became of it."""

from dataclasses import asdict
from typing import Any

from flask import abort
from flask_smorest import Blueprint

from connector.services.inbox.deliveries import DeliveryService
from connector.web.access import the_viewer
from connector.web.api import schemas
from connector.web.api.routing import get
from connector.web.household import household
from connector.web.noting import note_look
from connector.web.numbers import LARGEST


def register(blueprint: Blueprint) -> None:
    """Adds the routes."""

    @get(blueprint, "/deliveries", schemas.Deliveries, schemas.DeliveriesQuery)
    def deliveries(query: dict[str, Any]) -> dict[str, Any]:
        """The latest first; `before` the number of the last one seen goes on from there."""
        municipalities = the_viewer().deliveries_of
        with household().db.reading() as session:
            service = DeliveryService(session)
            found = service.list(
                municipalities,
                query.get("state"),
                query.get("source"),
                query.get("before"),
                query["limit"],
            )
            counts = service.counts(municipalities)
        return {"deliveries": found, "counts": counts}

    @get(blueprint, "/deliveries/<int:number>", schemas.DeliveryDetails)
    def delivery(number: int) -> dict[str, Any]:
        """One delivery: the event, Moodle's answers, the evidence it gave, its conflicts."""
        if number > LARGEST:
            abort(404)
        viewer = the_viewer()
        with household().db.reading() as session:
            details = DeliveryService(session).show(number, viewer.deliveries_of)
        note_look(viewer, details)
        own = {name: getattr(details, name) for name in ("key", "body", "readings", "evidence")}
        return {**asdict(details.figure), **own, "twins": details.twins}
