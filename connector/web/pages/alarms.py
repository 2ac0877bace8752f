"""Alarms: what is amiss, since when, what to do, and who looks after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.domain.alarms import AlarmKind
from connector.errors import UnknownThing
from connector.models import AlarmEpisode
from connector.services.access.looks import ALARM_ACKNOWLEDGED, ALARM_SNOOZED
from connector.services.alarms.lists import AlarmLists
from connector.services.alarms.telling import told_params
from connector.services.notices.addresses import administrators
from connector.texts.letters import Section, Told, section_of
from connector.texts.words import day
from connector.web.access import the_viewer
from connector.web.household import household, now
from connector.web.noting import note
from connector.web.numbers import number_of

blueprint = Blueprint("alarms", __name__, url_prefix="/alarms")

LONGEST = timedelta(days=366)
_MENDED_AT = {
    AlarmKind.EVENTS_MISSED: ("sources.listing", "Источники"),
    AlarmKind.RECONCILIATION_BEHIND: ("sources.listing", "Источники"),
    AlarmKind.DELIVERIES_PARKED: ("accounts.listing", "Учётные записи"),
    AlarmKind.RULE_FAULTY: ("rules.listing", "Правила"),
}
"""Pages on which there is more to be seen or done, by kind."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One alarm on the page; the words are those of the letter."""

    row: AlarmEpisode
    words: Section
    page: tuple[str, str] | None


@blueprint.get("/")
def listing() -> str:
    viewer = the_viewer()
    with household().db.reading() as session:
        lists = AlarmLists(session, viewer.deliveries_of)
        open_ones, ended = lists.open_ones(), lists.ended()
        told = administrators(session, household().rulebook.municipalities())
    order = list(AlarmKind)
    return render_template(
        "alarms.html",
        alarms=sorted((_shown(row) for row in open_ones), key=lambda s: order.index(_kind(s))),
        ended=[_shown(row) for row in ended],
        is_told=bool(told),
        tomorrow=(_today() + timedelta(days=1)).isoformat(),
    )


@blueprint.post("/")
def decide() -> Response:
    """Somebody looks after it, or wants to be reminded of it on a day."""
    viewer, form = the_viewer(), request.form
    alarm, decision = number_of(form.get("alarm")), form.get("decision")
    if alarm is None or decision not in ("known", "remind"):
        abort(400)
    until = _day(form.get("until", ""))
    if decision == "remind" and until is None:
        flash("Укажите день, когда напомнить: не раньше завтрашнего и не позже чем через год.")
        return redirect(url_for("alarms.listing"))
    try:
        with household().db.writing() as session:
            lists = AlarmLists(session, viewer.deliveries_of)
            if decision == "remind" and until is not None:
                row = lists.snooze(alarm, viewer.actor, _begins(until), now())
            else:
                row = lists.acknowledge(alarm, viewer.actor, now())
            key = row.key
    except UnknownThing:
        flash("Эта неполадка уже устранена.")
        return redirect(url_for("alarms.listing"))
    action = ALARM_ACKNOWLEDGED if decision == "known" else ALARM_SNOOZED
    note(action, viewer.municipality, None, {"alarm": key})
    if decision == "known":
        flash("Отмечено: этой неполадкой занимаетесь Вы.")
    else:
        flash(f"Напомним {day(until)}, если к этому дню она не будет устранена.")
    return redirect(url_for("alarms.listing"))


def _shown(row: AlarmEpisode) -> Shown:
    kind = AlarmKind(row.kind)
    params = told_params(row, _zone(row.municipalities), now())
    words = section_of(Told(f"alarm_{kind}", "administrator", params))
    return Shown(row, words, _MENDED_AT.get(kind))


def _kind(shown: Shown) -> AlarmKind:
    return AlarmKind(shown.row.kind)


def _day(text: str) -> date | None:
    try:
        until = date.fromisoformat(text)
    except ValueError:
        return None
    return until if _today() < until <= _today() + LONGEST else None


def _begins(until: date) -> datetime:
    return datetime.combine(until, time(), _zone(())).astimezone(UTC)


def _today() -> date:
    return now().astimezone(_zone(())).date()


def _zone(municipalities: Sequence[str]) -> tzinfo:
    """Of the first of them, of the viewer's own, or of the first there is."""
    rulebook = household().rulebook
    own = the_viewer().municipality
    known = rulebook.municipalities()
    for code in (*municipalities, *([own] if own else []), *known):
        if code in known:
            return rulebook.rules(code).zone
    return UTC
