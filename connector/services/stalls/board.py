"""The board of stalled routes: the ones a viewer may see, with what was done and whose turn it is.

The command and the weekly digest read the same cards, so nobody's list says something else.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.cases import StaffCase
from connector.domain.dates import local_day
from connector.domain.dossier import Setting
from connector.domain.owed import Circle, Recipient
from connector.domain.people import Association, Duty, School, StaffMember
from connector.domain.progress import RouteProgress, StepProgress
from connector.domain.stall_answers import AnswerKind, StallAnswer
from connector.domain.stall_episodes import Episode, episode_on
from connector.domain.stall_standing import Standing, standing_of
from connector.domain.stall_telling import (
    LADDER,
    Known,
    Telling,
    Untold,
    who_does_not,
    who_knows,
)
from connector.domain.stall_words import open_steps
from connector.models import Subject
from connector.rulebook import Rulebook
from connector.services.cases.casefiles import CaseFiles
from connector.services.cases.setting import Ground, Settings
from connector.services.notices.circles import circles, posts
from connector.services.stalls.answers import Colleague, Stalled
from connector.services.stalls.tellings import tellings

CHUNK = 300


@dataclass(frozen=True, slots=True)
class Card:
    """One stalled route on a day. asked: whose turn it is, the colleague it was handed to or the
    methodists. next: the first open step; next_title: as the catalogue calls it, if it does.
    tellings: what the outbox holds about it."""

    person: StaffMember
    school: School | None
    associations: tuple[Association, ...]
    episode: Episode
    standing: Standing
    circle: Circle
    asked: tuple[StaffMember, ...]
    next: StepProgress | None
    next_title: str | None
    tellings: tuple[Telling, ...] = ()

    @property
    def progress(self) -> RouteProgress:
        return self.episode.route

    @property
    def stalled(self) -> Stalled:
        return Stalled(self.person.personnel_no, self.progress.route.number, self.episode.first_day)

    @property
    def last_answer(self) -> StallAnswer | None:
        return self.episode.answers[-1] if self.episode.answers else None

    @property
    def told(self) -> tuple[Known, ...]:
        """Who knows, each with the day on which a letter went out."""
        return tuple(who_knows(self.tellings, self.circle, self.episode))

    @property
    def told_roles(self) -> tuple[Recipient, ...]:
        told = {one.role for one in self.tellings if one.told_on is not None}
        return tuple(role for role in LADDER if role in told)

    @property
    def untold(self) -> tuple[Untold, ...]:
        """Who should know by now, and what became of the letter."""
        return tuple(who_does_not(self.tellings, self.circle, self.episode))


@dataclass(frozen=True, slots=True)
class BoardService:
    """Reads only. now: an instant; the board is of the municipality's local day."""

    session: Session
    rulebook: Rulebook
    settings: Settings
    now: datetime

    def cards(self, municipality: str, covers: Callable[[str], bool]) -> tuple[Card, ...]:
        """By standing, the longest stalled first. covers: whether a person may be seen.

        Raises UnknownMunicipality.
        """
        day, ground = self._ground(municipality)
        wanted = [number for number in self._candidates(municipality, day) if covers(number)]
        found = self.of_cases(self.cases(wanted, ground.setting), day, ground)
        order = list(Standing)
        return tuple(
            sorted(
                found,
                key=lambda c: (
                    order.index(c.standing),
                    c.episode.first_day,
                    c.person.full_name,
                    c.progress.route.number,
                ),
            )
        )

    def of_cases(self, cases: Mapping[str, StaffCase], day: date, ground: Ground) -> list[Card]:
        """The cards of people who were folded, in no order."""
        stalled = {number: _episodes(case, day) for number, case in cases.items()}
        dossiers = [cases[number].folded.dossier for number, found in stalled.items() if found]
        around = circles(self.session, ground.setting, ground.posts, dossiers, day)
        cards = [
            _card(cases[number], episode, around[number], day)
            for number, found in stalled.items()
            for episode in found
        ]
        setting = ground.setting
        episodes = [card.episode for card in cards]
        told = tellings(self.session, setting.municipality, episodes, setting.zone, self.now)
        return [
            replace(card, tellings=told.get((card.progress.route.code, card.episode.first_day), ()))
            for card in cards
        ]

    def cases(self, numbers: Iterable[str], setting: Setting) -> dict[str, StaffCase]:
        """Folded people by personnel number."""
        files = CaseFiles(self.session, setting)
        wanted = sorted(numbers)
        found: dict[str, StaffCase] = {}
        for at in range(0, len(wanted), CHUNK):
            found |= files.staff(wanted[at : at + CHUNK])
        return found

    def colleagues(self, municipality: str) -> tuple[Colleague, ...]:
        """Methodists and specialists of the municipality: to them any route can be handed."""
        day, ground = self._ground(municipality)
        held = posts(self.session, municipality, ground.posts)
        found: dict[str, Colleague] = {}
        for role, duty, signing_in in (
            (Recipient.METHODIST, Duty.METHODIST, held.methodists),
            (Recipient.SPECIALIST, Duty.SPECIALIST, held.specialists),
        ):
            for member in (*held.told(held.duties.on(duty, None, day), day), *signing_in):
                number = member.personnel_no
                name = ground.posts.staff.get(number, member).full_name
                found.setdefault(number, Colleague(number, name, role))
        return tuple(sorted(found.values(), key=lambda one: (one.role, one.name)))

    def _ground(self, municipality: str) -> tuple[date, Ground]:
        today = local_day(self.now, self.rulebook.rules(municipality).zone)
        return today, self.settings.ground(self.session, municipality, today)

    def _candidates(self, municipality: str, day: date) -> list[str]:
        """Whoever had a stalled route when last judged, or is to be judged anew: folding everybody
        with a route for a list of forty would keep the page waiting."""
        rows = self.session.execute(
            select(Subject.code, Subject.state, Subject.dirty, Subject.changes_on).where(
                Subject.municipality == municipality, Subject.kind == "staff"
            )
        )
        return [
            code
            for code, state, dirty, changes_on in rows
            if dirty
            or state is None
            or (changes_on is not None and changes_on <= day)
            or any(route.get("stalled_since") for route in state.get("routes", ()))
        ]


