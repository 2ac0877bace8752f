"""Domain events in their order, for whoever cannot listen to a broker or was away."""

from dataclasses import asdict
from typing import Any

from flask import abort
from flask_smorest import Blueprint

from connector.services.events.line import EventLineService
from connector.web.access import the_viewer
from connector.web.api import event_schemas
from connector.web.api.routing import get
from connector.web.household import household


def register(blueprint: Blueprint) -> None:
    """Adds the routes."""

    @get(
        blueprint,
        "/municipalities/<municipality>/events",
        event_schemas.Events,
        event_schemas.EventsQuery,
    )
    def events(query: dict[str, Any], municipality: str) -> dict[str, Any]:
        """Events behind `after`, the oldest first; only for roles that see everybody."""
        if not the_viewer().sees_all_people:
            abort(403)
        types = [query["type"]] if "type" in query else []
        with household().db.reading() as session:
            found = EventLineService(session).after(
                municipality, query["after"], query["limit"], types
            )
        return {
            "municipality": municipality,
            "events": [{**asdict(event), "id": event.id} for event in found],
            "next": found[-1].number if found else query["after"],
        }
