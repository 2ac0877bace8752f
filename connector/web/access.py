"""Every route with its authentication decision, and the gate that enforces it.

The table is the whole truth: an endpoint that is not in it is refused, so a new page that nobody
thought about stays shut. A route with `<municipality>` in its path is entered only by viewers of
that municipality; what they see of its people is decided in connector.services.access.visibility.
"""

from collections.abc import Mapping
from enum import StrEnum

from flask import abort, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from connector.services.access.links import LinkService
from connector.services.access.logins import LoginService, TokenService
from connector.services.access.visibility import Viewer
from connector.services.routes.file_types import MOST_BYTES
from connector.web.faults import answer
from connector.web.household import household


class Access(StrEnum):
    """Who may call a route at all."""

    OPEN = "anybody"
    SENDER = "a sender; the hooks check signatures and tokens themselves"
    PAGE = "a person who signed in"
    PAGE_DELIVERIES = "a person who signed in and may see deliveries"
    PAGE_RECORDS = "a person who signed in and may enter records"
    PAGE_INSTALLATION = "the administrator of the installation, signed in"
    TOKEN = "a bearer token"
    TOKEN_DELIVERIES = "a bearer token that may see deliveries"


ROUTES: Mapping[str, Access] = {
    "static": Access.OPEN,
    "hooks.post": Access.SENDER,
    "hooks.post_statements": Access.SENDER,
    "status.healthz": Access.OPEN,
    "status.readyz": Access.OPEN,
    # Counts without names; the shipped nginx configuration keeps it inside.
    "status.metrics": Access.OPEN,
    "entrance.login": Access.OPEN,
    "entrance.enter": Access.OPEN,
    "entrance.logout": Access.OPEN,
    "entrance.home": Access.PAGE,
    # The link of a letter is the right to follow it; what it signs in as is decided at its POST.
    "links.look": Access.OPEN,
    "links.enter": Access.OPEN,
    "links.again": Access.OPEN,
    "links.leaving": Access.OPEN,
    "links.leave": Access.OPEN,
    "links.come_back": Access.OPEN,
    "choices.own": Access.PAGE,
    "choices.save": Access.PAGE,
    "choices.person": Access.PAGE,
    "stopped.listing": Access.PAGE_RECORDS,
    "stopped.try_again": Access.PAGE_RECORDS,
    "figures.overview": Access.PAGE,
    "indicators.details": Access.PAGE,
    "indicators.export": Access.PAGE,
    "snapshots.listing": Access.PAGE,
    "snapshots.take": Access.PAGE_RECORDS,
    "snapshots.details": Access.PAGE,
    "snapshots.changed": Access.PAGE,
    "passports.listing": Access.PAGE,
    "effect.overview": Access.PAGE,
    "passports.passport": Access.PAGE,
    "people.listing": Access.PAGE,
    "people.profile": Access.PAGE,
    "people.routes": Access.PAGE,
    "routes.details": Access.PAGE,
    "routes.waiting": Access.PAGE,
    "routes.ask": Access.PAGE,
    "routes.take_back": Access.PAGE,
    "routes.decide": Access.PAGE,
    "routes.upload": Access.PAGE,
    "routes.review": Access.PAGE,
    "routes.file": Access.PAGE,
    "drafts.listing": Access.PAGE,
    "drafts.details": Access.PAGE,
    "drafts.approve": Access.PAGE,
    "drafts.save": Access.PAGE,
    "drafts.dismiss": Access.PAGE,
    "drafts.again": Access.PAGE,
    "stalls.board": Access.PAGE,
    "stalls.answer": Access.PAGE,
    "post.letters": Access.PAGE,
    "post.letter": Access.PAGE,
    "post.letter_body": Access.PAGE,
    "post.notices": Access.PAGE,
    "bursts.listing": Access.PAGE_RECORDS,
    "bursts.words": Access.PAGE_RECORDS,
    "bursts.body": Access.PAGE_RECORDS,
    "bursts.decide": Access.PAGE_RECORDS,
    "samples.listing": Access.PAGE_RECORDS,
    "samples.details": Access.PAGE_RECORDS,
    "samples.body": Access.PAGE_RECORDS,
    "samples.send": Access.PAGE_RECORDS,
    "decisions.listing": Access.PAGE,
    "decisions.details": Access.PAGE,
    "decisions.done": Access.PAGE,
    "records.index": Access.PAGE_RECORDS,
    "records.listing": Access.PAGE_RECORDS,
    "records.new": Access.PAGE_RECORDS,
    "records.row": Access.PAGE_RECORDS,
    "records.save": Access.PAGE_RECORDS,
    "records.done": Access.PAGE_RECORDS,
    "records.take_back": Access.PAGE_RECORDS,
    "records.removed": Access.PAGE_RECORDS,
    "deliveries.listing": Access.PAGE_DELIVERIES,
    "deliveries.details": Access.PAGE_DELIVERIES,
    "deliveries.replay": Access.PAGE_DELIVERIES,
    "rules.listing": Access.PAGE_DELIVERIES,
    "trials.ask": Access.PAGE_DELIVERIES,
    "trials.look": Access.PAGE_DELIVERIES,
    "trials.check": Access.PAGE_DELIVERIES,
    "sources.listing": Access.PAGE_DELIVERIES,
    "alarms.listing": Access.PAGE_DELIVERIES,
    "alarms.decide": Access.PAGE_DELIVERIES,
    "connecting.new": Access.PAGE_INSTALLATION,
    "connecting.add": Access.PAGE_INSTALLATION,
    "connecting.connect": Access.PAGE_INSTALLATION,
    "connecting.wait": Access.PAGE_INSTALLATION,
    "connecting.test": Access.PAGE_INSTALLATION,
    "connecting.set_access": Access.PAGE_INSTALLATION,
    "connecting.serve": Access.PAGE_INSTALLATION,
    "connecting.rotate": Access.PAGE_INSTALLATION,
    "ready_files.plugin": Access.PAGE_INSTALLATION,
    "ready_files.role": Access.PAGE_INSTALLATION,
    "ready_files.settings": Access.PAGE_INSTALLATION,
    "ready_files.workflows": Access.PAGE_INSTALLATION,
    "frameworks.choose": Access.PAGE_RECORDS,
    "frameworks.look": Access.PAGE_RECORDS,
    "frameworks.take": Access.PAGE_RECORDS,
    "actions.listing": Access.PAGE_DELIVERIES,
    "actions.retry": Access.PAGE_DELIVERIES,
    "accounts.listing": Access.PAGE_DELIVERIES,
    "accounts.confirm": Access.PAGE_DELIVERIES,
    "accounts.decide": Access.PAGE_DELIVERIES,
    "accounts.merge": Access.PAGE_DELIVERIES,
    "accounts.take_back": Access.PAGE_DELIVERIES,
    "ways.mine": Access.PAGE,
    "ways.change": Access.PAGE,
    "webhooks.listing": Access.PAGE_INSTALLATION,
    "webhooks.add": Access.PAGE_INSTALLATION,
    "webhooks.details": Access.PAGE_INSTALLATION,
    "webhooks.change": Access.PAGE_INSTALLATION,
    "courses.listing": Access.PAGE_RECORDS,
    "courses.choose": Access.PAGE_RECORDS,
    "courses.adopt": Access.PAGE_RECORDS,
    "courses.put_aside": Access.PAGE_RECORDS,
    "courses.take_back": Access.PAGE_RECORDS,
    "courses.export": Access.PAGE_RECORDS,
    "withdrawals.listing": Access.PAGE_RECORDS,
    "withdrawals.decide": Access.PAGE_RECORDS,
    "withdrawals.take_back": Access.PAGE_RECORDS,
    "api-docs.openapi_json": Access.OPEN,
    "api.indicators": Access.TOKEN,
    "api.subjects": Access.TOKEN,
    "api.staff": Access.TOKEN,
    "api.routes": Access.TOKEN,
    "api.notices": Access.TOKEN,
    "api.events": Access.TOKEN,
    "api.deliveries": Access.TOKEN_DELIVERIES,
    "api.delivery": Access.TOKEN_DELIVERIES,
}

