"""What stands behind the hooks: sources, a place to write down, a nudge to the workers."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from threading import BoundedSemaphore, Lock
from time import monotonic

from connector.clock import Clock
from connector.db import Database
from connector.dialects.sources import HookSource, Receipt
from connector.domain.signals import Arrival
from connector.errors import BadSettings, StorageUnavailable
from connector.runtime.grouping import Grouping
from connector.secretbox import SecretBox
from connector.services.inbox.inbox import InboxService, Posted
from connector.services.sources.sources import SourceService

log = logging.getLogger(__name__)

SOURCE_TTL_S = 2.0
"""How long a source is remembered: a rotated secret works within this time, in every process."""

LOOKUP_S = 3.0
"""How long a request waits while others ask the database for a source."""

COUNT_EVERY_S = 5.0
"""Refusals are counted in memory and written this often: a stranger's request costs no write."""

_ROW_BYTES = 1000
"""What an event keeps in memory beside its body."""


class Inbox:
    """Implements connector.hooks.receiver.Receiver.

    arrived: called after each commit that stored something; must return at once.
    """

    def __init__(
        self, db: Database, box: SecretBox, clock: Clock, arrived: Callable[[], None]
    ) -> None:
        self._db = db
        self._box = box
        self._clock = clock
        self._arrived = arrived
        self._lock = Lock()
        self._refusals: Counter[tuple[str, str]] = Counter()
        self._counted_at = float("-inf")
        self._known: dict[str, tuple[float, HookSource | None]] = {}
        self._asked: set[str] = set()
        self._lookups = BoundedSemaphore(2)
        self._lookups_hang = False
        self._grouping: Grouping[Posted, Receipt] = Grouping(self._store)

    def source(self, code: str) -> HookSource | None:
        with self._lock:
            held = self._known.get(code)
            is_asked = code in self._asked
        if held is not None and monotonic() - held[0] < SOURCE_TTL_S and not is_asked:
            return held[1]
        # While the database hangs, two threads find out; the others have senders to turn away.
        if not self._lookups.acquire(timeout=0 if self._lookups_hang else LOOKUP_S):
            self._lookups_hang = True
            raise StorageUnavailable("lookup_hangs")
        try:
            with self._lock:
                newer = self._known.get(code)
            if newer is not None and newer is not held and monotonic() - newer[0] < SOURCE_TTL_S:
                return newer[1]
            found = self._looked_up(code)
            self._lookups_hang = False
        finally:
            self._lookups.release()
        with self._lock:
            if len(self._known) > 1000:
                # Unknown codes are whatever a stranger types; they must not fill the memory.
                self._known.clear()
            self._known[code] = (monotonic(), found)
            self._asked.discard(code)
        return found

    def known(self, code: str) -> HookSource | None:
        """The source of that code if it is remembered, without waiting for the database.

        Before it is forgotten one caller is told None, so that by `source` it is looked up again
        while the others still go by what is remembered.
        """
        with self._lock:
            held = self._known.get(code)
            if held is None:
                return None
            age_s = monotonic() - held[0]
            if age_s >= SOURCE_TTL_S:
                return None
            if age_s >= SOURCE_TTL_S / 2 and code not in self._asked:
                self._asked.add(code)
                return None
        return held[1]

    def receive(self, source: HookSource, arrivals: Sequence[Arrival]) -> Receipt:
        return self._grouping.stored(
            Posted(source.code, source.dialect, arrivals), _size_of(arrivals)
        )

    def submit(
        self,
        source: HookSource,
        arrivals: Sequence[Arrival],
        told: Callable[[Receipt | StorageUnavailable], None],
    ) -> None:
        self._grouping.submit(
            Posted(source.code, source.dialect, arrivals), _size_of(arrivals), told
        )

    def crowd(self) -> int:
        """How many requests are stored together just now."""
        return self._grouping.crowd()

    def give_up(self) -> None:
        self._grouping.give_up()

    def after_group(self, call: Callable[[], None]) -> None:
        self._grouping.after_group = call

    def _looked_up(self, code: str) -> HookSource | None:
        try:
            with self._db.reading() as session:
                details = SourceService(session, self._box).find(code)
        except BadSettings as err:
            # Our fault and not the sender's: it must keep its events and send them again.
            log.error("hook.secret_not_opened source=%s", code)
            raise StorageUnavailable("secret_key") from err
        return None if details is None else HookSource(code, details.dialect, details.secrets)

    def _store(self, requests: Sequence[Posted]) -> list[Receipt]:
        now = self._clock.now()
        with self._db.writing() as session:
            counts = InboxService(session).accept_all(requests, now)
        accepted, duplicate, ignored = map(sum, zip(*counts, strict=True))
        if accepted:
            self._arrived()
        log.info(
            "hook.stored sources=%s requests=%d accepted=%d duplicate=%d ignored=%d",
            ",".join(sorted({request.source for request in requests})),
            len(requests),
            accepted,
            duplicate,
            ignored,
        )
        return [Receipt(*count) for count in counts]

    def refused(self, source: str, reason: str) -> None:
        if not source:
            return
        with self._lock:
            self._refusals[source, reason] += 1
            if monotonic() - self._counted_at < COUNT_EVERY_S:
                return
        self.flush()

    def flush(self) -> int:
        """Writes down the refusals counted since the last time; of how many kinds. Never raises."""
        with self._lock:
            counts, self._refusals = self._refusals, Counter()
            self._counted_at = monotonic()
        if not counts:
            return 0
        try:
            with self._db.writing() as session:
                service, now = InboxService(session), self._clock.now()
                for (source, reason), times in sorted(counts.items()):
                    service.count(source, "refused", reason, now, times)
        except StorageUnavailable:
            log.warning("hook.refusals_not_counted reasons=%d", len(counts))
            with self._lock:
                self._refusals += counts
            return 0
        return len(counts)


def _size_of(arrivals: Sequence[Arrival]) -> int:
    return sum(len(one.body) + _ROW_BYTES for one in arrivals)
