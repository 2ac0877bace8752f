"""What sending must know of a municipality: name, words, and when its people may be written to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from connector.domain.dates import local_day
from connector.domain.hours import PostHours
from connector.rulebook import Rulebook, RulesRefused, UnknownMunicipality
from connector.services.cases.setting import Settings


@dataclass(frozen=True, slots=True)
class PostOffice:
    title: str
    hours: PostHours
    words: Mapping[str, str] = field(default_factory=dict)


class PostOffices:
    """By the rules and the calendars of today."""

    def __init__(self, rulebook: Rulebook, settings: Settings) -> None:
        self._rulebook = rulebook
        self._settings = settings

    def find(self, session: Session, municipality: str, now: datetime) -> PostOffice | None:
        """None where no sound rules name the municipality (any more): its letters wait."""
        try:
            rules = self._rulebook.rules(municipality)
        except (UnknownMunicipality, RulesRefused):
            return None
        setting = self._settings.get(session, municipality, local_day(now, rules.zone))
        return PostOffice(rules.title, rules.post_hours(setting.calendar), rules.letters)
