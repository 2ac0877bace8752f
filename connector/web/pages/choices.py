"""Which letters somebody gets, when and how: one's own choice, and others' for those who help."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from connector.domain.hours import Hours, PostHours
from connector.domain.preferences import EMAIL, EVERY_KIND, Choice, Preference
from connector.services.access.links import LinkService
from connector.services.access.looks import LETTER_LOOKED_AT
from connector.services.access.visibility import Role, Viewer, VisibilityService
from connector.services.notices.addresses import INSTALLATION, LOGIN
from connector.services.notices.explaining import obstacles
from connector.services.notices.kinds import KindChoice, choices_of, seen_kinds, titled
from connector.services.notices.mailbox import MailboxService
from connector.services.notices.post_offices import PostOffices
from connector.services.notices.preferences import PreferenceService
from connector.services.notices.ways import Ways, ways
from connector.services.records import reading as records
from connector.web.access import the_viewer
from connector.web.household import household, now, nudge, today
from connector.web.noting import note
from connector.web.words import CHOICES, NOTICES, WEEKDAYS

blueprint = Blueprint("choices", __name__)

MOST_NOTICES = 60


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose letters are looked at, and what is known of them. titles: of the kinds."""

    municipality: str
    recipient: str
    hours: Hours
    ways: Ways
    kinds: list[KindChoice]
    titles: dict[str, str]

    @property
    def general(self) -> Preference:
        return self.ways.chosen.get(self.recipient, {}).get(EVERY_KIND, Preference())

    @property
    def channels(self) -> list[str]:
        """What can be chosen: e-mail, and what the person has confirmed."""
        return [EMAIL, *sorted(c for who, c in self.ways.others if who == self.recipient)]

    @property
    def open_hours(self) -> list[int]:
        """Digest hours that are not within the quiet ones."""
        several = (self.hours,) if isinstance(self.hours, PostHours) else self.hours.several
        return [h for h in range(24) if any(not one.is_quiet(h) for one in several)]


@blueprint.get("/me/letters")
def own() -> str:
    """One's own letters, of everybody who signs in."""
    with household().db.reading() as session:
        desk = _own_desk(session)
    titles = {code: offer.title for code, offer in household().offered.by_code.items()}
    return render_template(
        "choices.html", desk=desk, choices=CHOICES, weekdays=WEEKDAYS, titles=titles
    )


@blueprint.post("/me/letters")
def save() -> Response:
    with household().db.writing() as session:
        desk = _own_desk(session)
        chosen = _chosen(desk, request.form)
        PreferenceService(session).choose(
            desk.municipality, desk.recipient, chosen, desk.hours, now()
        )
    nudge()
    flash("Сохранено. Обязательные письма будут приходить в любом случае.")
    return redirect(url_for("choices.own"))


@blueprint.get("/m/<municipality>/staff/<number>/letters")
def person(municipality: str, number: str) -> str:
    """What was sent to a person, waits or was held back and why; what they chose."""
    viewer = the_viewer()
    helps = viewer.role is Role.ADMINISTRATOR
    with household().db.reading() as session:
        sight = VisibilityService(session).sight(viewer, municipality, today(municipality))
        if not (helps or sight.people is None or viewer.person == number):
            abort(403)
        staff = records.staff(session, municipality, [number]).get(number)
        if staff is None:
            abort(404)
        roles = LinkService(session, household().rulebook).roles_of_person(
            municipality, number, now()
        )
        desk = _desk(session, municipality, number, frozenset(map(str, roles)))
        box = MailboxService(session)
        told = box.notices(municipality, [number], limit=MOST_NOTICES)
        nobody = [
            one
            for one in box.notices(municipality, about=number, limit=MOST_NOTICES)
            if one.recipient is None
        ]
    if viewer.person != number:
        note(LETTER_LOOKED_AT, municipality, number)
    # Administrators mend ways; what people are told of is not theirs to read (domain 7).
    shows = sight.people is None or viewer.person == number
    return render_template(
        "person_letters.html",
        person=staff,
        desk=desk,
        notices=told if shows else [],
        shows_notices=shows,
        nobody=nobody if sight.people is None else [],
        obstacles=obstacles(desk.ways, number, staff.is_employed(today(municipality)), bool(told)),
        address=desk.ways.mail.get(number),
        is_own=viewer.person == number,
    )


def _own_desk(session: Session) -> Desk:
    viewer = the_viewer()
    municipality = viewer.municipality or INSTALLATION
    roles = {str(viewer.role)}
    if viewer.person is not None:
        service = LinkService(session, household().rulebook)
        roles |= set(map(str, service.roles_of_person(municipality, viewer.person, now())))
    return _desk(session, municipality, _recipient(viewer), frozenset(roles))


def _recipient(viewer: Viewer) -> str:
    return viewer.person if viewer.person is not None else f"{LOGIN}{viewer.actor}"


def _desk(session: Session, municipality: str, recipient: str, roles: frozenset[str]) -> Desk:
    own = household()
    at: datetime = now()
    office = PostOffices(own.rulebook, own.settings).find(session, municipality, at)
    if office is None:
        abort(404)
    known = ways(session, municipality, [recipient], office.hours.policy, at)
    rules = own.rulebook.rules(municipality).notices if municipality else ()
    kinds = choices_of(
        roles,
        seen_kinds(session, municipality, recipient),
        known.chosen.get(recipient, {}),
        office.hours.policy,
        rules,
        office.words,
    )
    titles = {one.kind: titled(one.kind, NOTICES, office.words) for one in kinds}
    return Desk(municipality, recipient, office.hours, known, kinds, titles)


def _chosen(desk: Desk, form: MultiDict[str, str]) -> dict[str, Preference]:
    """Whatever is not on offer is left as it was: a form is only text."""
    before = desk.ways.chosen.get(desk.recipient, {})
    hour = form.get("hour", "")
    weekday = form.get("weekday", "")
    channel = form.get("channel", "")
    general = form.get("general", "")
    chosen = {
        EVERY_KIND: Preference(
            Choice(general) if general in CHOICES else None,
            channel if channel in desk.channels and channel != EMAIL else None,
            int(hour) if hour in map(str, desk.open_hours) else None,
            int(weekday) if weekday in WEEKDAYS and weekday != "-1" else None,
        )
    }
    for one in desk.kinds:
        picked = form.get(f"choice.{one.kind}")
        if picked is None:
            continue
        old = before.get(one.kind, Preference())
        choice = Choice(picked) if picked in map(str, one.may) else None
        chosen[one.kind] = Preference(choice, old.channel, old.hour, old.weekday)
    return chosen
