"""Bursts of notices that were parked: seen kind by kind, and let go or given up."""

from dataclasses import replace

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from connector.errors import UnknownThing
from connector.models import Notice
from connector.services.access.looks import BURST_DISCARDED, BURST_RELEASED, LETTER_LOOKED_AT
from connector.services.notices.bursts import BURST, BurstService, Part
from connector.services.notices.post_offices import PostOffices
from connector.services.notices.samples import Samples
from connector.texts.letter_pages import page_of
from connector.texts.letters import RenderedLetter, TextFault, Told
from connector.texts.words import plural
from connector.web.access import the_viewer
from connector.web.headers import LETTER_POLICY
from connector.web.household import household, now, nudge, today
from connector.web.noting import note
from connector.web.numbers import number_of

blueprint = Blueprint("bursts", __name__, url_prefix="/m/<municipality>/notices/bursts")


@blueprint.get("")
def listing(municipality: str) -> str:
    with household().db.reading() as session:
        found = BurstService(session).parked(municipality)
    return render_template("bursts.html", bursts=found, most=BURST)


@blueprint.get("/<int:number>")
def words(municipality: str, number: int) -> str:
    """The letter that one of them would be."""
    one, letter = _letter(municipality, number)
    return render_template("burst_letter.html", one=one, letter=letter)


@blueprint.get("/<int:number>/body")
def body(municipality: str, number: int) -> Response:
    """The letter's own HTML, for the frame."""
    response = make_response(_letter(municipality, number)[1].html)
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@blueprint.post("")
def decide(municipality: str) -> Response:
    """Lets go, or gives up, what was seen of one kind and role, or of all."""
    form, own = request.form, household()
    decision, last = form.get("decision"), number_of(form.get("last"))
    if decision not in ("release", "discard") or last is None:
        abort(400)
    part = Part(form.get("kind") or None, form.get("role") or None, last)
    with own.db.reading() as session:
        office = PostOffices(own.rulebook, own.settings).find(session, municipality, now())
    if office is None:
        abort(400)
    with own.db.writing() as session:
        bursts = BurstService(session)
        if decision == "release":
            count = bursts.release(municipality, office.hours, now(), part)
        else:
            count = bursts.discard(municipality, part)
    action = BURST_RELEASED if decision == "release" else BURST_DISCARDED
    note(action, municipality, None, {"notices": count, "kind": part.kind, "role": part.role})
    nudge()
    done = "Отправка разрешена" if decision == "release" else "Отклонено"
    flash(f"{done}: {count} {plural(count, 'уведомление', 'уведомления', 'уведомлений')}.")
    return redirect(url_for("bursts.listing", municipality=municipality))


def _letter(municipality: str, number: int) -> tuple[Notice, RenderedLetter]:
    """A parked notice as it would go out by itself: somebody's, so the look is written down."""
    if not the_viewer().sees_all_people:
        abort(403)
    if number_of(str(number)) is None:
        abort(404)
    own = household()
    with own.db.reading() as session:
        one = BurstService(session).one(municipality, number)
    if one is None:
        raise UnknownThing("notice", str(number))
    samples = Samples(own.rulebook.rules(municipality), own.links, today(municipality))
    told = (Told(one.kind, one.role, one.params),)
    try:
        sample = replace(samples.find(one.kind, one.role), told=told)
        letter = samples.show(sample, page_of(municipality, told) or f"/m/{municipality}/").letter
    except TextFault:
        raise UnknownThing("letter", str(number)) from None
    note(LETTER_LOOKED_AT, municipality, one.recipient, {"notice": number})
    return one, letter
