"""Messages inside Moodle. Moodle knows no doubles, so each bears a mark that its double bears too.

One call a message: of two in one call, Moodle reports the first as failed when the second is
(recorded from a real one). Whether an earlier try got through is not asked: that would mean reading
people's conversations.
"""

from typing import Protocol

from connector.domain.messengers import Refused, ShortMessage

MOST_BYTES = 4096
"""Of UTF-8; a byte more and Moodle refuses the message (recorded)."""
_CUT = "… "


class Teller(Protocol):
    """Implemented by connector.services.sources.messages.MoodleMessenger."""

    def tell(self, source: str, user_id: str, text: str) -> None:
        """One message. Raises TryLater, ChannelDown, Refused."""
        ...


class MoodleMessages:
    """A Messenger. address: `source:number`, a matched account of the person."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller

    def send(self, message: ShortMessage) -> None:
        source, colon, user_id = message.address.partition(":")
        if not colon or not source or not (user_id.isascii() and user_id.isdecimal()):
            raise Refused("bad_address")
        mark = f" [{message.mark}]" if message.mark else ""
        self._teller.tell(source, user_id, fitted(message.words, mark))


def fitted(text: str, mark: str, most: int = MOST_BYTES) -> str:
    """The text with its mark in so many bytes, never cut in the middle of a character; of one that
    is too long the end stays, where the link is."""
    if len((text + mark).encode()) <= most:
        return text + mark
    head, space, link = text.rpartition(" ")
    tail = f"{_CUT}{link}{mark}" if space else mark
    room = most - len(tail.encode())
    if room < 0:
        return text.encode()[:most].decode("utf-8", "ignore")
    return (head or text).encode()[:room].decode("utf-8", "ignore") + tail
