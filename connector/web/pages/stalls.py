"""The board of stalled routes, and the answers given on it."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from connector.domain.owed import Recipient
from connector.domain.stall_answers import LONGEST_HOLD
from connector.domain.stall_standing import Standing
from connector.services.access.visibility import VisibilityService
from connector.services.records.reading import staff
from connector.services.stalls.answers import Answerer, BadAnswer, Colleague, give
from connector.services.stalls.board import BoardService, Card
from connector.texts.words import plural
from connector.web.access import the_viewer
from connector.web.household import household, now, nudge, today
from connector.web.listing import sheet
from connector.web.stall_board import (
    ANSWERERS,
    Wish,
    board_of,
    entered,
    given_in,
    key_of,
    may_take,
    recipient_of,
)

_MOVING = "Ничего не записано: эти маршруты уже движутся."

blueprint = Blueprint("stalls", __name__, url_prefix="/m/<municipality>/routes/stalls")


@blueprint.get("/")
def board(municipality: str) -> str:
    """Stalled routes by whose turn it is, with forms to answer."""
    return _board(municipality, Wish.of(request.args))


@blueprint.post("/answers")
def answer(municipality: str) -> Response | tuple[str, int]:
    """One answer to one route or to several at once; what has moved meanwhile is left out."""
    by_role = _role()
    wish = Wish.of(request.form)
    chosen = set(request.form.getlist("case"))
    with household().db.reading() as session:
        cards = {key_of(one): one for one in _cards(session, municipality)}
        common = _service(session).colleagues(municipality)
        by = Answerer(_me(), _my_name(session, municipality), by_role)
    answered = [card for key, card in cards.items() if key in chosen]
    if not answered:
        flash("Отметьте хотя бы один маршрут." if not chosen else _MOVING)
        return redirect(_address(municipality, wish))
    try:
        # Whoever is offered for one card may not see the person of another.
        offered = _offered(answered, common)
        given = given_in(request.form, lambda: offered)
        with household().db.writing() as session:
            written = give(
                session,
                municipality,
                [card.stalled for card in answered],
                given,
                by,
                today(municipality),
                now(),
            )
    except BadAnswer as err:
        return _board(municipality, wish, str(err), entered(request.form)), 422
    nudge()
    left = len(chosen) - len(answered)
    flash(_done(answered, written) + (f" Уже движутся: {left}." if left else ""))
    return redirect(_address(municipality, wish))


def _board(
    municipality: str, wish: Wish, fault: str | None = None, typed: dict[str, Any] | None = None
) -> str:
    role = _role()
    day = today(municipality)
    with household().db.reading() as session:
        cards = _cards(session, municipality)
        common = _service(session).colleagues(municipality) if role != Recipient.MENTOR else ()
    found = board_of(cards, wish, the_viewer())
    page = sheet(found.cards, request.values.get("page"))
    return render_template(
        "stalls.html",
        board=found,
        sheet=page,
        groups=[
            (standing, [card for card in page.rows if card.standing is standing])
            for standing in Standing
        ],
        key_of=key_of,
        takers=lambda card: may_take(card, common, _me()),
        is_mentor=role == Recipient.MENTOR,
        day=day,
        tomorrow=day + timedelta(days=1),
        latest=day + LONGEST_HOLD,
        fault=fault,
        typed=typed or {},
    )


def _address(municipality: str, wish: Wish) -> str:
    query: dict[str, Any] = dict(wish.query)
    if request.form.get("page"):
        query["page"] = request.form["page"]
    return url_for("stalls.board", municipality=municipality, **query)


def _cards(session: Session, municipality: str) -> tuple[Card, ...]:
    """Nobody answers for themselves, so nobody's own route is on their board."""
    viewer = the_viewer()
    sight = VisibilityService(session).sight(viewer, municipality, today(municipality))
    return _service(session).cards(
        municipality, lambda number: number != viewer.person and sight.covers(number)
    )


def _service(session: Session) -> BoardService:
    own = household()
    return BoardService(session, own.rulebook, own.settings, now())


def _role() -> Recipient:
    viewer = the_viewer()
    if not viewer.answers_stalls:
        abort(403)
    return ANSWERERS[viewer.role]


def _me() -> str:
    return recipient_of(the_viewer())


def _my_name(session: Session, municipality: str) -> str:
    viewer = the_viewer()
    found = staff(session, municipality, [viewer.person]) if viewer.person else {}
    return found[viewer.person].full_name if viewer.person in found else viewer.actor


def _offered(cards: list[Card], common: tuple[Colleague, ...]) -> list[Colleague]:
    found = may_take(cards[0], common, _me())
    for card in cards[1:]:
        numbers = {one.number for one in may_take(card, common, _me())}
        found = [one for one in found if one.number in numbers]
    return found


def _done(answered: list[Card], written: int) -> str:
    """A form that was sent twice says the same twice."""
    if len(answered) == 1:
        card = answered[0]
        return f"Записано: {card.person.full_name}, маршрут № {card.progress.route.number}."
    count = written or len(answered)
    return f"Записано: {count} {plural(count, 'маршрут', 'маршрута', 'маршрутов')}."
