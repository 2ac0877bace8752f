"""What the links in letters open: signing in once, and leaving letters that may be left.

A GET changes nothing: mail scanners follow every link of a letter before its reader does. The token
is the right to act, so these forms work without signing in.
"""

from flask import Blueprint, abort, g, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from connector.domain.preferences import Choice
from connector.services.access.letter_links import SignInLink, UnsubscribeLink
from connector.services.access.links import SESSION_TERM, LinkService
from connector.services.access.logins import SignedIn
from connector.services.access.looks import LETTERS_CHOSEN, SIGNED_IN_BY_LINK, LookService
from connector.services.access.signatures import LINK
from connector.services.access.visibility import Role, Viewer
from connector.services.notices.fresh_links import send_again
from connector.services.notices.post_offices import PostOffice, PostOffices
from connector.services.notices.preferences import PreferenceService
from connector.texts.letters import heading_of
from connector.web.addresses import inside
from connector.web.faults import answer
from connector.web.household import household, now, nudge

blueprint = Blueprint("links", __name__)

TORN = (
    "Ссылка из письма не читается: похоже, почтовая программа её оборвала. Откройте письмо ещё раз "
    "и нажмите на ссылку в нём или скопируйте её целиком. Если не поможет, войдите со своим "
    "именем и паролем."
)


@blueprint.get("/enter/<token>")
def look(token: str) -> str | tuple[str, int]:
    """Asks for the button; uses nothing up."""
    link = _sign_in_link(token)
    own = household()
    with own.db.reading() as database:
        if not LinkService(database, own.rulebook).is_good(link, token, now()):
            return render_template("link_over.html", token=token), 410
    return render_template("link_enter.html", token=token)


@blueprint.post("/enter/<token>")
def enter(token: str) -> Response | tuple[str, int]:
    link = _sign_in_link(token)
    own = household()
    with own.db.writing() as database:
        signed_in = LinkService(database, own.rulebook).use(link, token, now())
        if signed_in is not None:
            viewer = signed_in.viewer
            looks = LookService(database)
            looks.note(viewer, SIGNED_IN_BY_LINK, link.municipality, viewer.person, now())
    if signed_in is None:
        return render_template("link_over.html", token=token), 410
    _begin(signed_in)
    return redirect(inside(link.path) or url_for("entrance.home"))


@blueprint.post("/enter/<token>/again")
def again(token: str) -> str:
    """The answer is the same whatever came of it."""
    link = _sign_in_link(token)
    with household().db.writing() as database:
        office = _office(link.municipality)
        if office is not None:
            send_again(database, link, office.hours, now())
    nudge()
    return render_template("link_sent.html")


@blueprint.get("/unsubscribe/<token>")
def leaving(token: str) -> str:
    """What it would stop, and what it cannot."""
    return _leave_page(token)


@blueprint.post("/unsubscribe/<token>")
def leave(token: str) -> str:
    """Also by a mail program, with one click and no cookies (RFC 8058)."""
    _switch(_unsubscribe_link(token), Choice.OFF)
    return _leave_page(token)


@blueprint.post("/unsubscribe/<token>/undo")
def come_back(token: str) -> str:
    _switch(_unsubscribe_link(token), None)
    return _leave_page(token)


def _leave_page(token: str) -> str:
    link = _unsubscribe_link(token)
    with household().db.reading() as database:
        chosen = PreferenceService(database).chosen(link.municipality, link.recipient)
    words = household().rulebook.rules(link.municipality).letters if link.municipality else {}
    kinds = [
        (heading_of(kind, words) or kind, kind in chosen and chosen[kind].choice is Choice.OFF)
        for kind in link.kinds
    ]
    return render_template("unsubscribe.html", token=token, kinds=kinds)


def _switch(link: UnsubscribeLink, choice: Choice | None) -> None:
    office = _office(link.municipality)
    if office is None:
        abort(404)
    with household().db.writing() as database:
        PreferenceService(database).switch(
            link.municipality, link.recipient, link.kinds, choice, office.hours, now()
        )
        by_link = Viewer(f"{LINK}{link.recipient}", Role.TEACHER, link.municipality or None)
        detail = {"kinds": list(link.kinds), "choice": str(choice) if choice else None}
        LookService(database).note(
            by_link, LETTERS_CHOSEN, link.municipality or None, link.recipient[:60], now(), detail
        )


def _begin(signed_in: SignedIn) -> None:
    """A fresh session, and a short one: one that was planted before must not become signed in."""
    session.clear()
    session.permanent = True
    session["until"] = (now() + SESSION_TERM).timestamp()
    if signed_in.fingerprint:
        session["name"] = signed_in.viewer.actor
        session["fingerprint"] = signed_in.fingerprint
    else:
        session["linked"] = [signed_in.viewer.municipality, signed_in.viewer.person]


def _office(municipality: str) -> PostOffice | None:
    own = household()
    with own.db.reading() as database:
        return PostOffices(own.rulebook, own.settings).find(database, municipality, now())


def _sign_in_link(token: str) -> SignInLink:
    link = household().links.open_sign_in(token)
    if link is None or link.municipality not in household().rulebook.municipalities():
        abort(answer(404, TORN))
    g.municipality = None
    return link


def _unsubscribe_link(token: str) -> UnsubscribeLink:
    link = household().links.open_unsubscribe(token)
    known = household().rulebook.municipalities()
    if link is None or (link.municipality and link.municipality not in known):
        abort(answer(404, TORN))
    return link
