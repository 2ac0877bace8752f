"""A Moodle competency framework taken in as the taxonomy: chosen, looked at, written."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.moodle.errors import MoodleError
from connector.runtime.frameworks import Shown, Taking, ask
from connector.services.access.looks import FRAMEWORK_TAKEN
from connector.services.sources.sources import SourceDetails, SourceService
from connector.spreadsheets.sheets_catalogue import AREAS
from connector.web.access import the_viewer
from connector.web.action_words import why
from connector.web.household import household, importer, now, nudge
from connector.web.noting import note

blueprint = Blueprint("frameworks", __name__, url_prefix="/m/<municipality>/competencies")


@blueprint.get("/moodle")
def choose(municipality: str) -> str:
    """The municipality's Moodles; with `source` also what frameworks it has."""
    code = request.args.get("source")
    if not code:
        return _page(municipality)
    return _page(municipality, code, *_asked(municipality, code, None, None))


@blueprint.post("/moodle/look")
def look(municipality: str) -> str:
    """What would change, before anything does."""
    code, name, area = _given()
    shown, wrong = _asked(municipality, code, name, area)
    plan = None
    if shown is not None and shown.read is not None:
        plan = _taking(municipality).compare(shown.read, now())
    return _page(municipality, code, shown, wrong, plan=plan, name=name, area=area)


@blueprint.post("/moodle/take")
def take(municipality: str) -> Response | str:
    """Asks once more and writes: what was looked at may have changed since."""
    code, name, area = _given()
    shown, wrong = _asked(municipality, code, name, area)
    if shown is None or shown.read is None or shown.framework is None:
        return _page(municipality, code, shown, wrong, name=name, area=area)
    plan = _taking(municipality).write(shown.read, now(), the_viewer().actor)
    if not plan.is_sound:
        return _page(municipality, code, shown, None, plan=plan, name=name, area=area)
    note(FRAMEWORK_TAKEN, municipality, None, {"source": code, "changes": len(plan.changes)})
    nudge()
    flash(f"Записано. Изменений в справочнике компетенций: {len(plan.changes)}.")
    return redirect(url_for("frameworks.choose", municipality=municipality, source=code))


def _given() -> tuple[str, str, str | None]:
    form = request.form
    area = form.get("area") or None
    if area is not None and area not in AREAS:
        abort(400)
    return form.get("source", ""), form.get("framework", ""), area


def _sources(municipality: str) -> list[SourceDetails]:
    with household().db.reading() as session:
        every = SourceService(session, household().box).all()
    return [s for s in every if municipality in s.municipalities and s.url and s.rest_token]


def _taking(municipality: str) -> Taking:
    return Taking(household(), municipality, importer())


def _asked(
    municipality: str, code: str, name: str | None, area: str | None
) -> tuple[Shown | None, str | None]:
    """What the Moodle says, else why it does not."""
    source = next((s for s in _sources(municipality) if s.code == code), None)
    client = household().moodles.trial(source) if source is not None else None
    if client is None:
        abort(404)
    try:
        return ask(client, name, area, _taking(municipality).kept_areas()), None
    except MoodleError as err:
        return None, why(err.reason)


def _page(
    municipality: str,
    code: str | None = None,
    shown: Shown | None = None,
    wrong: str | None = None,
    **given: Any,
) -> str:
    return render_template(
        "frameworks.html",
        sources=_sources(municipality),
        source=code,
        shown=shown,
        wrong=wrong,
        areas={area: words[0] for area, words in AREAS.items()},
        **given,
    )
