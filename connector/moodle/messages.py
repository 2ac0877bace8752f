"""Moodle's own messages: the order, and what its answer means."""

from enum import StrEnum
from typing import Any, Protocol

from connector.moodle.answers import Reading
from connector.moodle.errors import MoodleError, MoodleRefused
from connector.moodle.questions import Question

PLAIN = "2"
OF_ONE_MESSAGE = frozenset({"formatnotsupported", "invaliduser", "userdeleted", "invalidrecord"})
"""Refusals of this user or text; with any other (a token, a right) nothing is taken at all.
`formatnotsupported` is what a Moodle says of a user that is not there (recorded)."""


class MessageFunction(StrEnum):
    """Moodle's name of the one function that a service needs for messages."""

    SEND = "core_message_send_instant_messages"


class MessageRefused(MoodleError):
    """This message is not taken, or not for this user; `reason` is a code."""


class Orders(Protocol):
    """What is needed of a client."""

    def act(self, order: Question) -> Reading: ...


def send_message(client: Orders, user_id: str, text: str) -> None:
    """One message in one call, tried once. Raises MoodleUnavailable (nobody knows whether it was
    delivered), MoodleRefused, MessageRefused."""
    given = {"touserid": user_id, "text": text, "textformat": PLAIN}
    order = Question.of(
        MessageFunction.SEND, **{f"messages[0][{name}]": v for name, v in given.items()}
    )
    try:
        reading = client.act(order)
    except MoodleRefused as err:
        if err.reason in OF_ONE_MESSAGE:
            raise MessageRefused(err.reason) from err
        raise
    if reading.errorcode is not None:
        raise MessageRefused(reading.errorcode)
    answer: Any = reading.body
    first = answer[0] if isinstance(answer, list) and answer else None
    if not isinstance(first, dict) or first.get("msgid") in (None, -1):
        # The text of the error is in Moodle's own language and quotes people.
        raise MessageRefused("message_refused")
