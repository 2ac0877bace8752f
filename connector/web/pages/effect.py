"""Effect: what programmes and routes changed, by competency, over the municipality."""

from flask import Blueprint, render_template, request

from connector.services.access.visibility import VisibilityService
from connector.services.figures.effects import EffectService, helps_by_competency
from connector.web.access import the_viewer
from connector.web.household import household, today
from connector.web.numbers import number_of

blueprint = Blueprint("effect", __name__, url_prefix="/m/<municipality>")

YEARS_BACK = 4


@blueprint.get("/effect")
def overview(municipality: str) -> str:
    """Which programmes close which deficits; `year`: only what ended in it."""
    day = today(municipality)
    years = range(day.year, day.year - YEARS_BACK, -1)
    year = number_of(request.args.get("year"))
    chosen = year if year in years else None
    with household().db.reading() as session:
        catalogue = household().settings.get(session, municipality, day).catalogue
        sight = VisibilityService(session).sight(the_viewer(), municipality, day)
        figures = EffectService(session).of(municipality, catalogue, sight, chosen)
    return render_template(
        "effect.html",
        figures=figures,
        helps=helps_by_competency(figures),
        competency=catalogue.competency,
        years=years,
        year=chosen,
        hides=any(effect.hidden for figure in figures for effect in figure.effects),
        few=any(effect.few for figure in figures for effect in figure.effects),
    )
