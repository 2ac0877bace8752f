"""What stands around every page: whose it is, where one is, where one can go."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request, session, url_for

from connector.services.access.visibility import Viewer
from connector.web.household import household


@dataclass(frozen=True, slots=True)
class Door:
    """One entry of the menu."""

    title: str
    href: str
    is_here: bool


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
            "doors": _doors(viewer, code) if viewer else [],
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


def _doors(viewer: Viewer, municipality: str | None) -> list[Door]:
    doors = []
    if municipality is not None:
        doors.append(
            _door(
                "Показатели",
                ("figures", "indicators", "passports", "snapshots", "effect"),
                "figures.overview",
                municipality=municipality,
            )
        )
        if viewer.enters_records:
            doors.append(_door("Записи", "records", "records.index", municipality=municipality))
            doors.append(
                _door(
                    "Отменено в Moodle",
                    "withdrawals",
                    "withdrawals.listing",
                    municipality=municipality,
                )
            )
            doors.append(
                _door("Курсы и тесты", "courses", "courses.listing", municipality=municipality)
            )
        if viewer.sees_some_people:
            if viewer.person is not None:
                own = {"municipality": municipality, "number": viewer.person}
                doors.append(_door("Мой профиль", "people.profile", "people.profile", **own))
            parts: tuple[tuple[str, str | tuple[str, ...], str], ...] = (
                ("Люди", "people.listing", "people.listing"),
                ("Маршруты", ("people.routes", "drafts", "routes", "stalls"), "people.routes"),
                ("Письма", "post.letter", "post.letters"),
                ("Уведомления", "post.notices", "post.notices"),
            )
            for title, part, endpoint in parts:
                doors.append(_door(title, part, endpoint, municipality=municipality))
    doors.append(_door("Мои письма", ("choices.own", "choices.save"), "choices.own"))
    if viewer.sees_deliveries:
        if municipality is not None:
            named = {"municipality": municipality}
            acting = ("actions", "frameworks")
            doors.append(_door("Действия в Moodle", acting, "actions.listing", **named))
        doors.append(_door("События Moodle", "deliveries", "deliveries.listing"))
        doors.append(_door("Источники", ("sources", "connecting"), "sources.listing"))
        doors.append(_door("Неполадки", "alarms", "alarms.listing"))
        doors.append(_door("Учётные записи", "accounts", "accounts.listing"))
        doors.append(_door("Правила", ("rules", "trials"), "rules.listing"))
    if viewer.administers:
        doors.append(_door("Вебхуки", "webhooks", "webhooks.listing"))
    return doors


def _door(title: str, part: str | tuple[str, ...], endpoint: str, **values: Any) -> Door:
    """part: the beginning, or beginnings, of the endpoints behind this door."""
    is_here = (request.endpoint or "").startswith(part)
    if part == "people.profile":
        # Somebody else's profile is not "my profile".
        is_here = is_here and (request.view_args or {}).get("number") == values["number"]
    return Door(title, url_for(endpoint, **values), is_here)