def people_around(card: Card) -> tuple[Colleague, ...]:
    """The heads and mentors of the card's person, who may see them too."""
    heads = (Colleague(m.personnel_no, m.full_name, Recipient.HEAD)
             for m in card.circle.heads.values())  # fmt: skip
    mentors = (Colleague(m.personnel_no, m.full_name, Recipient.MENTOR)
               for m in card.circle.mentors)  # fmt: skip
    return tuple({one.number: one for one in (*heads, *mentors)}.values())


def _episodes(case: StaffCase, day: date) -> list[Episode]:
    dossier, setting = case.folded.dossier, case.setting
    if not dossier.person.is_employed(day):
        return []
    known = (setting.calendar, setting.stalls, dossier.stall_answers)
    found = (episode_on(route, day, *known) for route in case.folded.routes)
    return [episode for episode in found if episode is not None]


def _card(case: StaffCase, episode: Episode, circle: Circle, day: date) -> Card:
    person, setting = case.folded.dossier.person, case.setting
    term = person.at(day)
    named = (setting.organisation.association(code, day) for code in term.associations)
    first = next(iter(open_steps(episode.route, day)), None)
    return Card(
        person,
        setting.organisation.school(term.school, day),
        tuple(association for association in named if association is not None),
        episode,
        standing_of(episode, day),
        circle,
        _asked(episode, circle.colleagues) or circle.methodists,
        first,
        setting.catalogue.title_of(first.step.target) if first else None,
    )


def _asked(
    episode: Episode, colleagues: Mapping[str, tuple[StaffMember, ...]]
) -> tuple[StaffMember, ...]:
    for answer in reversed(episode.answers):
        if answer.kind is AnswerKind.HANDED_OVER and answer.to is not None:
            return colleagues.get(answer.to, ())
    return ()
