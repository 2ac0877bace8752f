"""Results of past years that Moodle withdrew: whoever looks after them says whether they count."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.services.access.looks import (
    WITHDRAWAL_AGREED,
    WITHDRAWAL_REFUSED,
    WITHDRAWAL_TAKEN_BACK,
    LookService,
)
from connector.services.folding.withdrawal_effects import Effect, effects
from connector.services.folding.withdrawals import Waiting, WithdrawalService, title_of
from connector.web.access import the_viewer
from connector.web.household import household, now, nudge, today
from connector.web.numbers import number_of

blueprint = Blueprint("withdrawals", __name__, url_prefix="/m/<municipality>/withdrawals")

LONGEST = 300


@dataclass(frozen=True, slots=True)
class Group:
    """What was withdrawn of one course or quiz. effects None: too many people to rehearse it."""

    title: str
    source: str
    object_ref: str
    ones: Sequence[Waiting]
    effects: Sequence[Effect] | None

    @property
    def people(self) -> int:
        return len({one.number for one in self.ones})


@blueprint.get("/")
def listing(municipality: str) -> str:
    own, day = household(), today(municipality)
    with own.db.reading() as session:
        service = WithdrawalService(session, own.rulebook, municipality)
        setting = own.settings.get(session, municipality, day)
        groups = [
            Group(
                ones[0].title or ref,
                source,
                ref,
                ones,
                effects(session, own.rulebook, setting, ones, day),
            )
            for (source, ref), found in groupby(
                service.waiting(), key=lambda one: (one.withdrawn.fact.source, one.object_ref)
            )
            if (ones := list(found))
        ]
        return render_template(
            "withdrawals.html", groups=groups, decided=service.decided(), title_of=title_of
        )


@blueprint.post("/")
def decide(municipality: str) -> Response:
    """Answers the chosen ones alike."""
    viewer, form = the_viewer(), request.form
    answer, reason = form.get("answer"), form.get("reason", "").strip()[:LONGEST]
    tokens = set(form.getlist("one"))
    if answer not in ("yes", "no"):
        abort(404)
    back = redirect(url_for("withdrawals.listing", municipality=municipality))
    if not reason or not tokens:
        flash("Не записано: отметьте хотя бы одного человека и напишите, почему так решили.")
        return back
    with household().db.writing() as session:
        service = WithdrawalService(session, household().rulebook, municipality)
        count = service.decide(tokens, answer == "yes", reason, viewer.actor, now())
        if count:
            action = WITHDRAWAL_AGREED if answer == "yes" else WITHDRAWAL_REFUSED
            detail = {"by": "page", "count": count, "reason": reason}
            LookService(session).note(viewer, action, municipality, None, now(), detail)
    nudge()
    if not count:
        flash("Об этом уже решили, или Moodle тем временем сообщил другое.")
    elif answer == "yes":
        flash(f"Отмена учтена: {count}. Показатели пересчитываются.")
    else:
        flash(f"Результаты остаются: {count}. О той же отмене больше не спросим.")
    return back


@blueprint.post("/take-back")
def take_back(municipality: str) -> Response:
    viewer = the_viewer()
    number = number_of(request.form.get("decision")) or 0
    with household().db.writing() as session:
        service = WithdrawalService(session, household().rulebook, municipality)
        if not service.take_back(number, viewer.actor, now()):
            abort(404)
        detail = {"by": "page", "decision": number}
        LookService(session).note(viewer, WITHDRAWAL_TAKEN_BACK, municipality, None, now(), detail)
    nudge()
    flash("Решение отменено: результат снова учитывается и ждёт вашего ответа.")
    return redirect(url_for("withdrawals.listing", municipality=municipality))
