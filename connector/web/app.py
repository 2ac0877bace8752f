"""The web application: hooks, API, pages and what watches over the process."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask
from flask_wtf import CSRFProtect

from connector.bootstrap import Container
from connector.hooks.blueprint import create_blueprint
from connector.hooks.times import HookTimes
from connector.runtime.receive import Inbox
from connector.web import access, faults, frame, headers, household, status
from connector.web.api import register_api
from connector.web.pages import (
    accounts,
    actions,
    alarms,
    bursts,
    choices,
    connecting,
    courses,
    decisions,
    deliveries,
    drafts,
    effect,
    entrance,
    figures,
    frameworks,
    indicators,
    links,
    passports,
    people,
    post,
    ready_files,
    records,
    routes,
    rules,
    samples,
    snapshots,
    sources,
    stalls,
    stopped,
    trials,
    ways,
    webhooks,
    withdrawals,
)
from connector.web.session_keys import session_keys
from connector.web.signatures import register_signatures
from connector.web.words import register_words

FORM_BYTES = 64 << 10
SESSION_HOURS = 12


def create_app(
    container: Container,
    arrived: Callable[[], None] = lambda: None,
    works: Callable[[], bool] = lambda: True,
    inbox: Inbox | None = None,
    times: HookTimes | None = None,
) -> Flask:
    """The application over one container.

    arrived: called after each commit that made work; must return at once. works: whether the work
    loops of this process are alive, where it runs them itself; /readyz asks. inbox: behind the
    hooks; whoever gives one writes its counts down from time to time. times: told by /metrics, and
    shared with the quick door where there is one.
    """
    app = Flask("connector.web")
    app.extensions[household.KEY] = container
    app.extensions[household.ARRIVED] = arrived
    _configure(app, container)
    # Registered first: nothing runs before the gate, not even the check of a form.
    app.before_request(access.gate)
    csrf = CSRFProtect(app)
    inbox = inbox or Inbox(container.db, container.box, container.clock, arrived)
    times = times or HookTimes()
    hooks = create_blueprint(inbox, container.clock, times)
    csrf.exempt(hooks)
    app.register_blueprint(hooks)
    app.register_blueprint(status.create_blueprint(container, works, times))
    csrf.exempt(register_api(app))
    # A mail program has no cookies; the token in the address is the right to do it (RFC 8058).
    csrf.exempt(links.leave)
    csrf.exempt(links.come_back)
    for pages in (
        entrance,
        links,
        choices,
        stopped,
        figures,
        indicators,
        passports,
        effect,
        snapshots,
        withdrawals,
        records,
        decisions,
        drafts,
        routes,
        people,
        stalls,
        post,
        bursts,
        samples,
        deliveries,
        sources,
        connecting,
        ready_files,
        accounts,
        alarms,
        actions,
        courses,
        frameworks,
        rules,
        trials,
        webhooks,
        ways,
    ):
        app.register_blueprint(pages.blueprint)
    frame.register(app)
    register_words(app)
    register_signatures(app)
    headers.register(app)
    faults.register(app)
    return app


def _configure(app: Flask, container: Container) -> None:
    newest, *former = session_keys(container.config)
    is_https = urlsplit(container.config.public_url).scheme == "https"
    app.config.update(
        SECRET_KEY=newest,
        SECRET_KEY_FALLBACKS=former,
        SESSION_COOKIE_NAME="connector",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # On http://127.0.0.1 a Secure cookie would never come back, and nobody could sign in.
        SESSION_COOKIE_SECURE=is_https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=SESSION_HOURS),
        # Forms only; the hooks read their bodies themselves, with limits of their own.
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        WTF_CSRF_TIME_LIMIT=None,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
