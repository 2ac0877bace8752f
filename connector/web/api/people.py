"""One person, the routes of all, the notices."""

from typing import Any

from flask import abort
from flask_smorest import Blueprint

from connector.services.access.looks import PROFILE_LOOKED_AT
from connector.services.access.visibility import VisibilityService
from connector.services.figures.profiles import Profile, RouteFigure
from connector.services.notices.mailbox import MailboxService
from connector.web.access import the_viewer
from connector.web.api import profile_schemas, schemas
from connector.web.api.routing import get
from connector.web.household import household, profiles, today
from connector.web.noting import note


def register(blueprint: Blueprint) -> None:
    """Adds the routes."""

    @get(blueprint, "/municipalities/<municipality>/staff/<number>", profile_schemas.Staff)
    def staff(municipality: str, number: str) -> dict[str, Any]:
        """Profile, routes, evidence, notices; the look is written down for the person to read."""
        viewer = the_viewer()
        with household().db.reading() as session:
            sight = VisibilityService(session).sight(viewer, municipality, today(municipality))
            if not sight.covers(number):
                abort(403)
            service = profiles(session)
            profile = service.profile(municipality, number)
            about = MailboxService(session).notices(municipality, about=number)
        # What others were told of the person is not told on to a mentor, a head or the person.
        notices = [n for n in about if sight.people is None or n.recipient == viewer.person]
        if viewer.person != number:
            note(PROFILE_LOOKED_AT, municipality, number)
        return {**_staff(profile), "notices": notices}

    @get(
        blueprint,
        "/municipalities/<municipality>/routes",
        profile_schemas.Routes,
        schemas.RoutesQuery,
    )
    def routes(query: dict[str, Any], municipality: str) -> dict[str, Any]:
        """Routes of the people the token may see; state=stalled: those that alert somebody."""
        viewer = the_viewer()
        if not viewer.sees_some_people:
            abort(403)
        with household().db.reading() as session:
            sight = VisibilityService(session).sight(viewer, municipality, today(municipality))
            service = profiles(session)
            found = service.routes(municipality, query.get("state"))
        shown = [_route(one) for one in found if sight.covers(one.person.personnel_no)]
        return {"municipality": municipality, "routes": shown}

    @get(blueprint, "/municipalities/<municipality>/notices", schemas.Notices, schemas.NoticesQuery)
    def notices(query: dict[str, Any], municipality: str) -> dict[str, Any]:
        """The latest notices; whoever does not see all people gets only their own."""
        viewer = the_viewer()
        if not viewer.sees_some_people:
            abort(403)
        recipients = None if viewer.sees_all_people else [viewer.person or ""]
        with household().db.reading() as session:
            found = MailboxService(session).notices(
                municipality,
                recipients,
                state=query.get("state"),
                before=query.get("before"),
                limit=query["limit"],
            )
        return {"municipality": municipality, "notices": found}


def _staff(profile: Profile) -> dict[str, Any]:
    person = profile.person
    term = person.at(profile.day)
    return {
        "number": person.personnel_no,
        "name": person.full_name,
        "role": str(term.role),
        "position": term.position,
        "school": profile.school,
        "associations": list(term.associations),
        "profile": [
            {
                "code": code,
                "title": profile.setting.catalogue.competency(code).title,
                "state": str(deficit.state),
                "level": str(deficit.latest.levels[code]),
                "percent": float(round(deficit.latest.percents[code], 2)),
                "on": deficit.latest.day,
            }
            for code, deficit in profile.deficits.items()
        ],
        "results": [
            {
                "key": result.key,
                "title": result.diagnostic.title,
                "on": result.day,
                "percent": None if result.overall is None else float(round(result.overall, 2)),
                "level": None if result.overall_level is None else str(result.overall_level),
            }
            for result in profile.results
        ],
        "routes": [_route(route) for route in profile.routes],
        "evidence": profile.evidence,
    }


def _route(figure: RouteFigure) -> dict[str, Any]:
    progress = figure.progress
    route = progress.route
    episode = figure.episode
    return {
        "subject": figure.person.personnel_no,
        "name": figure.person.full_name,
        "number": route.number,
        "state": figure.state,
        "starts_on": route.starts_on,
        "approved_on": (route.approved_on or route.starts_on) if route.approved_by else None,
        "completed_on": progress.completed_on,
        "based_on_diagnosis": progress.is_based_on_diagnosis,
        "stalled_since": episode.first_day if episode else None,
        "stalled_because": str(episode.reason) if episode else None,
        "steps": [
            {
                "order": step.step.order,
                "target": str(step.step.target),
                "required": step.step.required,
                "due_on": step.step.due_on,
                "done_on": step.done.day if step.done else None,
                "evidence": step.done.key if step.done else None,
            }
            for step in progress.steps
        ],
    }
