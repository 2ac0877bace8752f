"""A sample that is really sent, so that the way into a mailbox is tried as well as the words.

It is no notice: nobody owes it, it goes at once, and nothing becomes of it if it is refused.
"""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connector.channels.channel import OutgoingLetter
from connector.errors import ConnectorError
from connector.models import Audit, Letter
from connector.services.access.looks import SAMPLE_SENT, LookService
from connector.services.access.visibility import Viewer
from connector.services.notices.addresses import INSTALLATION, LOGIN, addresses
from connector.services.notices.samples import Sample, ShownLetter
from connector.texts.letters import MOST_SUBJECT

LIMIT = 10
WINDOW = timedelta(hours=1)
"""Samples that one person may send themselves: enough to look at everything that matters, too few
to have a mail server take us for a nuisance."""

MARK = "Образец: "
PREFACE = (
    "Это образец письма: люди, даты и числа в нём выдуманы, а ссылки никого не впускают без пароля."
)


class TooManySamples(ConnectorError):
    """Whoever sends them must wait."""


def own_address(session: Session, viewer: Viewer) -> str | None:
    """Where the viewer is written to anyway; None where nobody knows."""
    name = viewer.person if viewer.person is not None else f"{LOGIN}{viewer.actor}"
    return addresses(session, viewer.municipality or INSTALLATION, [name]).get(name)


def sample_letter(shown: ShownLetter, address: str, domain: str, now: datetime) -> OutgoingLetter:
    """shown: with PREFACE. domain: right half of the Message-ID. Each is a letter of its own."""
    letter = shown.letter
    subject = f"{MARK}{letter.subject}"[:MOST_SUBJECT]
    identifier = f"<sample.{uuid4().hex}@{domain.strip('<> ') or 'localhost'}>"
    return OutgoingLetter(identifier, address, subject, letter.text, letter.html, now)


class SamplePost:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(self, viewer: Viewer, municipality: str, sample: Sample, now: datetime) -> None:
        """Counts and writes down a try, before anything is sent: refused ones count too. Raises
        TooManySamples."""
        tried = self._session.scalar(
            select(func.count()).where(
                Audit.municipality == municipality,
                Audit.action == SAMPLE_SENT,
                Audit.at > now - WINDOW,
                Audit.actor == viewer.actor,
            )
        )
        if (tried or 0) >= LIMIT:
            raise TooManySamples(viewer.actor)
        detail = {"by": "page", "kind": sample.kind, "role": sample.role}
        LookService(self._session).note(viewer, SAMPLE_SENT, municipality, None, now, detail)

    def keep(self, municipality: str, letter: OutgoingLetter, channel: str) -> None:
        """Among the letters that went out; it is nobody's, so no bounce stops anybody's address."""
        self._session.add(
            Letter(
                municipality=municipality,
                message_id=letter.message_id,
                channel=channel,
                recipient=None,
                address=letter.address,
                subject=letter.subject,
                text=letter.text,
                html=letter.html,
                sent_at=letter.sent_at,
            )
        )
        self._session.flush()
