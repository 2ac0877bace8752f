"""Group commit: requests that wait together are stored by one thread in one transaction.

A transaction costs much and a row little, so that under load the groups grow by themselves and the
storing keeps up; alone, a request is a group of one and waits for nobody. Waiting is bounded, in
number, bytes and time: whatever the storage does, memory does not grow and senders are told to come
again.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from threading import Condition, Event, Thread
from time import monotonic
from typing import Generic, TypeVar

from connector.errors import StorageUnavailable

log = logging.getLogger(__name__)

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

MOST_WAITING = 1000
MOST_WAITING_BYTES = 32 << 20
MOST_GROUPED = 100
MOST_GROUPED_BYTES = 4 << 20
WAIT_S = 10.0
"""Longer than this nobody waits: by then a sender has given up, or holds up its Moodle's cron."""

LINGER_S = 0.003
"""Senders that were answered together come back together, one after the other within a moment;
waiting for as many as last time makes one commit of them instead of three."""

CROWD_S = 0.1
"""Whoever has not come back within this time does not crowd any more."""

IDLE_S = 10.0
"""The thread ends after so long without a request, and the next request starts another one."""


class _Waiting(Generic[Item, Outcome]):
    def __init__(
        self, item: Item, size: int, told: Callable[[Outcome | StorageUnavailable], None]
    ) -> None:
        self.item = item
        self.size = size
        self.since = monotonic()
        self._told = [told]

    def tell(self, outcome: Outcome | StorageUnavailable) -> None:
        """Once, whichever thread comes first."""
        try:
            told = self._told.pop()
        except IndexError:
            return
        told(outcome)


class Grouping(Generic[Item, Outcome]):
    """Collects items and has them stored group by group, in the order in which they came.

    store: stores all of a group or nothing, and returns their outcomes in the same order. If it
        raises StorageUnavailable, nobody in the group was stored. If it raises anything else the
        items are stored again one by one, so that one that is refused harms no other.
    """

    def __init__(self, store: Callable[[Sequence[Item]], Sequence[Outcome]]) -> None:
        self._store = store
        self._changed = Condition()
        self._waiting: deque[_Waiting[Item, Outcome]] = deque()
        self._bytes = 0
        self._in_hand: Sequence[_Waiting[Item, Outcome]] = ()
        self._wanted = 1
        self._wanted_at = float("-inf")
        self._thread: Thread | None = None
        self.after_group: Callable[[], None] = lambda: None
        """Called after everybody of a group was told; must return at once."""

    def crowd(self) -> int:
        """How many requests there are at a time just now; 1 for senders that come one by one."""
        return self._wanted if monotonic() - self._wanted_at < CROWD_S else 1

    def submit(
        self, item: Item, size: int, told: Callable[[Outcome | StorageUnavailable], None]
    ) -> None:
        """Has `item` stored, and `told` called once from another thread with what became of it.

        size: bytes that it keeps in memory. Raises StorageUnavailable where too much waits already.
        """
        with self._changed:
            self._refuse_if_full(size)
            self._waiting.append(_Waiting(item, size, told))
            self._bytes += size
            if self._thread is None:
                self._thread = Thread(target=self._run, name="store", daemon=True)
                self._thread.start()
            # A thread that lingers need not look at each of them.
            if len(self._waiting) == 1 or len(self._waiting) >= self._wanted:
                self._changed.notify()

    def stored(self, item: Item, size: int) -> Outcome:
        """Waits until `item` is stored. Raises StorageUnavailable."""
        outcomes: list[Outcome | StorageUnavailable] = []
        is_told = Event()

        def told(outcome: Outcome | StorageUnavailable) -> None:
            outcomes.append(outcome)
            is_told.set()

        self.submit(item, size, told)
        while not is_told.wait(1):
            self.give_up()
        outcome = outcomes[0]
        if isinstance(outcome, StorageUnavailable):
            raise StorageUnavailable(*outcome.args) from outcome
        return outcome

    def give_up(self) -> None:
        """Tells those that have waited too long that they must come again.

        Of those in hand nobody knows yet; if they are stored after all, they come as duplicates.
        """
        with self._changed:
            limit = monotonic() - WAIT_S
            late = [one for one in self._in_hand if one.since < limit]
            while self._waiting and self._waiting[0].since < limit:
                one = self._waiting.popleft()
                self._bytes -= one.size
                late.append(one)
        for one in late:
            one.tell(StorageUnavailable("waited_too_long"))

    def _refuse_if_full(self, size: int) -> None:
        if len(self._waiting) >= MOST_WAITING or self._bytes + size > MOST_WAITING_BYTES:
            raise StorageUnavailable("too_many_waiting")
        if self._in_hand and self._in_hand[0].since < monotonic() - WAIT_S:
            raise StorageUnavailable("storage_hangs")

    def _run(self) -> None:
        while self._take():
            self._store_group(self._in_hand)
            with self._changed:
                self._in_hand = ()
            self.after_group()

    def _take(self) -> bool:
        """Puts the next group in hand; False if none came for long, and the thread has to end."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._waiting, IDLE_S):
                self._thread = None
                return False
            self._changed.wait_for(lambda: len(self._waiting) >= self._wanted, LINGER_S)
            if not self._waiting:
                # All of them were given up in that moment.
                return True
            group = [self._waiting.popleft()]
            size = group[0].size
            while (
                self._waiting
                and len(group) < MOST_GROUPED
                and size + self._waiting[0].size <= MOST_GROUPED_BYTES
            ):
                group.append(self._waiting.popleft())
                size += group[-1].size
            self._bytes -= size
            self._in_hand = group
        return True

    def _store_group(self, group: Sequence[_Waiting[Item, Outcome]]) -> None:
        if not group:
            return
        try:
            outcomes = self._store([one.item for one in group])
        except StorageUnavailable as err:
            _tell_all(group, err)
        # Whatever it is, everybody must be told something, and this thread must live on.
        except Exception as err:
            log.warning("store.one_by_one requests=%d error=%s", len(group), type(err).__name__)
            self._store_each(group)
        else:
            # Before anybody is told, and comes again.
            self._wanted = min(len(group) + len(self._waiting), MOST_GROUPED)
            self._wanted_at = monotonic()
            for one, outcome in zip(group, outcomes, strict=True):
                one.tell(outcome)

    def _store_each(self, group: Sequence[_Waiting[Item, Outcome]]) -> None:
        for number, one in enumerate(group):
            try:
                (outcome,) = self._store([one.item])
            except StorageUnavailable as err:
                # Those behind would only wait for it once more, one after the other.
                _tell_all(group[number:], err)
                return
            # As above: the others of the group still wait.
            except Exception:
                log.exception("store.refused")
                one.tell(StorageUnavailable("refused"))
            else:
                one.tell(outcome)


def _tell_all(group: Sequence[_Waiting[Item, Outcome]], err: StorageUnavailable) -> None:
    for one in group:
        one.tell(err)
