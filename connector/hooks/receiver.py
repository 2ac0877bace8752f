"""What the hooks need from the inside: whose source it is, and a place to write its events down."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from connector.domain.signals import Arrival, Dialect


@dataclass(frozen=True, slots=True)
class HookSource:
    """A configured source. secrets: all live ones, two while one is being rotated.

    A secret is `whsec_` and base64 for native, the token for local_webhooks and tool_trigger, and
    `user:password` or a password alone (then any user name will do) for xapi.
    """

    code: str
    dialect: Dialect
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """How many of a request's events will be looked at, were there already, concern nothing."""

    accepted: int
    duplicate: int
    ignored: int


class Receiver(Protocol):
    """Implemented over the inbox."""

    def source(self, code: str) -> HookSource | None:
        """The source of that code. Raises StorageUnavailable."""
        ...

    def receive(self, source: HookSource, arrivals: Sequence[Arrival]) -> Receipt:
        """Store all of them or none; when it returns, they are committed.

        Raises StorageUnavailable.
        """
        ...

    def refused(self, source: str, reason: str) -> None:
        """Count a refusal. source: code of a known source, else "". Never raises."""
        ...
