"""What an import lets go of: deliveries that waited for a person, a course or a quiz."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from connector.clock import Clock
from connector.domain.dates import local_day
from connector.rulebook import Rulebook
from connector.services.cases.setting import Settings
from connector.services.catalogue.unwanted import UnwantedService
from connector.services.imports import gate as import_gate
from connector.services.inbox.deliveries import DeliveryService
from connector.services.notices.notices import NoticeService
from connector.services.sources.identity import IdentityService

AfterImport = Callable[[Session, str, frozenset[str]], None]

_CATALOGUE = frozenset(
    {"programmes", "diagnostics", "questions", "competencies", "routes", "steps"}
)


def automatic_matches(rulebook: Rulebook) -> frozenset[str]:
    """The municipalities that take a match by e-mail as it is."""
    codes = rulebook.municipalities()
    return frozenset(code for code in codes if rulebook.rules(code).auto_match_email)


def after_import(rulebook: Rulebook, clock: Clock) -> AfterImport:
    """Called within the import's transaction with the sheets that changed."""

    def release(session: Session, municipality: str, changed: frozenset[str]) -> None:
        now = clock.now()
        import_gate.close(session, municipality)
        if "staff" in changed:
            IdentityService(session, automatic_matches(rulebook)).rematch(municipality, now)
            rules = rulebook.rules(municipality)
            # Not the shared Settings: what is read here may yet be rolled back.
            setting = Settings(rulebook).get(session, municipality, local_day(now, rules.zone))
            hours = rules.post_hours(setting.calendar)
            NoticeService(session).readdress(municipality, hours, now)
        if changed & _CATALOGUE:
            DeliveryService(session).release_unmapped(municipality)
            unwanted = UnwantedService(session, municipality)
            if unwanted.list():
                today = local_day(now, rulebook.rules(municipality).zone)
                ground = Settings(rulebook).ground(session, municipality, today)
                unwanted.let_go_of_mapped(ground.known)

    return release
