"""Moodle accounts: whose they are, where that is unsure, and what was decided about them."""

from collections.abc import Callable, Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from connector.errors import UnknownThing
from connector.services.access.looks import (
    ACCOUNT_CONFIRMED,
    ACCOUNT_IGNORED,
    ACCOUNT_LEFT,
    ACCOUNT_MERGED,
    ACCOUNT_PARTED,
    ACCOUNT_RESTORED,
)
from connector.services.access.visibility import Viewer
from connector.services.records.names import Named, RecordNames
from connector.services.sources.accounts import AccountService, OpenAccount
from connector.services.sources.match_history import MatchHistory
from connector.services.sources.matching import (
    DecidedMeanwhile,
    Key,
    MatchingService,
    Move,
    NotOneOfThese,
)
from connector.web.access import the_viewer
from connector.web.addresses import inside
from connector.web.household import household, now, nudge
from connector.web.numbers import number_of

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")

SAID = {
    "part": (ACCOUNT_PARTED, "Учётная запись отвязана. Её результаты больше не учитываются."),
    "ignore": (ACCOUNT_IGNORED, "Больше не спросим: учётная запись не наша."),
    "leave": (ACCOUNT_LEFT, "Учётная запись снова сопоставляется по idnumber и почте."),
}


@blueprint.get("/")
def listing() -> str:
    viewer = the_viewer()
    with household().db.reading() as session:
        service = AccountService(session, viewer.deliveries_of)
        return render_template(
            "accounts.html",
            open_ones=service.open_ones(),
            conflicts=service.conflicts(),
            ignored=service.ignored(),
            decisions=MatchHistory(session).recent(viewer),
            titles=_titles(),
        )


@blueprint.post("/confirm")
def confirm() -> Response | tuple[str, int]:
    """A person says whose account it is; what waited for it goes through by itself."""
    viewer = _decider()
    form = request.form
    municipality = viewer.municipality or form.get("municipality", "")
    if municipality not in household().rulebook.municipalities():
        abort(404)
    text = form.get("number", "").strip()
    with household().db.writing() as session:
        account = _listed(session, viewer)
        named = RecordNames(session, municipality).called("staff", text)
        if len(named) == 1:
            told = _give(session, viewer, account, municipality, named[0])
    if not named:
        flash(f"Работника «{text}» нет. Проверьте табельный номер или фамилию.")
    elif len(named) > 1:
        return render_template(
            "account_choice.html", one=account, named=named, place=municipality, text=text
        ), 422
    else:
        nudge()
        flash(told)
    return _back()


@blueprint.post("/decide")
def decide() -> Response:
    """Takes an account from its person, passes it over, or leaves it to its names."""
    viewer = _decider()
    decision = request.form.get("decision", "")
    if decision not in SAID:
        abort(404)
    action, told = SAID[decision]
    with household().db.writing() as session:
        account = _listed(session, viewer)
        service = MatchingService(session, household().rulebook)
        steps: dict[str, Callable[[Key], Move]] = {
            "part": lambda key: service.part(key, now()),
            "ignore": lambda key: service.ignore(key, now()),
            "leave": lambda key: service.leave_to_moodle(key, now()),
        }
        move = steps[decision]((account.source, account.user_id))
        MatchHistory(session).note(viewer, action, [move], now())
    nudge()
    flash(told)
    return _back()


@blueprint.post("/merge")
def merge() -> Response:
    """Two records are of one person: the accounts of one become the other's."""
    viewer = _decider()
    municipality = viewer.municipality or request.form.get("municipality", "")
    into, text = request.form.get("into", ""), request.form.get("number", "").strip()
    if municipality not in household().rulebook.municipalities():
        abort(404)
    with household().db.writing() as session:
        named = RecordNames(session, municipality).called("staff", text)
        moves: Sequence[Move] = ()
        if len(named) == 1 and named[0][0] != into:
            service = MatchingService(session, household().rulebook)
            try:
                moves = service.merge(municipality, named[0][0], into, now())
            except UnknownThing:
                abort(404)
            if moves:
                MatchHistory(session).note(viewer, ACCOUNT_MERGED, moves, now())
    if moves:
        nudge()
        flash(f"Учётные записи работника {named[0][1]} перенесены: {len(moves)}.")
    elif len(named) == 1:
        flash("У этого работника нет учётных записей, которые можно перенести.")
    else:
        flash(f"Не найден один работник «{text}». Укажите его табельный номер.")
    return _back()


@blueprint.post("/take-back")
def take_back() -> Response:
    """Undoes a decision, as long as nothing was decided about its accounts since."""
    viewer = _decider()
    number = number_of(request.form.get("decision")) or 0
    try:
        with household().db.writing() as session:
            history = MatchHistory(session)
            decision = history.find(viewer, number)
            if decision is None:
                abort(404)
            service = MatchingService(session, household().rulebook)
            moves = service.take_back(decision.moves, now())
            history.note(viewer, ACCOUNT_RESTORED, moves, now())
    except (DecidedMeanwhile, UnknownThing):
        flash("Отменить нельзя: об этой учётной записи уже решили иначе.")
    else:
        nudge()
        flash("Решение отменено, всё как было до него.")
    return _back()


def _decider() -> Viewer:
    viewer = the_viewer()
    if not viewer.decides:
        abort(403)
    return viewer


def _listed(session: Session, viewer: Viewer) -> OpenAccount:
    """The account of the form. One that was never this viewer's to decide about is not there."""
    form = request.form
    service = AccountService(session, viewer.deliveries_of)
    account = service.find(form.get("source", ""), form.get("user_id", ""))
    if account is None:
        abort(404)
    return account


def _give(
    session: Session, viewer: Viewer, account: OpenAccount, municipality: str, to: Named
) -> str:
    service = MatchingService(session, household().rulebook)
    try:
        move = service.give((account.source, account.user_id), municipality, to[0], now())
    except NotOneOfThese:
        return "Этот источник не обслуживает выбранный муниципалитет."
    MatchHistory(session).note(viewer, ACCOUNT_CONFIRMED, [move], now())
    return "Соответствие подтверждено. Ожидавшие события будут обработаны."


def _titles() -> dict[str, str]:
    rulebook = household().rulebook
    return {code: rulebook.rules(code).title for code in rulebook.municipalities()}


def _back() -> Response:
    """To the page whose form it was."""
    return redirect(inside(request.form.get("next")) or url_for("accounts.listing"))
