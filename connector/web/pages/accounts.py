"""Moodle accounts that belong to nobody yet, and the decision whose they are."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.errors import UnknownThing
from connector.services.access.looks import ACCOUNT_CONFIRMED
from connector.services.sources.accounts import AccountService
from connector.services.sources.identity import IdentityService, NotOneOfThese
from connector.web.access import the_viewer
from connector.web.household import household, now, nudge
from connector.web.noting import note

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")


@blueprint.get("/")
def listing() -> str:
    with household().db.reading() as session:
        found = AccountService(session).open_ones(the_viewer().deliveries_of)
    rulebook = household().rulebook
    titles = {code: rulebook.rules(code).title for code in rulebook.municipalities()}
    return render_template("accounts.html", accounts=found, titles=titles)


@blueprint.post("/confirm")
def confirm() -> Response:
    """A person says whose account it is; what waited for it goes through by itself."""
    viewer = the_viewer()
    if not viewer.decides:
        abort(403)
    form = request.form
    source, user_id = form.get("source", ""), form.get("user_id", "")
    municipality = viewer.municipality or form.get("municipality", "")
    number = form.get("number", "").strip()
    with household().db.reading() as session:
        listed = AccountService(session).open_ones(viewer.deliveries_of)
    if not any((one.source, one.user_id) == (source, user_id) for one in listed):
        # Decided meanwhile, or never this viewer's to decide.
        abort(404)
    try:
        with household().db.writing() as session:
            IdentityService(session).confirm(source, user_id, municipality, number, now())
    except UnknownThing:
        flash(f"Работника с табельным номером «{number}» нет. Проверьте номер.")
    except NotOneOfThese:
        flash("Этот источник не обслуживает выбранный муниципалитет.")
    else:
        note(ACCOUNT_CONFIRMED, municipality, number, {"source": source, "user_id": user_id})
        nudge()
        flash("Соответствие подтверждено. Ожидавшие события будут обработаны.")
    return redirect(url_for("accounts.listing"))
