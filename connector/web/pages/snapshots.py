"""Figures as they were reported: taken, listed, and held against what is known today."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.domain.periods import PeriodKind, period_containing
from connector.errors import UnknownThing
from connector.services.access.visibility import OF_ONE_PERSON, VisibilityService
from connector.services.figures.snapshot_changes import SnapshotChanges
from connector.services.figures.snapshots import NothingToReport, SnapshotService
from connector.texts.because import because_text
from connector.web.access import the_viewer
from connector.web.household import figures_of, household, now, nudge, today
from connector.web.listing import Sheet, cut
from connector.web.moments import asked, offered
from connector.web.numbers import number_of
from connector.web.pages.indicators import STANDINGS

blueprint = Blueprint("snapshots", __name__, url_prefix="/m/<municipality>/snapshots")

PER_PAGE = 50


@blueprint.get("/")
def listing(municipality: str) -> str:
    """What was reported and when, and the form to write today's figures down."""
    day = today(municipality)
    with household().db.reading() as session:
        taken = SnapshotChanges(session, figures_of(session)).taken(municipality)
    period = period_containing(day, PeriodKind.YEAR)
    return render_template(
        "snapshots.html", snapshots=taken, periods=offered(day, period), period=period
    )


@blueprint.post("/")
def take(municipality: str) -> Response:
    """Writes the figures of a period and a day down. Raises NotAPeriod, NotADay."""
    chosen = asked(request.form)
    day = today(municipality)
    period = chosen.period_on(day, PeriodKind.YEAR)
    try:
        with household().db.writing() as session:
            number = SnapshotService(session).take(
                figures_of(session), municipality, period, chosen.as_of, now(), the_viewer().actor
            )
    except NothingToReport as err:
        flash(str(err))
        return redirect(url_for("snapshots.listing", municipality=municipality))
    nudge()
    flash(f"Отчёт № {number} зафиксирован.")
    return redirect(url_for("snapshots.details", municipality=municipality, number=number))


@blueprint.get("/<int:number>")
def details(municipality: str, number: int) -> str:
    """Each figure as reported, as known today, and the difference."""
    with household().db.reading() as session:
        changes = SnapshotChanges(session, figures_of(session))
        line, compared = changes.compared(municipality, _known(number))
    return render_template("snapshot.html", line=line, compared=compared)


@blueprint.get("/<int:number>/<code>")
def changed(municipality: str, number: int, code: str) -> str:
    """Who stands otherwise than reported, and why."""
    viewer = the_viewer()
    with household().db.reading() as session:
        sight = VisibilityService(session).sight(viewer, municipality, today(municipality))
        changes = SnapshotChanges(session, figures_of(session))
        line, compared, shifts = changes.shifts(municipality, _known(number), code)
        figure = compared.now
        assert figure is not None
        kind = figure.indicator.subject
        sees_subjects = viewer.sees_some_people or kind not in OF_ONE_PERSON
        asked_for = shifts if shifts is not None and sees_subjects else ()
        seen = [one for one in asked_for if sight.covers_judgement(figure.indicator, one.code)]
        page, last = cut(len(seen), request.args.get("page"), PER_PAGE)
        shown = seen[(page - 1) * PER_PAGE : page * PER_PAGE]
        rows = changes.explained(municipality, line, figure, shown)
        slices = changes.slice_shifts(municipality, compared) if sight.people is None else ()
    return render_template(
        "snapshot_changes.html",
        line=line,
        one=compared,
        is_known=shifts is not None,
        sheet=Sheet(rows, page, last, len(seen)),
        sees_subjects=sees_subjects,
        slices=slices,
        sight=sight,
        standings=STANDINGS,
        because_text=because_text,
    )


def _known(number: int) -> int:
    """A number that the database can hold. Raises UnknownThing."""
    known = number_of(str(number))
    if known is None:
        raise UnknownThing("snapshot", str(number))
    return known
