"""What the reader of a letter may open, so that no button of it leads to a refusal.

Methodists and specialists are told of others by a duty; a link signs nobody in as more than they
are without it, so whoever has the duty and no log-in is told what to ask for instead.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from connector.domain import letter_pages as pages
from connector.domain.dates import local_day
from connector.domain.owed import Recipient, Said
from connector.rulebook import Rulebook
from connector.services.access.links import LinkService
from connector.services.access.visibility import Sight, Viewer, VisibilityService
from connector.services.notices.addresses import INSTALLATION, LOGIN
from connector.texts.letter_pages import page_of
from connector.texts.letters import Told
from connector.texts.log_ins import Needed

_BY_DUTY = (Recipient.METHODIST, Recipient.SPECIALIST)


@dataclass(frozen=True, slots=True)
class Reader:
    """viewer: what the reader signs in as; None: as nothing."""

    municipality: str
    recipient: str
    viewer: Viewer | None
    sight: Sight

    def opens(self, one: Said) -> bool:
        """Whether the page that a notice is about is open to the reader; what is about no page is
        in nobody's way. Teachers, mentors and heads are by a link what they are told as."""
        if one.role not in _BY_DUTY:
            return True
        page = page_of(self.municipality, [Told(one.kind, one.role, one.params)])
        if not page or page.startswith(_open_to_all(self.municipality)):
            return True
        if self.viewer is None:
            return False
        if pages.names_somebody(page):
            return "of" not in one.params or self.sight.covers(str(one.params["of"]))
        if page == pages.board_page(self.municipality):
            return self.viewer.answers_stalls
        return self.viewer.decides_routes

    def needs(self, notices: Iterable[Said]) -> Needed | None:
        """The log-in without which some of these cannot be opened."""
        closed = {one.role for one in notices if not self.opens(one)}
        for role in _BY_DUTY:
            if role in closed:
                return Needed(str(role), self.municipality, self.recipient)
        return None


class Readers:
    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook

    def find(
        self,
        session: Session,
        municipality: str,
        recipient: str,
        notices: Iterable[Said],
        now: datetime,
    ) -> Reader | None:
        """None where it need not be asked: nothing of these is told by a duty, or it is told to a
        log-in."""
        if municipality == INSTALLATION or recipient.startswith(LOGIN):
            return None
        if not any(one.role in _BY_DUTY for one in notices):
            return None
        viewer = LinkService(session, self._rulebook).reader(municipality, recipient, now)
        if viewer is None:
            return Reader(municipality, recipient, None, Sight())
        day = local_day(now, self._rulebook.rules(municipality).zone)
        sight = VisibilityService(session).sight(viewer, municipality, day)
        return Reader(municipality, recipient, viewer, sight)


def _open_to_all(municipality: str) -> tuple[str, ...]:
    """Pages that show anybody of the municipality what concerns them."""
    return (pages.decisions_page(municipality), pages.indicator_page(municipality, ""))
