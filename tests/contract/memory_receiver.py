"""A receiver that keeps in memory what was stored, by the rules of contract 1."""

from collections import Counter
from collections.abc import Callable, Sequence
from threading import Event, Lock, Thread

from connector.domain.signals import Arrival
from connector.errors import StorageUnavailable
from connector.hooks.receiver import HookSource, Receipt


class MemoryReceiver:
    """stored: (source, key, digest) → arrival. Fails as a database does while `is_down`.

    quick: how many requests came the quick way. is_full: no more of these are taken. open: while it
    is not set, they wait.
    """

    def __init__(self, *sources: HookSource) -> None:
        self._sources = {source.code: source for source in sources}
        self._lock = Lock()
        self.stored: dict[tuple[str, str, str], Arrival] = {}
        self.refusals: Counter[tuple[str, str]] = Counter()
        self.is_down = False
        self.is_full = False
        self.quick = 0
        self.open = Event()
        self.open.set()
        self._after: Callable[[], None] = lambda: None

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

    def known(self, code: str) -> HookSource | None:
        return None if self.is_down else self._sources.get(code)

    def submit(
        self,
        source: HookSource,
        arrivals: Sequence[Arrival],
        told: Callable[[Receipt | StorageUnavailable], None],
    ) -> None:
        if self.is_full:
            raise StorageUnavailable
        self.quick += 1

        def store() -> None:
            self.open.wait(20)
            try:
                told(self.receive(source, arrivals))
            except StorageUnavailable as err:
                told(err)
            self._after()

        Thread(target=store).start()

    def give_up(self) -> None:
        pass

    def after_group(self, call: Callable[[], None]) -> None:
        self._after = call

    def refused(self, source: str, reason: str) -> None:
        with self._lock:
            self.refusals[source, reason] += 1

    def bodies(self) -> list[bytes]:
        return [arrival.body for arrival in self.stored.values()]
