"""A request budget per source: a school's Moodle serves its learners first."""

from collections.abc import Callable
from threading import Lock
from time import monotonic


class OverBudget(Exception):
    """No place within the time the caller is ready to wait. `wait`: seconds until there is one."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


class Budget:
    """A bucket of `burst` requests, refilled at `rate` a second. Safe for threads.

    A place is reserved ahead of time instead of refused: one delivery may need more requests than
    the bucket holds (a regrade of thirty attempts), and would never end if each time it had to
    start anew.
    """

    def __init__(
        self, rate: float = 10.0, burst: int = 20, tick: Callable[[], float] = monotonic
    ) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._tick = tick
        self._lock = Lock()
        self._left = self._burst
        self._since = tick()

    def reserve(self, patience: float) -> float:
        """Take a place; the seconds to wait before using it. Beyond `patience`: OverBudget."""
        with self._lock:
            now = self._tick()
            self._left = min(self._burst, self._left + max(0.0, now - self._since) * self._rate)
            self._since = now
            wait = max(0.0, (1.0 - self._left) / self._rate)
            if wait > patience:
                raise OverBudget(wait)
            self._left -= 1.0
            return wait
