"""The overview of a municipality: every indicator of a period."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from flask import Blueprint, render_template, request

from connector.domain.because import SliceKind
from connector.domain.periods import Period, PeriodKind, period_containing
from connector.services.access.visibility import VisibilityService
from connector.services.figures.directory import has_people
from connector.services.rules.changeovers import ChangeoverService
from connector.spreadsheets.spelling import sort_key
from connector.web.access import the_viewer
from connector.web.cards import Card, card_of
from connector.web.household import figures_of, household, today
from connector.web.listing import Sheet, cut, search
from connector.web.moments import asked, offered
from connector.web.waiting import waiting_for

blueprint = Blueprint("figures", __name__, url_prefix="/m/<municipality>")

PER_PAGE = 50
"""Schools or associations under each figure; a region has thousands."""


@blueprint.get("/")
def overview(municipality: str) -> str:
    """Every indicator of a period with share, plan, what is missing, and the trend."""
    day = today(municipality)
    chosen = asked(request.args)
    period = chosen.period_on(day, PeriodKind.YEAR)
    by = _by(request.args.get("by"))
    with household().db.reading() as session:
        figures = figures_of(session).figures(municipality, period, chosen.as_of, by)
        sight = VisibilityService(session).sight(the_viewer(), municipality, day)
        changing = ChangeoverService(session).behind(municipality, figures)
        waiting = waiting_for(session, the_viewer(), municipality, sight)
        is_new = not has_people(session, municipality)
    whole = [card_of(figure, sight, by) for figure in figures]
    cards, places = _page(whole, request.args.get("q", ""), request.args.get("page"))
    return render_template(
        "overview.html",
        cards=cards,
        places=places,
        q=request.args.get("q", ""),
        planned=[card for card in cards if card.figure.plan is not None],
        period=period,
        periods=offered(day, period),
        chosen=chosen,
        as_of=figures[0].as_of if figures else period.as_of(chosen.as_of or max(day, period.first)),
        by=by,
        changing=changing,
        waiting=waiting,
        is_new=is_new,
        others=_others(municipality, period, day),
    )


def _page(cards: Sequence[Card], q: str, asked_for: str | None) -> tuple[list[Card], Sheet[str]]:
    """The cards with a page of their slices: the same places under every figure."""
    named = {one.code: one.name for card in cards for one, _ in card.slices}
    found = search(
        sorted(named, key=lambda code: (sort_key(named[code]), code)), q, named.__getitem__
    )
    number, last = cut(len(found), asked_for, PER_PAGE)
    shown = found[(number - 1) * PER_PAGE : number * PER_PAGE]
    chosen = frozenset(shown)
    paged = [
        replace(card, slices=tuple(pair for pair in card.slices if pair[0].code in chosen))
        for card in cards
    ]
    return paged, Sheet(shown, number, last, len(found))


def _by(text: str | None) -> SliceKind | None:
    return SliceKind(text) if text in (SliceKind.SCHOOL, SliceKind.ASSOCIATION) else None


def _others(municipality: str, period: Period, day: date) -> list[tuple[Period, int]]:
    """Periods of another kind by which some indicators are counted, and how many are."""
    kinds = [one.period for one in household().rulebook.rules(municipality).indicators]
    return [
        (period_containing(day, kind), kinds.count(kind))
        for kind in (PeriodKind.YEAR, PeriodKind.ACADEMIC_YEAR)
        if kind is not period.kind and kind in kinds
    ]
