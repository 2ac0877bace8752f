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
    AlarmKind.WEBHOOK_FAILING: ("webhooks.listing", "Вебхуки"),
}
"""Pages on which there is more to be seen or done, by kind."""
_CONNECTED = {
    AlarmKind.MOODLE_DOWN, AlarmKind.TOKEN_FAILING, AlarmKind.FUNCTION_MISSING,
    AlarmKind.SOURCE_SILENT,
}  # fmt: skip
"""Kinds that are looked into where the source was connected, by those who may."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One alarm on the page; the words are those of the letter. Moments are told by the clock of
    its municipality. page: where more is to be seen or done, and its name."""

    row: AlarmEpisode
    words: Section
    page: tuple[str, str] | None
    zone: tzinfo

    def at(self, instant: datetime) -> str:
        return instant.astimezone(self.zone).strftime("%d.%m.%Y %H:%M")


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
            row = lists.acknowledge(alarm, viewer.actor, now())
            if decision == "remind" and until is not None:
                begins = datetime.combine(until, time(), _zone(row.municipalities))
                lists.remind(row, begins.astimezone(UTC))
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
    zone = _zone(row.municipalities)
    words = section_of(Told(f"alarm_{kind}", "administrator", told_params(row, zone, now())))
    return Shown(row, words, _page(kind, row.about), zone)


def _page(kind: AlarmKind, about: str) -> tuple[str, str] | None:
    if kind in _CONNECTED and the_viewer().municipality is None:
        return url_for("connecting.connect", code=about), "Подключение источника"
    found = _MENDED_AT.get(kind)
    if kind is AlarmKind.WEBHOOK_FAILING and not the_viewer().administers:
        return None
    return None if found is None else (url_for(found[0]), found[1])


def _kind(shown: Shown) -> AlarmKind:
    return AlarmKind(shown.row.kind)


def _day(text: str) -> date | None:
    try:
        until = date.fromisoformat(text)
    except ValueError:
        return None
    return until if _today() < until <= _today() + LONGEST else None


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
