"""One municipality's common ground: catalogue, organisation, calendar, scales."""

from dataclasses import dataclass
from datetime import date
from threading import Lock

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connector.domain.circle import Posts
from connector.domain.dossier import Setting
from connector.models import Import
from connector.rulebook.municipality_rules import MunicipalityRules
from connector.rulebook.rulebook import Rulebook
from connector.services.cases.calendars import work_calendar
from connector.services.cases.known import KnownObjects, step_targets, unwanted_names
from connector.services.cases.listed import registers_of
from connector.services.notices.circles import standing_posts
from connector.services.records import reading as records


@dataclass(frozen=True, slots=True)
class Ground:
    """What is the same for all of a municipality's people until an import or the year changes it.

    rules: those of the setting. known: the quizzes and courses of which something is made. posts:
    whoever has a duty.
    """

    setting: Setting
    rules: MunicipalityRules
    known: KnownObjects
    posts: Posts


class Settings:
    """Builds Grounds, and remembers them until an import or the year changes them.

    Every change of the records behind one is an Import row, so its number tells whether what is
    remembered still holds, in whichever process it was made.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self._lock = Lock()
        self._held: dict[str, tuple[tuple[int, int, str], Ground]] = {}

    def get(self, session: Session, municipality: str, today: date) -> Setting:
        """Raises UnknownMunicipality, RulesRefused."""
        return self.ground(session, municipality, today).setting

    def ground(self, session: Session, municipality: str, today: date) -> Ground:
        """Raises UnknownMunicipality, RulesRefused."""
        rules = self._rulebook.rules(municipality)
        latest = session.scalar(
            select(func.max(Import.id)).where(Import.municipality == municipality)
        )
        stamp = (latest or 0, today.year, rules.digest)
        with self._lock:
            held = self._held.get(municipality)
        # The same digest may be of other hours and titles: rules are read again while we run.
        if held is not None and held[0] == stamp and held[1].rules is rules:
            return held[1]
        closed = records.closed_days(session, municipality)
        setting = Setting(
            municipality=municipality,
            zone=rules.zone,
            catalogue=records.catalogue(session, municipality),
            organisation=records.organisation(session, municipality),
            calendar=work_calendar(closed, today),
            scales=rules.scales,
            stalls=rules.stalls,
            drafts=rules.drafts,
            registers=registers_of(rules, today),
            peopled=rules.peopled,
        )
        ground = Ground(
            setting,
            rules,
            KnownObjects(
                setting.catalogue,
                step_targets(session, municipality),
                unwanted_names(session, municipality),
            ),
            standing_posts(session, municipality),
        )
        with self._lock:
            self._held[municipality] = (stamp, ground)
        return ground
