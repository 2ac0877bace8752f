"""One indicator: its figure, everybody behind it with why, who is nearest, the list as a file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO

from flask import Blueprint, abort, render_template, request, send_file
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from connector.domain.because import Slice, SliceKind, SubjectKind
from connector.domain.nearness import Nearness
from connector.services.access.visibility import (
    OF_ONE_PERSON,
    Sight,
    VisibilityService,
    tells_of_people,
)
from connector.services.figures.figures import Figure, FigureService, SubjectFigure
from connector.services.figures.subject_lists import Asking, Standing, SubjectLists, Wanted
from connector.services.records.names import RecordNames
from connector.services.records.origins import origins, proving
from connector.services.rules.changeovers import ChangeoverService
from connector.texts.because import because_text
from connector.web.access import the_viewer
from connector.web.bars import Bar
from connector.web.cards import Card, card_of
from connector.web.household import figures_of, household, today
from connector.web.listing import Sheet, cut
from connector.web.moments import Asked, asked, offered
from connector.web.record_sheets import SHELVES
from connector.web.shown_figures import ShownSlice
from connector.web.subject_books import book

blueprint = Blueprint("indicators", __name__, url_prefix="/m/<municipality>/indicators")

PER_PAGE = 50
NEAREST = 5
AT_ONCE = 3_000
"""Of more people who do not count yet the nearest are looked for only when asked."""
ON_PAPER = 2_000
"""So many rows are shown on one page for the printer; more are for the file."""

STANDINGS = {
    Standing.ACHIEVED: "засчитаны",
    Standing.MISSING: "не засчитаны",
    Standing.OUTSIDE: "вне охвата",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks of the list."""

    q: str
    standing: Standing | None
    school: str
    association: str
    is_whole: bool

    def parameters(self) -> Mapping[str, str | None]:
        """To keep the choice in links."""
        return {
            "q": self.q or None,
            "standing": str(self.standing) if self.standing else None,
            "school": self.school or None,
            "association": self.association or None,
        }


@dataclass(frozen=True, slots=True)
class View:
    """An indicator as one viewer looks at it."""

    asking: Asking
    chosen: Asked
    sight: Sight
    sees_subjects: bool

    @property
    def subject(self) -> SubjectKind:
        return self.asking.indicator.subject


@blueprint.get("/<code>")
def details(municipality: str, code: str) -> str:
    """The figure, its slices, who is nearest, and a page of the subjects with why."""
    filters = _filters()
    with household().db.reading() as session:
        figures = figures_of(session)
        view = _view(session, figures, municipality, code)
        passport, period = view.asking.indicator, view.asking.period
        figure = figures.figure(municipality, code, period, view.asking.day)
        changing = ChangeoverService(session).behind(municipality, [figure])
        kinds = _kinds(passport.subject)
        lists = SubjectLists(session, figures)
        subjects, counts = _subjects(session, lists, view, filters)
        places = {by: _places(session, municipality, by) for by in kinds}
        near = _nearest(lists, view, figure)
        told = [*subjects.rows, *(one for one, _ in near or ())]
        sources = origins(session, municipality, passport.subject, [one.code for one in told])
    return render_template(
        "indicator.html",
        passport=passport,
        changing=changing,
        card=card_of(figure, view.sight, None),
        sliced=[_sliced(card_of(figure, view.sight, by), by) for by in kinds],
        period=period,
        periods=[one for one in offered(today(municipality), period) if one.kind is period.kind],
        chosen=view.chosen,
        filters=filters,
        sheet=subjects,
        counts=counts,
        standings=STANDINGS,
        places=places,
        near=near,
        is_near_offered=_is_near_offered(view, figure),
        origins=sources,
        proving=proving,
        shelves=SHELVES,
        sees_subjects=view.sees_subjects,
        sees_everybody=view.sight.people is None,
        because_text=because_text,
        sight=view.sight,
        on_paper=ON_PAPER,
    )


@blueprint.get("/<code>/subjects.xlsx")
def export(municipality: str, code: str) -> Response:
    """The whole list, as filtered, for a spreadsheet program."""
    filters = _filters()
    with household().db.reading() as session:
        figures = figures_of(session)
        view = _view(session, figures, municipality, code)
        if not view.sees_subjects:
            abort(403)
        wanted = _wanted(session, view, filters)
        rows = SubjectLists(session, figures).every(view.asking, wanted)
        made = book(view.asking, rows)
    name = f"{code} {view.asking.period} {view.asking.day:%Y-%m-%d}.xlsx".replace("/", "-")
    return send_file(BytesIO(made), as_attachment=True, download_name=name)


