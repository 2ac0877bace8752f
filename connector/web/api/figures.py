"""Indicators and the subjects behind them."""

from typing import Any

from flask import abort
from flask_smorest import Blueprint

from connector.domain.because import SliceKind, SubjectKind
from connector.domain.periods import PeriodKind, period_containing
from connector.services.access.visibility import Sight, VisibilityService
from connector.services.figures.figures import Figure, SubjectFigure
from connector.services.rules.changeovers import ChangeoverService
from connector.texts.because import because_text
from connector.web.access import the_viewer
from connector.web.api import schemas
from connector.web.api.routing import get
from connector.web.household import figures_of, household, today
from connector.web.shown_figures import shown_slices


def register(blueprint: Blueprint) -> None:
    """Adds the routes."""

    @get(
        blueprint,
        "/municipalities/<municipality>/indicators",
        schemas.Indicators,
        schemas.FiguresQuery,
    )
    def indicators(query: dict[str, Any], municipality: str) -> dict[str, Any]:
        """Every indicator of a period; others are left out. by: with slices."""
        day = today(municipality)
        period = query.get("period") or period_containing(day, PeriodKind.YEAR)
        as_of = period.as_of(query.get("as_of") or max(day, period.first))
        by = SliceKind(query["by"]) if "by" in query else None
        with household().db.reading() as session:
            service = figures_of(session)
            figures = service.figures(municipality, period, as_of, by)
            sight = VisibilityService(session).sight(the_viewer(), municipality, day)
            changing = ChangeoverService(session).behind(municipality, figures)
        return {
            "municipality": municipality,
            "period": str(period),
            "as_of": figures[0].as_of if figures else as_of,
            "indicators": [_indicator(figure, sight) for figure in figures],
            "changing": changing,
        }

    @get(
        blueprint,
        "/municipalities/<municipality>/indicators/<code>/subjects",
        schemas.Subject(many=True),
        schemas.MomentQuery,
    )
    def subjects(query: dict[str, Any], municipality: str, code: str) -> list[dict[str, Any]]:
        """Whom an indicator counts, and why or why not; of people only those the token may see."""
        indicator = household().rulebook.rules(municipality).indicator(code)
        viewer = the_viewer()
        if indicator.subject is SubjectKind.STAFF and not viewer.sees_some_people:
            abort(403)
        with household().db.reading() as session:
            sight = VisibilityService(session).sight(viewer, municipality, today(municipality))
            service = figures_of(session)
            found = service.subjects(municipality, code, query.get("period"), query.get("as_of"))
        return [_subject(one) for one in found if sight.covers_judgement(indicator, one.code)]


def _indicator(figure: Figure, sight: Sight) -> dict[str, Any]:
    indicator = figure.indicator
    return {
        "code": indicator.code,
        "title": indicator.title,
        "kind": str(indicator.kind),
        "subject": str(indicator.subject),
        "population": figure.population,
        "achieved": figure.achieved,
        "share": figure.share,
        "previous": {"period": str(figure.previous_period), "share": figure.previous_share},
        "plan": figure.plan,
        "basis": indicator.basis,
        "slices": shown_slices(figure, sight),
    }


def _subject(subject: SubjectFigure) -> dict[str, Any]:
    return {
        "subject": subject.code,
        "name": subject.name,
        "in_population": subject.in_population,
        "achieved": subject.achieved,
        "because": [
            {"code": because.code, "text": because_text(because)} for because in subject.because
        ],
        "evidence": subject.evidence,
    }
