"""What a channel is: one way to reach a person, and how it says that it could not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

_ID_LENGTH = 40


@dataclass(frozen=True, slots=True)
class OutgoingLetter:
    """One letter to one person. message_id: with its angle brackets; sent_at: aware. unsubscribe:
    an address that takes the reader off such letters at one POST (RFC 8058), if they may be.

    short: for messengers, whose notices light up on screens: without names, and where to read on.
    """

    message_id: str
    address: str
    subject: str
    text: str
    html: str
    sent_at: datetime
    unsubscribe: str | None = None
    short: str = ""


class Channel(Protocol):
    """name: as it stands in the table of letters."""

    name: str

    def send(self, letter: OutgoingLetter) -> bytes | None:
        """Hands the letter over; when it returns, the other side has accepted it.

        Returns the letter as it went over the wire, if there is such a thing. Sending the same
        letter again is allowed and bears the same message_id. Raises TryLater, ChannelDown,
        Refused (connector.domain.messengers).
        """
        ...


def mark_of(letter: OutgoingLetter) -> str:
    """A few characters that a letter sent again bears too, so that its reader sees the double."""
    return letter.message_id.strip("<>")[:6]


def message_id(municipality: str, address: str, keys: Iterable[str], domain: str) -> str:
    """The same notices to the same address give the same Message-ID, whoever sends them and however
    often; told at another address, for the first came back, they are another letter.

    After a crash between sending and noting it down, the letter goes out once more; this is how
    mail systems can tell that it is the same.
    """
    told = "\n".join([municipality, address, *sorted(keys)])
    # Taken out of `Название <адрес@домен>`, a domain can bring its bracket along.
    domain = domain.strip("<> ") or "localhost"
    return f"<{sha256(told.encode()).hexdigest()[:_ID_LENGTH]}@{domain}>"
