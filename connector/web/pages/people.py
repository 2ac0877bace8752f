"""One person's profile, and the routes of everybody the viewer may see."""

from collections.abc import Callable

from flask import Blueprint, abort, render_template, request, url_for

from connector.domain.effects import ended_by
from connector.services.access.looks import PROFILE_LOOKED_AT, LookService
from connector.services.access.visibility import VisibilityService
from connector.services.acting.listing import ActionList
from connector.services.figures.directory import has_people, people_of
from connector.services.figures.profiles import RouteFigure
from connector.services.figures.recommended import recommended
from connector.services.notices.mailbox import MailboxService
from connector.services.records.decided import DecidedService
from connector.services.sources.accounts import AccountService
from connector.web.access import the_viewer
from connector.web.action_words import why
from connector.web.household import household, profiles, today
from connector.web.listing import search, sheet
from connector.web.noting import note
from connector.web.targets import target_words
from connector.web.waiting import asked_of
from connector.web.words import ROUTE_STATES

blueprint = Blueprint("people", __name__, url_prefix="/m/<municipality>")

ORDER = ("stalled", "active", "draft", "completed", "cancelled")


@blueprint.get("/staff")
def listing(municipality: str) -> str:
    """Everybody the viewer may see, to find somebody by name."""
    viewer = the_viewer()
    if not viewer.sees_some_people:
        abort(403)
    q = request.args.get("q", "")
    with household().db.reading() as session:
        sight = VisibilityService(session).sight(viewer, municipality, today(municipality))
        people = [one for one in people_of(session, municipality) if sight.covers(one.number)]
        is_new = not people and not has_people(session, municipality)
    found = search(people, q, lambda one: f"{one.name} {one.number}")
    return render_template(
        "people.html", sheet=sheet(found, request.args.get("page")), q=q, is_new=is_new
    )


@blueprint.get("/staff/<number>")
def profile(municipality: str, number: str) -> str:
    """Competencies, routes, results, evidence, what was sent, and who looked."""
    viewer = the_viewer()
    with household().db.reading() as session:
        sight = VisibilityService(session).sight(viewer, municipality, today(municipality))
        if not sight.covers(number):
            abort(403)
        found = profiles(session).profile(municipality, number)
        notices = MailboxService(session).notices(municipality, about=number, limit=30)
        acted = ActionList(session, municipality).of_person(number)
        reads_log = viewer.sees_all_people or viewer.person == number
        looks = LookService(session).of_person(municipality, number) if reads_log else None
        decided = DecidedService(session, municipality, viewer, today(municipality))
        decisions = decided.all() if viewer.person == number else []
        accounts = None
        if viewer.decides:
            service = AccountService(session, viewer.deliveries_of)
            accounts = service.of_person(municipality, number)
    if viewer.person != number:
        note(PROFILE_LOOKED_AT, municipality, number)
    return render_template(
        "person.html",
        profile=found,
        person=found.person,
        term=found.person.at(found.day),
        deliveries={ref.key: ref.delivery for ref in found.evidence},
        associations=[
            association.name
            for code in found.person.at(found.day).associations
            if (association := found.setting.organisation.association(code, found.day))
        ],
        competency=found.setting.catalogue.competency,
        target_words=target_words,
        notices=[n for n in notices if sight.people is None or n.recipient == viewer.person],
        decisions=[one for one in decisions if not one.decision.is_done(found.day)],
        recommended=recommended(
            found.folded.dossier.assessments,
            household().rulebook.rules(municipality).indicators,
            found.day,
        ),
        looks=looks,
        gained=[one for one in ended_by(found.folded, found.day) if one.effects],
        accounts=accounts,
        here=url_for("people.profile", municipality=municipality, number=number),
        actions=acted,
        why=why,
    )


@blueprint.get("/routes")
def routes(municipality: str) -> str:
    """Routes, the stalled ones first, to be searched by name."""
    viewer = the_viewer()
    if not viewer.sees_some_people:
        abort(403)
    state = request.args.get("state", "")
    with household().db.reading() as session:
        sight = VisibilityService(session).sight(viewer, municipality, today(municipality))
        every = profiles(session).routes(municipality)
        waiting = asked_of(session, viewer, municipality) if viewer.decides_routes else 0
    q = request.args.get("q", "")

    # A teacher hears of a stall from nobody (docs/ru/stalls.md), and is offered no list of them.
    def stands(one: RouteFigure) -> bool:
        return one.episode is not None and one.person.personnel_no != viewer.person

    seen = search(
        [one for one in every if sight.covers(one.person.personnel_no)],
        q,
        lambda one: f"{one.person.full_name} {one.person.personnel_no}",
    )
    shown = [one for one in seen if _is(one, state, stands)]
    # The service's order holds within each state: the longest stalled stay on top.
    ordered = sorted(shown, key=lambda one: (not stands(one), ORDER.index(one.state)))
    return render_template(
        "routes.html",
        sheet=sheet(ordered, request.args.get("page")),
        q=q,
        counts={key: sum(_is(one, key, stands) for one in seen) for key in ("", *ORDER)},
        state=state,
        waiting=waiting,
        states=ROUTE_STATES,
        day=today(municipality),
    )


def _is(route: RouteFigure, state: str, stands: Callable[[RouteFigure], bool]) -> bool:
    """Stalled is a condition of an active route, so a stalled one is active too."""
    return not state or route.state == state or (state == "stalled" and stands(route))
