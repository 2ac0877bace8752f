"""The loops as threads: each works while there is work, then sleeps until nudged or a while.

A nudge is a convenience. Work that no nudge came for is found by the next look, so a lost one costs
seconds and nothing else.
"""

import logging
from collections.abc import Callable
from threading import Event, Thread
from time import monotonic

from connector.errors import StorageUnavailable

log = logging.getLogger(__name__)

Work = Callable[[], int]
"""One batch; how much was done. 0 means that there is nothing to do at present."""


class Loop:
    """One thread that repeats one kind of work."""

    def __init__(self, name: str, work: Work, idle_s: float, patience_s: float = 300.0) -> None:
        """patience_s: how long one look may take before the loop counts as silent."""
        self.name = name
        self._work = work
        self._idle_s = idle_s
        self.patience_s = patience_s
        self._nudged = Event()
        self._stopping = Event()
        self._beat = monotonic()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def nudge(self) -> None:
        """There is work. Returns at once; any number of nudges make one look."""
        self._nudged.set()

    def stop(self) -> None:
        """Asks the loop to end after the batch it is in."""
        self._stopping.set()
        self._nudged.set()

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    @property
    def silent_s(self) -> float:
        """Seconds since the loop last began a look; infinite for one that died."""
        return monotonic() - self._beat if self._thread.is_alive() else float("inf")

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._beat = monotonic()
            self._nudged.clear()
            if self._turn() == 0:
                self._nudged.wait(self._idle_s)

    def _turn(self) -> int:
        try:
            return self._work()
        except StorageUnavailable as err:
            log.warning("loop.storage_unavailable loop=%s error=%s", self.name, err)
        # A loop that dies stops the whole municipality; it reports, rests and goes on. What it was
        # at stays claimed until its term ends, so the fault is not met again at once.
        except Exception:
            log.exception("loop.fault loop=%s", self.name)
        return 0


class Loops:
    """Several loops, started and stopped together."""

    def __init__(self, *loops: Loop) -> None:
        self._loops = loops

    def start(self) -> None:
        for loop in self._loops:
            loop.start()

    def nudge(self) -> None:
        for loop in self._loops:
            loop.nudge()

    def stop(self, timeout_s: float = 20.0) -> None:
        """Lets every batch in hand end. What does not end in time is taken over by its lease."""
        for loop in self._loops:
            loop.stop()
        for loop in self._loops:
            loop.join(timeout_s)

    def silent(self, limit_s: float | None = None) -> list[str]:
        """Names of the loops that have not looked for work for so long, or as long as they may."""
        return [
            loop.name
            for loop in self._loops
            if loop.silent_s > (loop.patience_s if limit_s is None else limit_s)
        ]
