"""Connecting a Moodle: choose a sender, paste what it needs, test, wait for the first event."""

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.domain.signals import Dialect
from connector.errors import UnknownThing
from connector.moodle.findings import has_failed
from connector.runtime.check_source import acting_functions, check_source
from connector.services.access.looks import SECRET_ROTATED, SOURCE_ADDED, SOURCE_CHANGED
from connector.services.imports.mapping import automatic_matches
from connector.services.sources.addresses import BadAddress, moodle_address
from connector.services.sources.identity import IdentityService
from connector.services.sources.source_checks import SourceCheckService
from connector.services.sources.sources import (
    BadSource,
    SourceDetails,
    SourceService,
    code_fault,
)
from connector.web.connecting_view import arrivals, view_of
from connector.web.household import household, now, nudge
from connector.web.noting import note
from connector.web.numbers import number_of
from connector.web.sender_words import SENDERS

blueprint = Blueprint("connecting", __name__, url_prefix="/sources")

LONGEST_TOKEN = 200
TURN_SECONDS = 5
MOST_TURNS = 120
"""The page that waits looks again so often; then its reader has gone home."""


@blueprint.get("/new")
def new() -> str:
    return _form({}, {})


@blueprint.post("/new")
def add() -> Response | tuple[str, int]:
    """Makes the source and leads to its page; faults come back beside their fields."""
    form = request.form
    wrong: dict[str, str] = {}
    url, token = form.get("url", "").strip(), form.get("rest_token", "").strip()
    dialect = form.get("dialect", "")
    if dialect not in {str(one) for one in Dialect}:
        wrong["dialect"] = "Выберите, кто будет сообщать о событиях."
    code = form.get("code", "").strip().lower()
    fault = code_fault(code)
    if fault is not None:
        wrong["code"] = fault
    _check_access(url, token, wrong)
    known = household().rulebook.municipalities()
    chosen = tuple(code for code in form.getlist("municipalities") if code in known)
    if not chosen:
        wrong["municipalities"] = "Отметьте хотя бы один муниципалитет."
    if wrong:
        return _form(form, wrong), 422
    try:
        with household().db.writing() as session:
            source = SourceService(session, household().box).add(
                code,
                Dialect(dialect),
                chosen,
                now(),
                url or None,
                token or None,
            )
    except BadSource as err:
        return _form(form, {err.field: str(err)}), 422
    note(SOURCE_ADDED, None, None, {"source": source.code})
    flash(f"Источник «{source.code}» заведён. Теперь настройте Moodle по шагам ниже.")
    return redirect(url_for("connecting.connect", code=source.code))


@blueprint.get("/<code>/connect")
def connect(code: str) -> str:
    """What to paste where, with this sender's traps, and how far the connection is."""
    return _page(code, {})


@blueprint.get("/<code>/wait")
def wait(code: str) -> str:
    """Looks again by itself until the first event has come; without a script."""
    source = _source(code)
    with household().db.reading() as session:
        found = arrivals(session, source, now().date())
    turn = number_of(request.args.get("turn")) or 1
    waits_on = found.first_event_at is None and turn < MOST_TURNS
    return render_template(
        "connecting_wait.html",
        source=source,
        arrivals=found,
        next=url_for("connecting.wait", code=code, turn=turn + 1) if waits_on else None,
        seconds=TURN_SECONDS,
    )


@blueprint.post("/<code>/test")
def test(code: str) -> Response:
    """Asks the Moodle some thirty questions; the page shows what was found until the next time."""
    findings = check_source(household(), _source(code))
    if findings is None:
        flash("Проверять нечего: сначала впишите адрес Moodle и ключ веб-службы.")
    elif has_failed(findings):
        flash("Проверено. Что исправить, сказано в разделе «Проверка».")
    else:
        flash("Проверено: доступ к Moodle есть.")
    return redirect(url_for("connecting.connect", code=code, _anchor="tested"))