def _view(session: Session, figures: FigureService, municipality: str, code: str) -> View:
    """Raises UnknownThing, NotAPeriod, NotADay, AsOfBeforePeriod."""
    indicator = figures.indicator(municipality, code)
    day = today(municipality)
    chosen = asked(request.args)
    period = chosen.period_on(day, indicator.period)
    asking = Asking(
        municipality, indicator, period, figures.day(municipality, indicator, period, chosen.as_of)
    )
    viewer = the_viewer()
    sees_subjects = viewer.sees_some_people or indicator.subject not in OF_ONE_PERSON
    sight = VisibilityService(session).sight(viewer, municipality, day)
    return View(asking, chosen, sight, sees_subjects)


def _filters() -> Filters:
    standing = request.args.get("standing", "")
    return Filters(
        request.args.get("q", "")[:100],
        Standing(standing) if standing in list(Standing) else None,
        request.args.get("school", "")[:60],
        request.args.get("association", "")[:60],
        request.args.get("all") == "1",
    )


_OWN_SLICES = (
    SubjectKind.SCHOOL,
    SubjectKind.TEAM,
    SubjectKind.ASSOCIATION,
    SubjectKind.MUNICIPALITY,
)


def _kinds(subject: SubjectKind) -> tuple[SliceKind, ...]:
    """By what it can be sliced; places are their own slices."""
    return () if subject in _OWN_SLICES else (SliceKind.SCHOOL, SliceKind.ASSOCIATION)


def _subjects(
    session: Session, lists: SubjectLists, view: View, filters: Filters
) -> tuple[Sheet[SubjectFigure], Mapping[Standing, int]]:
    if not view.sees_subjects:
        return Sheet((), 1, 1, 0), {}
    wanted = _wanted(session, view, filters)
    per_page = ON_PAPER if filters.is_whole else PER_PAGE
    asked_for = None if filters.is_whole else request.args.get("page")
    number, _ = cut(2**31, asked_for, per_page)
    found = lists.page(view.asking, wanted, (number - 1) * per_page, per_page)
    number, last = cut(found.total, asked_for, per_page)
    if found.total and not found.rows:
        found = lists.page(view.asking, wanted, (number - 1) * per_page, per_page)
    return Sheet(found.rows, number, last, found.total), found.counts


def _wanted(session: Session, view: View, filters: Filters) -> Wanted:
    names = RecordNames(session, view.asking.municipality)
    place = None
    for kind, text in (
        (SliceKind.SCHOOL, filters.school),
        (SliceKind.ASSOCIATION, filters.association),
    ):
        if text and place is None:
            meant = names.called(str(kind), text)
            # A name that means several, or nobody, finds nobody rather than somebody else.
            place = Slice(kind, meant[0][0] if len(meant) == 1 else text)
    return replace(_visible(view), standing=filters.standing, words=filters.q, slice=place)


def _visible(view: View) -> Wanted:
    """Whose judgements this viewer may see, as VisibilityService decides it."""
    sight = view.sight
    if sight.people is None:
        return Wanted()
    match view.subject:
        case SubjectKind.STAFF:
            return Wanted(codes=sight.people)
        case kind if kind in OF_ONE_PERSON:
            return Wanted(owners=sight.people)
        case SubjectKind.ASSOCIATION:
            return Wanted(codes=sight.associations)
        case SubjectKind.TEAM:
            return Wanted(codes=())
        case SubjectKind.SCHOOL if tells_of_people(view.asking.indicator):
            return Wanted(codes=sight.schools)
    return Wanted()


def _is_near_offered(view: View, figure: Figure) -> bool:
    """Where a plan lacks somebody, whoever sees the people may ask for the nearest."""
    return bool(view.sees_subjects and figure.plan and figure.plan.missing)


def _nearest(
    lists: SubjectLists, view: View, figure: Figure
) -> list[tuple[SubjectFigure, Nearness]] | None:
    """None where nobody is missing, or where there are too many to look for without being asked."""
    if not _is_near_offered(view, figure):
        return None
    is_asked = request.args.get("nearest") == "1"
    if not is_asked and figure.population - figure.achieved > AT_ONCE:
        return None
    limit = PER_PAGE if is_asked else NEAREST
    found = lists.nearest(view.asking, _visible(view), limit)
    return [(one, near) for one, near in found if near.because is not None]


def _places(session: Session, municipality: str, by: SliceKind) -> list[tuple[str, str]] | None:
    found = RecordNames(session, municipality).few(str(by))
    return None if found is None else list(found)


def _sliced(card: Card, by: SliceKind) -> tuple[SliceKind, Sheet[tuple[ShownSlice, Bar | None]]]:
    """A page of an indicator's slices; `schools` and `associations` in the address say which."""
    number, last = cut(len(card.slices), request.args.get(f"{by}s"), PER_PAGE)
    rows = card.slices[(number - 1) * PER_PAGE : number * PER_PAGE]
    return by, Sheet(rows, number, last, len(card.slices))
