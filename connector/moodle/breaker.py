"""A breaker per source: a Moodle that is down is left alone, not asked by each delivery in turn."""

from collections.abc import Callable
from threading import Lock
from time import monotonic


class Breaker:
    """Opens after `failures` failures in a row, each time twice as long, up to `longest` seconds.

    After the pause one caller is let through; its success closes the breaker, its failure opens it
    again. Safe for threads. `tick` is a monotonic clock: a wall clock turned back would hold it
    open.
    """

    def __init__(
        self,
        failures: int = 5,
        pause: float = 5.0,
        longest: float = 300.0,
        tick: Callable[[], float] = monotonic,
    ) -> None:
        self._limit = failures
        self._pause = pause
        self._longest = longest
        self._tick = tick
        self._lock = Lock()
        self._failures = 0
        self._openings = 0
        self._until: float | None = None

    def wait(self) -> float:
        """Seconds to keep away; 0 lets the caller through, who then must report the outcome."""
        with self._lock:
            if self._until is None:
                return 0.0
            left = self._until - self._tick()
            if left > 0:
                return left
            # The one who probes holds the others back for as long as a pause lasts.
            self._until = self._tick() + self._pause
            return 0.0

    def succeeded(self) -> None:
        with self._lock:
            self._failures = self._openings = 0
            self._until = None

    def failed(self, retry_after: float | None = None) -> bool:
        """Count a failure; `retry_after`: the site itself said how long, so open at once.

        Whether this opened it, or held it open longer.
        """
        with self._lock:
            self._failures += 1
            if retry_after is None and self._failures < self._limit and self._until is None:
                return False
            pause = min(self._pause * 2**self._openings, self._longest)
            self._openings = min(self._openings + 1, 30)
            self._until = self._tick() + max(pause, min(retry_after or 0.0, 3600.0))
            return True
