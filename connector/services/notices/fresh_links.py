"""A new link for whoever's old one is used up: by post, to the address that is known."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from connector.domain.hours import Hours
from connector.domain.owed import Owed, Recipient
from connector.services.access.letter_links import SignInLink
from connector.services.notices.notices import NoticeService

SIGN_IN_LINK = "sign_in_link"
PAUSE = timedelta(minutes=15)
"""One letter in so long, however often somebody asks: the business key does it."""


def send_again(session: Session, link: SignInLink, hours: Hours, now: datetime) -> None:
    """Owes the recipient one letter with a new link to the same page. Says nothing about whether
    there is such a person: what is asked for is answered alike."""
    slot = int(now.timestamp() // PAUSE.total_seconds())
    key = f"{SIGN_IN_LINK}:{link.recipient}:{slot}"
    owed = Owed(
        key, SIGN_IN_LINK, Recipient.TEACHER, link.recipient, {"page": link.path}, now.date(), True
    )
    NoticeService(session).tell(link.municipality, [owed], hours, now)
