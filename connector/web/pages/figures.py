"""The overview of a municipality, and one indicator with everybody behind it."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template, request

from connector.domain.because import SliceKind, SubjectKind
from connector.domain.periods import Period, PeriodKind, period_containing
from connector.errors import UnknownThing
from connector.services.figures import Figure, SubjectFigure
from connector.services.visibility import Sight, VisibilityService
from connector.texts.because import because_text
from connector.web.access import the_viewer
from connector.web.bars import Bar, bar, bar_of
from connector.web.household import figures_of, household, today
from connector.web.listing import search, sheet
from connector.web.moments import asked, offered
from connector.web.shown_figures import ShownSlice, of_kind, shown_slices

blueprint = Blueprint("figures", __name__, url_prefix="/m/<municipality>")

STANDINGS = {"yes": "засчитаны", "no": "не засчитаны", "out": "вне совокупности"}


@dataclass(frozen=True, slots=True)
class Card:
    """A figure with what is drawn of it; slices: each with its bar."""

    figure: Figure
    bar: Bar | None
    slices: tuple[tuple[ShownSlice, Bar | None], ...] = ()


@blueprint.get("/")
def overview(municipality: str) -> str:
    """Every indicator of a period with share, plan, what is missing, and the trend."""
    day = today(municipality)
    chosen = asked(request.args)
    period = chosen.period or period_containing(day, PeriodKind.YEAR)
    by = _by(request.args.get("by"))
    with household().db.reading() as session:
        figures = figures_of(session).figures(
            municipality, period, chosen.as_of, by
        )
        sight = VisibilityService(session).sight(the_viewer(), municipality, day)
    cards = [_card(figure, sight, by) for figure in figures]
    return render_template(
        "overview.html",
        cards=cards,
        planned=[card for card in cards if card.figure.plan is not None],
        period=period,
        periods=offered(day, period),
        chosen=chosen,
        as_of=figures[0].as_of if figures else period.as_of(chosen.as_of or max(day, period.first)),
        by=by,
        others=_others(municipality, period, day),
    )


@blueprint.get("/indicators/<code>")
def indicator(municipality: str, code: str) -> str:
    """An indicator's passport and its subjects, each with why it counts or does not."""
    day = today(municipality)
    passport = household().rulebook.rules(municipality).indicator(code)
    chosen = asked(request.args)
    period = chosen.period or period_containing(day, passport.period)
    viewer = the_viewer()
    sees_subjects = viewer.sees_some_people or passport.subject is not SubjectKind.STAFF
    with household().db.reading() as session:
        service = figures_of(session)
        sight = VisibilityService(session).sight(viewer, municipality, day)
        by_kind = [
            (by, _of(code, service.figures(municipality, period, chosen.as_of, by), period))
            for by in _kinds(passport.subject)
        ]
        subjects: tuple[SubjectFigure, ...] = ()
        if sees_subjects:
            subjects = service.subjects(municipality, code, period, chosen.as_of)
    seen = [one for one in subjects if sight.covers_subject(one.kind, one.code)]
    found = search(seen, request.args.get("q", ""), lambda one: f"{one.name} {one.code}")
    shown = [one for one in found if _fits(one, request.args.get("standing", ""))]
    return render_template(
        "indicator.html",
        passport=passport,
        plan=passport.plan_on(period.last),
        card=_card(by_kind[0][1], sight, by_kind[0][0]),
        sliced=[(by, _card(figure, sight, by).slices) for by, figure in by_kind],
        period=period,
        periods=[one for one in offered(day, period) if one.kind is period.kind],
        chosen=chosen,
        sheet=sheet(shown, request.args.get("page")),
        counts={key: sum(_fits(one, key) for one in found) for key in ("", *STANDINGS)},
        standing=request.args.get("standing", ""),
        standings=STANDINGS,
        q=request.args.get("q", ""),
        sees_subjects=sees_subjects,
        sees_everybody=sight.people is None,
        because_text=because_text,
        sight=sight,
    )


def _card(figure: Figure, sight: Sight, by: SliceKind | None) -> Card:
    shown = of_kind(shown_slices(figure, sight), by) if by else ()
    plan = figure.plan.at_least if figure.plan else None
    return Card(figure, bar_of(figure), tuple((one, bar(one.share, plan)) for one in shown))


def _of(code: str, figures: tuple[Figure, ...], period: Period) -> Figure:
    """Raises UnknownThing where the period is of another kind than the indicator's."""
    for figure in figures:
        if figure.indicator.code == code:
            return figure
    raise UnknownThing("indicator", f"{code} in {period}")


def _kinds(subject: SubjectKind) -> tuple[SliceKind | None, ...]:
    """By what it can be sliced: people only; other subjects are their own slices."""
    if subject is SubjectKind.STAFF:
        return (SliceKind.SCHOOL, SliceKind.ASSOCIATION)
    return (None,)


def _by(text: str | None) -> SliceKind | None:
    return SliceKind(text) if text in (SliceKind.SCHOOL, SliceKind.ASSOCIATION) else None


def _fits(subject: SubjectFigure, standing: str) -> bool:
    match standing:
        case "yes":
            return subject.achieved
        case "no":
            return subject.in_population and not subject.achieved
        case "out":
            return not subject.in_population and not subject.achieved
        case _:
            return True


def _others(municipality: str, period: Period, day: date) -> list[tuple[Period, int]]:
    """Periods of another kind by which some indicators are counted, and how many are."""
    kinds = [one.period for one in household().rulebook.rules(municipality).indicators]
    return [
        (period_containing(day, kind), kinds.count(kind))
        for kind in (PeriodKind.YEAR, PeriodKind.ACADEMIC_YEAR)
        if kind is not period.kind and kind in kinds
    ]
