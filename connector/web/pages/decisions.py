"""A decision as whoever it concerns reads it, and says that it is done; letters lead here."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from connector.services.records.decided import DecidedService, ShownDecision
from connector.services.records.entry import Making, Opened, Outcome, RecordEntryService
from connector.spreadsheets.columns import stored_key
from connector.spreadsheets.sheets import SHEETS
from connector.web.access import the_viewer
from connector.web.household import household, importer, now, nudge, today
from connector.web.record_forms import as_entered, fault_text

blueprint = Blueprint("decisions", __name__, url_prefix="/m/<municipality>/decisions")

SHEET = SHEETS["decisions"]


@blueprint.get("/")
def listing(municipality: str) -> str:
    """Those that concern the viewer; of whoever enters records all of them."""
    with household().db.reading() as session:
        found = _service(session, municipality).all()
    return render_template("decisions.html", decisions=found, day=today(municipality))


@blueprint.get("/<path:number>")
def details(municipality: str, number: str) -> str:
    with household().db.reading() as session:
        shown = _found(session, municipality, number)
        held = RecordEntryService(session, municipality).row(SHEET, stored_key(number))
    if held is None:
        abort(404)
    return render_template("decision.html", shown=shown, held=held, day=today(municipality))


@blueprint.post("/done")
def done(municipality: str) -> Response:
    """Marks a decision done on a day, the rest stays as it is."""
    number = request.form.get("number", "")
    told = _undone(municipality, number) or "Отмечено выполненным. Напоминаний больше не будет."
    flash(told)
    return redirect(url_for("decisions.details", municipality=municipality, number=number))


def _undone(municipality: str, number: str) -> str | None:
    """Marks it; why it could not be, in a sentence."""
    day = today(municipality)
    on = request.form.get("done_on", "").strip()[:40]
    if on > day.isoformat():
        return "Не отмечено: этот день ещё не настал."
    opened = Opened(stored_key(number), request.form.get("version", ""))
    with household().db.writing() as session:
        shown = _found(session, municipality, number)
        if not shown.may_do:
            abort(403)
        service = RecordEntryService(session, municipality, importer())
        held = service.row(SHEET, opened.key)
        outcome = Outcome(gone=True)
        if held is not None:
            texts = {**as_entered(SHEET, held.body), "done_on": on}
            outcome = service.save(SHEET, texts, opened, _making(day))
    if not outcome.is_settled:
        return _why(outcome)
    nudge()
    return None


def _why(outcome: Outcome) -> str:
    if outcome.faults:
        return f"Не отмечено: {'; '.join(fault_text(SHEET, one.text) for one in outcome.faults)}."
    return "Не отмечено: решение только что изменили. Проверьте его и повторите."


def _found(session: Session, municipality: str, number: str) -> ShownDecision:
    shown = _service(session, municipality).one(number)
    if shown is None:
        abort(404)
    return shown


def _service(session: Session, municipality: str) -> DecidedService:
    return DecidedService(session, municipality, the_viewer(), today(municipality))


def _making(day: date) -> Making:
    return Making(the_viewer().actor, now(), day)
