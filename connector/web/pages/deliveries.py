"""What arrived from Moodle and what became of it: where "why did nothing happen?" is answered."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.models.delivery import STATES
from connector.services.access.looks import DELIVERY_REPLAYED
from connector.services.inbox.deliveries import DeliveryDetails, DeliveryService
from connector.services.sources.source_figures import SourceFigures
from connector.web.access import the_viewer
from connector.web.household import household, now, nudge
from connector.web.noting import note, note_look
from connector.web.numbers import number_of

blueprint = Blueprint("deliveries", __name__, url_prefix="/deliveries")

PER_PAGE = 50


@blueprint.get("/")
def listing() -> str:
    """The latest first, by state and source."""
    viewer = the_viewer()
    state, source = request.args.get("state", ""), request.args.get("source", "").strip()
    with household().db.reading() as session:
        service = DeliveryService(session)
        found = service.list(
            viewer.deliveries_of,
            state if state in STATES else None,
            source or None,
            number_of(request.args.get("before")),
            PER_PAGE,
        )
        counts = service.counts(viewer.deliveries_of)
        sources = [one.code for one in SourceFigures(session).all(viewer.deliveries_of)]
    return render_template(
        "deliveries.html",
        deliveries=found,
        counts=counts,
        states=STATES,
        state=state,
        source=source,
        sources=sources,
        older=found[-1].id if len(found) == PER_PAGE else None,
    )


@blueprint.get("/<int:number>")
def details(number: int) -> str:
    found = _delivery(number)
    note_look(the_viewer(), found)
    return render_template(
        "delivery.html",
        delivery=found,
        line=found.figure,
        sees_person=the_viewer().sees_all_people and found.figure.municipality is not None,
    )


@blueprint.post("/<int:number>/replay")
def replay(number: int) -> Response:
    """Has a delivery worked through again; only one that the viewer may see."""
    if not the_viewer().decides:
        abort(403)
    line = _delivery(number).figure
    with household().db.writing() as session:
        count = DeliveryService(session).replay([number], now())
    note(DELIVERY_REPLAYED, line.municipality, line.number, {"delivery": number})
    if count:
        nudge()
        flash("Событие поставлено в очередь и будет обработано ещё раз.")
    else:
        flash("Содержимое события уже удалено по сроку хранения: обработать его ещё раз нельзя.")
    return redirect(url_for("deliveries.details", number=number))


def _delivery(number: int) -> DeliveryDetails:
    if number_of(str(number)) is None:
        abort(404)
    with household().db.reading() as session:
        return DeliveryService(session).show(number, the_viewer().deliveries_of)
