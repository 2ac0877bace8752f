"""A person's profile and the routes of a municipality, folded for the day asked about."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.dates import local_day
from connector.domain.deficits import Deficit
from connector.domain.dossier import Setting
from connector.domain.folding import Folded
from connector.domain.people import School, StaffMember
from connector.domain.progress import ProgrammeCompletion, RouteProgress
from connector.domain.results import Result
from connector.domain.stall_episodes import Episode, episode_on
from connector.errors import UnknownThing
from connector.models import Record
from connector.rulebook import Rulebook
from connector.services.cases.casefiles import CaseFiles
from connector.services.cases.setting import Settings
from connector.services.figures.figures import EvidenceRef

CHUNK = 300


@dataclass(frozen=True, slots=True)
class RouteFigure:
    """A route on a day. state: draft, active, completed or cancelled; episode: if it is stalled."""

    person: StaffMember
    progress: RouteProgress
    state: str
    episode: Episode | None


@dataclass(frozen=True, slots=True)
class Profile:
    """One person on a day; everything up to the end of it."""

    day: date
    person: StaffMember
    school: School | None
    deficits: dict[str, Deficit]
    results: tuple[Result, ...]
    completions: tuple[ProgrammeCompletion, ...]
    routes: tuple[RouteFigure, ...]
    evidence: tuple[EvidenceRef, ...]
    setting: Setting
    folded: Folded


class ProfileService:
    """Reads only."""

    def __init__(
        self,
        session: Session,
        rulebook: Rulebook,
        now: datetime,
        settings: Settings | None = None,
    ) -> None:
        self._session = session
        self._rulebook = rulebook
        self._now = now
        self._settings = settings or Settings(rulebook)

    def profile(self, municipality: str, number: str, day: date | None = None) -> Profile:
        """Raises UnknownMunicipality, UnknownThing."""
        day, setting = self._ground(municipality, day)
        cases = CaseFiles(self._session, setting).staff([number])
        if number not in cases:
            raise UnknownThing("staff", number)
        folded = cases[number].folded
        person = folded.dossier.person
        return Profile(
            day,
            person,
            setting.organisation.school(person.at(day).school, day),
            folded.deficits(day),
            tuple(r for r in folded.results if r.day <= day),
            tuple(c for c in folded.completions if c.proof.day <= day),
            tuple(_route(folded, r, day, setting) for r in folded.routes),
            _evidence(folded, setting),
            setting,
            folded,
        )

    def routes(
        self, municipality: str, state: str | None = None, day: date | None = None
    ) -> tuple[RouteFigure, ...]:
        """The municipality's routes, stalled ones first, the longest first among these.

        state: draft, active, completed, cancelled or stalled; None for all.
        Raises UnknownMunicipality.
        """
        day, setting = self._ground(municipality, day)
        numbers = self._session.scalars(
            select(Record.person)
            .where(Record.municipality == municipality, Record.sheet == "routes")
            .distinct()
        ).all()
        wanted = sorted(number for number in numbers if number)
        files = CaseFiles(self._session, setting)
        found: list[RouteFigure] = []
        for at in range(0, len(wanted), CHUNK):
            for case in files.staff(wanted[at : at + CHUNK]).values():
                found += [_route(case.folded, r, day, setting) for r in case.folded.routes]
        chosen = [
            route
            for route in found
            if state is None
            or route.state == state
            or (state == "stalled" and route.episode is not None)
        ]
        return tuple(sorted(chosen, key=_urgency))

    def _ground(self, municipality: str, day: date | None) -> tuple[date, Setting]:
        today = local_day(self._now, self._rulebook.rules(municipality).zone)
        return day or today, self._settings.get(self._session, municipality, today)


def _route(folded: Folded, progress: RouteProgress, day: date, setting: Setting) -> RouteFigure:
    person, answers = folded.dossier.person, folded.dossier.stall_answers
    episode = None
    if person.is_employed(day):
        episode = episode_on(progress, day, setting.calendar, setting.stalls, answers)
    return RouteFigure(person, progress, progress.state(day), episode)


def _urgency(route: RouteFigure) -> tuple[bool, date, str]:
    first = route.episode.first_day if route.episode else route.progress.route.starts_on
    return (route.episode is None, first, route.progress.route.code)


def _evidence(folded: Folded, setting: Setting) -> tuple[EvidenceRef, ...]:
    refs = [EvidenceRef(e.key, e.happened_at, e.delivery) for e in folded.dossier.evidence]
    return tuple(sorted(refs, key=lambda ref: (ref.happened_at, ref.key), reverse=True))
