"""A receiver that keeps in memory what was stored, by the rules of contract 1."""

from collections import Counter
from collections.abc import Sequence
from threading import Lock

from connector.domain.signals import Arrival
from connector.errors import StorageUnavailable
from connector.hooks.receiver import HookSource, Receipt


class MemoryReceiver:
    """stored: (source, key, digest) → arrival. Fails as a database does while `is_down`."""

    def __init__(self, *sources: HookSource) -> None:
        self._sources = {source.code: source for source in sources}
        self._lock = Lock()
        self.stored: dict[tuple[str, str, str], Arrival] = {}
        self.refusals: Counter[tuple[str, str]] = Counter()
        self.is_down = False

    def source(self, code: str) -> HookSource | None:
        if self.is_down:
            raise StorageUnavailable
        return self._sources.get(code)

    def receive(self, source: HookSource, arrivals: Sequence[Arrival]) -> Receipt:
        accepted = duplicate = ignored = 0
        with self._lock:
            if self.is_down:
                raise StorageUnavailable
            for arrival in arrivals:
                row = (source.code, arrival.key, arrival.digest)
                if not arrival.relevant:
                    ignored += 1
                elif row in self.stored:
                    duplicate += 1
                else:
                    accepted += 1
                    self.stored[row] = arrival
        return Receipt(accepted, duplicate, ignored)

    def refused(self, source: str, reason: str) -> None:
        with self._lock:
            self.refusals[source, reason] += 1

    def bodies(self) -> list[bytes]:
        return [arrival.body for arrival in self.stored.values()]
