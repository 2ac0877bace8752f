"""Addresses that letters do not reach, for those who can put them right."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.services.access.looks import ADDRESS_TRIED_AGAIN
from connector.services.notices.post_offices import PostOffices
from connector.services.notices.stopping import StopService
from connector.web.access import the_viewer
from connector.web.household import household, now, nudge
from connector.web.noting import note
from connector.web.numbers import number_of

blueprint = Blueprint("stopped", __name__, url_prefix="/m/<municipality>/addresses")


@blueprint.get("")
def listing(municipality: str) -> str:
    with household().db.reading() as session:
        found = StopService(session).stopped(municipality)
    return render_template("stopped.html", stopped=found, viewer=the_viewer())


@blueprint.post("")
def try_again(municipality: str) -> Response:
    """Once more to an address that its owner says is right."""
    way = number_of(request.form.get("way"))
    own = household()
    with own.db.reading() as session:
        office = PostOffices(own.rulebook, own.settings).find(session, municipality, now())
    if way is None or office is None:
        abort(400)
    with own.db.writing() as session:
        recipient = StopService(session).try_again(municipality, way, office.hours, now())
    if recipient is None:
        abort(404)
    note(ADDRESS_TRIED_AGAIN, municipality, recipient)
    nudge()
    flash("Попробуем ещё раз: письма, которые ждали, уйдут на этот адрес.")
    return redirect(url_for("stopped.listing", municipality=municipality))
