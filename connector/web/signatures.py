"""The filter `signature`: people under what they did, by name and not by log-in."""

from flask import Flask, g

from connector.services.access.signatures import name_behind
from connector.web.household import household


def signature(actor: str | None) -> str:
    """Whose name an act bears; asked for once a request, however often they acted."""
    if not actor:
        return "неизвестно"
    municipality: str | None = g.get("municipality")
    if municipality is None:
        return actor
    known: dict[str, str] = g.setdefault("signatures", {})
    if actor not in known:
        with household().db.reading() as session:
            known[actor] = name_behind(session, municipality, actor)
    return known[actor]


def register_signatures(app: Flask) -> None:
    """Makes the filter known to the templates."""
    app.jinja_env.filters["signature"] = signature
