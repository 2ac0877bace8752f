"""What mail servers said afterwards, matched with the letters we sent; others' words do nothing."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from connector.channels.dsn import Bounce
from connector.domain.preferences import EMAIL
from connector.models import Letter, Notice, Subject
from connector.services.cases.subjects import mark_dirty
from connector.services.notices.post_offices import PostOffice
from connector.services.notices.stopping import StopService
from connector.services.notices.ways import STOPPED


class Became(StrEnum):
    """of a bounce. UNKNOWN: no letter of ours, or not to that address."""

    STOPPED = "stopped"
    COUNTED = "counted"
    UNKNOWN = "unknown"


class Offices(Protocol):
    """Implemented by connector.services.notices.post_offices.PostOffices."""

    def find(self, session: Session, municipality: str, now: datetime) -> PostOffice | None: ...


class BounceService:
    """Takes a session, never commits."""

    def __init__(self, session: Session, offices: Offices) -> None:
        self._session = session
        self._offices = offices

    def apply(self, bounce: Bounce, now: datetime) -> Became:
        """Stops only the address our letter went to, and only if the bounce knows the letter's
        Message-ID, which nobody can guess, and names that address. A stop is idempotent."""
        letter = self._session.scalars(
            select(Letter).where(Letter.message_id == bounce.message_id, Letter.channel == "smtp")
        ).first()
        if letter is None or letter.recipient is None:
            return Became.UNKNOWN
        own = letter.address.casefold()
        verdicts = [one for one in bounce.verdicts if own in one.addresses]
        office = self._offices.find(self._session, letter.municipality, now)
        if not verdicts or office is None:
            return Became.UNKNOWN
        stops = StopService(self._session)
        town, recipient, address = letter.municipality, letter.recipient, letter.address
        if any(one.is_for_good for one in verdicts):
            self._take_back(letter)
            stops.stop(town, recipient, EMAIL, address, "bounced", office.hours, now)
            return Became.STOPPED
        if any(one.failed for one in verdicts):
            self._change(letter, state="failed", reason="bounced")
        stopped = stops.count_soft(town, recipient, address, office.hours, now)
        return Became.STOPPED if stopped else Became.COUNTED

    def _take_back(self, letter: Letter) -> None:
        """Nobody read it: what it told waits as what came after it does, for an address that is
        alive. Whom it is about is judged anew, so that what is no news any more is withdrawn."""
        told = self._session.execute(
            select(Subject.municipality, Subject.kind, Subject.code)
            .join(Notice, Notice.about_subject == Subject.id)
            .where(Notice.letter_id == letter.id, Notice.state == "sent")
            .distinct()
        ).all()
        fresh = {"attempts": 0, "lease_token": None, "sent_at": None, "letter_id": None}
        self._change(letter, state="held", reason=STOPPED, **fresh)
        for municipality, kind, code in sorted(told):
            mark_dirty(self._session, municipality, kind, [code])

    def _change(self, letter: Letter, **values: Any) -> None:
        self._session.execute(
            update(Notice)
            .where(Notice.letter_id == letter.id, Notice.state == "sent")
            .values(**values)
            .execution_options(synchronize_session=False)
        )
