"""What the hooks need from the inside: whose source it is, and a place to write its events down."""

from collections.abc import Sequence
from typing import Protocol

from connector.dialects.sources import HookSource, Receipt
from connector.domain.signals import Arrival

__all__ = ["HookSource", "Receipt", "Receiver"]


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
