"""What the hooks need from the inside: whose source it is, and a place to write its events down."""

from collections.abc import Callable, Sequence
from typing import Protocol

from connector.dialects.sources import WRONG_TIME, HookSource, Receipt
from connector.domain.signals import Arrival
from connector.errors import StorageUnavailable

__all__ = ["WRONG_TIME", "HookSource", "Receipt", "Receiver"]


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


class QuickReceiver(Protocol):
    """Takes events from a thread that may not wait for anything."""

    def known(self, code: str) -> HookSource | None:
        """The source of that code as far as it is remembered. None tells nothing."""
        ...

    def submit(
        self,
        source: HookSource,
        arrivals: Sequence[Arrival],
        told: Callable[[Receipt | StorageUnavailable], None],
    ) -> None:
        """Like `Receiver.receive`; `told` is called once, in some thread, when it is over.

        Raises StorageUnavailable if too much waits already.
        """
        ...

    def give_up(self) -> None:
        """Tell those that have waited too long; to be called from time to time."""
        ...

    def after_group(self, call: Callable[[], None]) -> None:
        """Have `call` called whenever several may have been told."""
        ...
