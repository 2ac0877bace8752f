"""One municipality's common ground: catalogue, organisation, calendar, scales."""

from datetime import date
from threading import Lock

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connector.domain.dossier import Setting
from connector.models import Import
from connector.rulebook.rulebook import Rulebook
from connector.services import records
from connector.services.calendars import work_calendar
from connector.services.known import KnownObjects, step_targets


class Settings:
    """Builds Settings, and remembers them until an import or the year changes them.

    Every change of the records behind a Setting is an Import row, so its number tells whether what
    is remembered still holds, in whichever process it was made.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self._lock = Lock()
        self._held: dict[str, tuple[tuple[int, int, str], Setting, KnownObjects]] = {}

    def get(self, session: Session, municipality: str, today: date) -> Setting:
        """Raises UnknownMunicipality, RulesRefused."""
        return self._both(session, municipality, today)[0]

    def known(self, session: Session, municipality: str, today: date) -> KnownObjects:
        """The quizzes and courses of which something is made."""
        return self._both(session, municipality, today)[1]

    def _both(
        self, session: Session, municipality: str, today: date
    ) -> tuple[Setting, KnownObjects]:
        rules = self._rulebook.rules(municipality)
        latest = session.scalar(
            select(func.max(Import.id)).where(Import.municipality == municipality)
        )
        stamp = (latest or 0, today.year, rules.digest)
        with self._lock:
            held = self._held.get(municipality)
        if held is not None and held[0] == stamp:
            return held[1], held[2]
        closed = records.closed_days(session, municipality)
        setting = Setting(
            municipality=municipality,
            zone=rules.zone,
            catalogue=records.catalogue(session, municipality),
            organisation=records.organisation(session, municipality),
            calendar=work_calendar(closed, today),
            scales=rules.scales,
            stalls=rules.stalls,
        )
        known = KnownObjects(setting.catalogue, step_targets(session, municipality))
        with self._lock:
            self._held[municipality] = (stamp, setting, known)
        return setting, known
