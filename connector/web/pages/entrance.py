"""Signing in and out, and the way to one's municipality."""

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from connector.services.access.logins import sign_in
from connector.services.access.visibility import Role
from connector.web.access import the_viewer
from connector.web.addresses import inside
from connector.web.household import household, now

blueprint = Blueprint("entrance", __name__)


@blueprint.get("/login")
def login() -> str:
    return render_template("login.html", next=inside(request.args.get("next")), failed=False)


@blueprint.post("/login")
def enter() -> Response | tuple[str, int]:
    name = request.form.get("name", "").strip()
    target = inside(request.form.get("next"))
    signed_in = sign_in(household().db, name, request.form.get("password", ""), now())
    if signed_in is None:
        return render_template("login.html", next=target, name=name, failed=True), 401
    # A fresh session: one that was planted before the log-in must not become a signed-in one.
    session.clear()
    session.permanent = True
    session["name"] = signed_in.viewer.actor
    session["fingerprint"] = signed_in.fingerprint
    return redirect(target or url_for("entrance.home"))


@blueprint.post("/logout")
def logout() -> Response:
    session.clear()
    return redirect(url_for("entrance.login"))


@blueprint.get("/")
def home() -> Response | str:
    """To the viewer's municipality; whoever has several chooses. A teacher comes for the own
    profile, not for everybody's figures."""
    rulebook = household().rulebook
    viewer = the_viewer()
    known = [code for code in rulebook.municipalities() if viewer.may_enter(code)]
    if len(known) == 1 and viewer.role is Role.TEACHER and viewer.person is not None:
        return redirect(url_for("people.profile", municipality=known[0], number=viewer.person))
    if len(known) == 1:
        return redirect(url_for("figures.overview", municipality=known[0]))
    titles = [(code, rulebook.rules(code).title) for code in known]
    g.municipality = None
    return render_template("home.html", municipalities=titles)
