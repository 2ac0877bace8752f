"""Looks and decisions of the current request, written into the audit."""

from collections.abc import Mapping
from typing import Any

from flask import request

from connector.services.access.looks import DELIVERY_LOOKED_AT, LookService
from connector.services.access.visibility import Viewer
from connector.services.inbox.deliveries import DeliveryDetails
from connector.web.access import the_viewer
from connector.web.household import household, now


def note(
    action: str,
    municipality: str | None,
    person: str | None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Commits one line of its own: a look that was not written down is not given."""
    told = {"by": "api" if request.path.startswith("/api/") else "page", **(detail or {})}
    with household().db.writing() as session:
        LookService(session).note(the_viewer(), action, municipality, person, now(), told)


def note_look(viewer: Viewer, details: DeliveryDetails) -> None:
    """A delivery of a person holds marks: to open it is a look at the person."""
    line = details.figure
    if line.number is not None and line.number != viewer.person:
        note(DELIVERY_LOOKED_AT, line.municipality, line.number, {"delivery": line.id})
