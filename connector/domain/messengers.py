"""What a channel beside e-mail is told, what it may do, and how it says that it could not.

Plugins that bring a channel (`connector.channelspecs`) import this and nothing deeper.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from connector.errors import ConnectorError

MOODLE = "moodle"
MAX = "max"
"""Codes of the core's own."""


class NotNow(ConnectorError):
    """The message is a reason code. perhaps_sent: nobody knows whether the letter got through, so
    that it must be the same letter that is tried again."""

    def __init__(self, reason: str, perhaps_sent: bool = False) -> None:
        super().__init__(reason)
        self.perhaps_sent = perhaps_sent


class TryLater(NotNow):
    """This letter did not get through now, or nobody knows whether it did; try it again."""


class ChannelDown(NotNow):
    """No letter gets through at present; it is not this letter's fault. Try again later."""


class Refused(ConnectorError):
    """This letter will never get through to this address. The message is a reason code."""


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """One message to one person: a sentence without names and where to read on, no more.

    mark: a few characters that the same message sent again bears too, so that its reader sees the
    double; empty where none is needed.
    """

    address: str
    words: str
    mark: str = ""

    @property
    def text(self) -> str:
        """What people are to see: the words and the mark behind them."""
        return f"{self.words} [{self.mark}]" if self.mark else self.words


class Messenger(Protocol):
    """One way to reach people. Threads may share it."""

    def send(self, message: ShortMessage) -> None:
        """Hands the message over; when it returns, the other side has accepted it.

        Ends within a minute. Sending the same message again is allowed. Raises Refused where it is
        the address that is wrong for good, ChannelDown where everybody's message would fare the
        same, TryLater otherwise; each with a short code that names no person.
        """
        ...


@dataclass(frozen=True, slots=True)
class OfferedChannel:
    """A channel that a plugin brings.

    code: as it stands in the tables, `[a-z][a-z0-9_]{1,19}`; it must stay the same for ever.
    title: in Russian, for pages. asks: in Russian, what a person is to type to be reached there
    (`имя в Rocket.Chat`); a code sent to what they typed proves it theirs. None where the core has
    another way of its own to learn the address. examine: says in a Russian sentence what is amiss
    with the settings or the other side, None if nothing is; asked by `connector doctor`.
    """

    code: str
    title: str
    messenger: Messenger
    asks: str | None = None
    examine: Callable[[], str | None] | None = None


@dataclass(frozen=True, slots=True)
class FaultyChannel:
    """A channel that the settings name and that cannot be used; the administrator is shown it.

    message: a Russian sentence that says what to mend, without secrets.
    """

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """body: as it came, never more than a mebibyte."""

    status: int
    body: bytes

    @property
    def is_accepted(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """What the body says; None where it is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class Http(Protocol):
    """The guarded way out: no redirects, no proxies of the environment, limits on size and time,
    addresses in private networks only where the administrator allowed them."""

    def __call__(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        wait_s: float = 0,
    ) -> HttpAnswer:
        """One request; `body` is sent as JSON, bytes as they are. wait_s: how much longer than
        usual the other side may take. Raises ChannelDown where nobody was reached, TryLater where
        nobody knows whether it was taken."""
        ...