UPLOADS = frozenset({"routes.upload"})
FORM_BYTES = 1 << 20
UPLOAD_BYTES = MOST_BYTES + (64 << 10)
"""A file with the fields beside it."""
TOO_LARGE = (
    f"Файл больше {MOST_BYTES >> 20} МБ. Уменьшите снимок или отсканируйте документ заново и "
    "приложите ещё раз."
)

_BY_TOKEN = (Access.TOKEN, Access.TOKEN_DELIVERIES)
_DELIVERIES = (Access.PAGE_DELIVERIES, Access.TOKEN_DELIVERIES)


def gate() -> Response | None:
    """Runs before every request: lets it pass, sends it to the log-in, or ends it."""
    if request.endpoint is None:
        return None
    access = ROUTES.get(request.endpoint)
    if access is None:
        abort(403)
    if access is Access.SENDER:
        return None
    if (request.content_length or 0) > (
        UPLOAD_BYTES if request.endpoint in UPLOADS else FORM_BYTES
    ):
        # Told before anything of it is read; the check of a form would read it whole.
        return answer(413, TOO_LARGE if request.endpoint in UPLOADS else None)
    if _has_nul():
        abort(400)
    if access is Access.OPEN:
        return None
    viewer = _by_token() if access in _BY_TOKEN else _by_session()
    if viewer is None:
        if access in _BY_TOKEN:
            abort(401)
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("entrance.login", next=wanted))
    g.viewer = viewer
    if access in _DELIVERIES and not viewer.sees_deliveries:
        abort(403)
    if access is Access.PAGE_RECORDS and not viewer.enters_records:
        abort(403)
    if access is Access.PAGE_INSTALLATION and not viewer.administers:
        abort(403)
    municipality = (request.view_args or {}).get("municipality")
    if municipality is not None:
        if municipality not in household().rulebook.municipalities():
            abort(404)
        if not viewer.may_enter(municipality):
            abort(403)
    return None


def _has_nul() -> bool:
    """PostgreSQL takes no NUL in any text; nobody who means well sends one."""
    fields = [*request.args.values(), *request.form.values()]
    return any("\x00" in text for text in (request.path, *fields))


def the_viewer() -> Viewer:
    """Whoever the gate let in."""
    viewer: Viewer = g.viewer
    return viewer


def _by_token() -> Viewer | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not token.strip():
        return None
    with household().db.reading() as database:
        return TokenService(database).find(token.strip())


def _by_session() -> Viewer | None:
    until = session.get("until")
    if isinstance(until, float) and household().clock.now().timestamp() > until:
        # Begun by a letter's link, and over sooner than others.
        session.clear()
        return None
    name, fingerprint = session.get("name"), session.get("fingerprint")
    with household().db.reading() as database:
        match session.get("linked"):
            case [str(municipality), str(number)]:
                links = LinkService(database, household().rulebook)
                return links.viewer_of_person(municipality, number, household().clock.now())
        if not isinstance(name, str) or not isinstance(fingerprint, str):
            return None
        return LoginService(database).find(name, fingerprint)