@blueprint.post("/<code>/access")
def set_access(code: str) -> Response | tuple[str, int]:
    """The Moodle's address and token; an empty token leaves the one that is held."""
    source = _source(code)
    url = request.form.get("url", "").strip()
    token = request.form.get("rest_token", "").strip() or source.rest_token or ""
    wrong: dict[str, str] = {}
    _check_access(url, token, wrong)
    if not url:
        wrong.setdefault("url", "Впишите адрес Moodle.")
    if wrong:
        return _page(code, wrong), 422
    with household().db.writing() as session:
        SourceService(session, household().box).connect(code, url, token)
        SourceCheckService(session).forget(code)
    note(SOURCE_CHANGED, None, None, {"source": code, "what": "access"})
    flash("Записано. Нажмите «Проверить».")
    return redirect(url_for("connecting.connect", code=code, _anchor="tested"))


@blueprint.post("/<code>/municipalities")
def serve(code: str) -> Response | tuple[str, int]:
    """Whose people this Moodle's accounts may be; accounts of whoever came in are matched."""
    _source(code)
    known = household().rulebook.municipalities()
    chosen = [one for one in request.form.getlist("municipalities") if one in known]
    try:
        with household().db.writing() as session:
            came_in = SourceService(session, household().box).serve(code, chosen)
            identity = IdentityService(session, automatic_matches(household().rulebook))
            for municipality in sorted(came_in):
                identity.rematch(municipality, now())
    except BadSource as err:
        return _page(code, {err.field: str(err)}), 422
    note(SOURCE_CHANGED, None, None, {"source": code, "what": "municipalities"})
    nudge()
    flash("Муниципалитеты записаны.")
    return redirect(url_for("connecting.connect", code=code))


@blueprint.post("/<code>/rotate")
def rotate(code: str) -> Response | tuple[str, int]:
    """A new secret beside the one in use; confirmed, because a second rotation ends that one."""
    _source(code)
    if request.form.get("sure") != "yes":
        return _page(code, {"sure": "Отметьте, что понимаете, что будет с прежним секретом."}), 422
    with household().db.writing() as session:
        SourceService(session, household().box).rotate(code, now())
    note(SECRET_ROTATED, None, None, {"source": code})
    flash("Новый секрет готов и виден на этой странице сутки. Вставьте его в Moodle.")
    return redirect(url_for("connecting.connect", code=code))


def _form(typed: Mapping[str, str], wrong: Mapping[str, str]) -> str:
    getlist = getattr(typed, "getlist", None)
    return render_template(
        "connecting_new.html",
        senders=SENDERS,
        towns=_towns(),
        typed=typed,
        # The token is not shown again: a page lies open longer than its reader sits there.
        chosen=getlist("municipalities") if getlist else [],
        wrong=wrong,
    )


def _page(code: str, wrong: Mapping[str, str]) -> str:
    source = _source(code)
    with household().db.reading() as session:
        acting = acting_functions(household().rulebook, source)
        seen = view_of(session, source, household().config.public_url, now(), acting)
    return render_template("connecting.html", seen=seen, source=source, towns=_towns(), wrong=wrong)


def _source(code: str) -> SourceDetails:
    try:
        with household().db.reading() as session:
            return SourceService(session, household().box).get(code)
    except UnknownThing:
        abort(404)


def _towns() -> list[tuple[str, str]]:
    rulebook = household().rulebook
    return [(code, rulebook.rules(code).title) for code in rulebook.municipalities()]


def _check_access(url: str, token: str, wrong: dict[str, str]) -> None:
    if url:
        try:
            moodle_address(url)
        except BadAddress as err:
            wrong["url"] = str(err)
    elif token:
        wrong["url"] = "К ключу нужен и адрес Moodle."
    if len(token) > LONGEST_TOKEN or not token.isascii() or any(c.isspace() for c in token):
        wrong["rest_token"] = "Ключ веб-службы — 32 знака без пробелов: латинские буквы и цифры."
