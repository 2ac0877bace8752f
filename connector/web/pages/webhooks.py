"""Webhooks of other systems: who hears of what, what was delivered and what was not."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.channels.webhook import WebhookPost
from connector.models.webhook import CALL_STATES
from connector.services.access.looks import WEBHOOK_CHANGED
from connector.services.webhooks.calls import WebhookCallService
from connector.services.webhooks.subscriptions import (
    CHOICES,
    BadWebhook,
    WebhookDetails,
    WebhookService,
)
from connector.services.webhooks.trying import try_webhook
from connector.web.access import the_viewer
from connector.web.household import household, now
from connector.web.noting import note
from connector.web.numbers import LARGEST
from connector.web.webhook_words import told

PAGE = 50
BY_PERSON = "person"
_STATES = {"waiting": "ждут", "delivered": "доставлены", "failed": "не доставлены"}
assert set(_STATES) == set(CALL_STATES)

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")


@blueprint.get("/")
def listing() -> str:
    with household().db.reading() as session:
        found = WebhookService(session, household().box).all()
        counts = WebhookCallService(session).counts()
    return render_template(
        "webhooks.html", webhooks=found, counts=counts, titles=_titles(), choices=CHOICES, given={}
    )


@blueprint.post("/")
def add() -> str | Response:
    """The secret is shown on the answer itself, once; it is in no address and no session."""
    form = request.form
    code = form.get("municipality", "") or None
    if code is not None and code not in household().rulebook.municipalities():
        abort(404)
    try:
        with household().db.writing() as session:
            made = WebhookService(session, household().box).add(
                _post(),
                form.get("url", "").strip(),
                form.getlist("type"),
                code,
                the_viewer().actor,
                now(),
            )
    except BadWebhook as err:
        flash(str(err))
        with household().db.reading() as session:
            found = WebhookService(session, household().box).all()
            counts = WebhookCallService(session).counts()
        given = {"url": form.get("url", ""), "types": form.getlist("type"), "municipality": code}
        return render_template(
            "webhooks.html",
            webhooks=found,
            counts=counts,
            titles=_titles(),
            choices=CHOICES,
            given=given,
        )
    note(WEBHOOK_CHANGED, code, None, {"webhook": made.id, "what": "added"})
    return render_template("webhook_secret.html", webhook=made, secret=made.secrets[0], is_new=True)


@blueprint.get("/<int:number>")
def details(number: int) -> str:
    state = request.args.get("state")
    before = request.args.get("before", type=int)
    if state not in (None, *CALL_STATES) or not 0 < (before or 1) <= LARGEST:
        abort(404)
    with household().db.reading() as session:
        webhook = WebhookService(session, household().box).get(_number(number))
        calls = WebhookCallService(session).lines(number, state, before, PAGE + 1)
        counts = WebhookCallService(session).counts().get(number, {})
    return render_template(
        "webhook.html",
        webhook=webhook,
        calls=calls[:PAGE],
        older=calls[PAGE - 1].id if len(calls) > PAGE else None,
        counts=counts,
        states=_STATES,
        state=state,
        titles=_titles(),
        told=told,
    )


@blueprint.post("/<int:number>")
def change(number: int) -> str | Response:
    """do: test, rotate, disable, enable; resend: one call, or all of some days."""
    do = request.form.get("do")
    with household().db.reading() as session:
        webhook = WebhookService(session, household().box).get(_number(number))
    match do:
        case "test":
            outcome = try_webhook(_post(), webhook, now())
            flash(f"Пробное событие. {told(outcome.status, outcome.error)}")
        case "rotate":
            with household().db.writing() as session:
                secret = WebhookService(session, household().box).rotate(number)
            note(WEBHOOK_CHANGED, webhook.municipality, None, {"webhook": number, "what": do})
            return render_template(
                "webhook_secret.html", webhook=webhook, secret=secret, is_new=False
            )
        case "disable" | "enable":
            _switch(number, do == "enable")
            note(WEBHOOK_CHANGED, webhook.municipality, None, {"webhook": number, "what": do})
        case "resend":
            _resend(webhook)
        case _:
            abort(400)
    return redirect(url_for("webhooks.details", number=number))


def _switch(number: int, on: bool) -> None:
    with household().db.writing() as session:
        service = WebhookService(session, household().box)
        if on:
            service.enable(number)
        else:
            service.disable(number, BY_PERSON, now())
    flash("Вебхук включён." if on else "Вебхук выключен: события ему больше не отправляются.")


def _resend(webhook: WebhookDetails) -> None:
    form = request.form
    call = form.get("call", type=int)
    if call is not None:
        if not 0 < call <= LARGEST:
            abort(404)
        with household().db.writing() as session:
            if not WebhookCallService(session).send_again(webhook.id, call, now()):
                abort(404)
        flash("Событие будет отправлено ещё раз.")
        return
    try:
        first = date.fromisoformat(form.get("first", ""))
        last = date.fromisoformat(form.get("last", ""))
    except ValueError:
        flash("Укажите оба дня.")
        return
    with household().db.writing() as session:
        count = WebhookCallService(session).send_period(webhook.id, first, last, now())
    flash(f"Будет отправлено событий: {count}.")


def _number(number: int) -> int:
    if number > LARGEST:
        abort(404)
    return number


def _post() -> WebhookPost:
    return WebhookPost(household().config.allow_private)


def _titles() -> dict[str, str]:
    rulebook = household().rulebook
    return {code: rulebook.rules(code).title for code in rulebook.municipalities()}
