"""What stands around every page: whose it is, where one is, where one can go."""

from typing import Any

from flask import Flask, g, request, session

from connector.services.access.visibility import Viewer
from connector.web.household import household
from connector.web.menu import rooms_for


def register(app: Flask) -> None:
    """Finds the municipality before a page is made, and tells the templates."""

    @app.before_request
    def find_municipality() -> None:
        g.municipality = _municipality(g.get("viewer"))
        g.zone = None
        if g.municipality is not None:
            g.zone = household().rulebook.rules(g.municipality).zone

    @app.context_processor
    def frame() -> dict[str, Any]:
        viewer: Viewer | None = g.get("viewer")
        code: str | None = g.get("municipality")
        title = household().rulebook.rules(code).title if code else None
        return {
            "viewer": viewer,
            "municipality": code,
            "municipality_title": title,
            "rooms": rooms_for(viewer, code) if viewer else [],
            "has_several": viewer is not None and viewer.municipality is None,
        }


def _municipality(viewer: Viewer | None) -> str | None:
    """Of the address; else of the viewer; else the one an administrator was in last."""
    if viewer is None or request.path.startswith("/api/"):
        return None
    named = (request.view_args or {}).get("municipality")
    if named is not None and viewer.municipality is None and session.get("municipality") != named:
        session["municipality"] = named
    code = named or viewer.municipality or session.get("municipality")
    known = household().rulebook.municipalities()
    return code if isinstance(code, str) and code in known else None
