"""What sending must know of a municipality: name, words, and when its people may be written to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from connector.domain.dates import local_day
from connector.domain.hours import Hours, PostHours, SharedHours
from connector.rulebook import Rulebook, RulesRefused, UnknownMunicipality
from connector.services.cases.setting import Settings
from connector.services.notices.addresses import INSTALLATION


@dataclass(frozen=True, slots=True)
class PostOffice:
    title: str
    hours: Hours
    words: Mapping[str, str] = field(default_factory=dict)


class PostOffices:
    """By the rules and the calendars of today."""

    def __init__(self, rulebook: Rulebook, settings: Settings) -> None:
        self._rulebook = rulebook
        self._settings = settings

    def find(self, session: Session, municipality: str, now: datetime) -> PostOffice | None:
        """None where no sound rules name the municipality (any more): its letters wait."""
        if municipality == INSTALLATION:
            return self._of_all(session, now)
        try:
            rules = self._rulebook.rules(municipality)
        except (UnknownMunicipality, RulesRefused):
            return None
        setting = self._settings.get(session, municipality, local_day(now, rules.zone))
        return PostOffice(rules.title, rules.post_hours(setting.calendar), rules.letters)

    def hours_of(
        self, session: Session, municipalities: Iterable[str], now: datetime
    ) -> Hours | None:
        """When somebody who serves these may be written to; where the rules of none of them can be
        used, whenever those of any other can. None: there are no rules at all."""
        some = self._open(session, municipalities, now)
        every = some or self._open(session, self._rulebook.municipalities(), now)
        return SharedHours(every) if every else None

    def _of_all(self, session: Session, now: datetime) -> PostOffice | None:
        hours = self._open(session, self._rulebook.municipalities(), now)
        return PostOffice("все муниципалитеты", SharedHours(hours)) if hours else None

    def _open(
        self, session: Session, municipalities: Iterable[str], now: datetime
    ) -> tuple[PostHours, ...]:
        known = self._rulebook.municipalities()
        codes = [code for code in municipalities if code in known]
        found = []
        for code in codes:
            rules = self._rulebook.rules(code)
            setting = self._settings.get(session, code, local_day(now, rules.zone))
            found.append(rules.post_hours(setting.calendar))
        return tuple(found)
