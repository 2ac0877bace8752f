"""How long senders wait for their answers, counted in the process that gives them."""

from threading import Lock

BOUNDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
"""Seconds: upper ends of the buckets; what took longer is in one more."""


class HookTimes:
    """Counts by status. Safe for threads; a lock and two additions a request."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[int, list[int]] = {}
        self._sums: dict[int, float] = {}

    def took(self, status: int, seconds: float) -> None:
        bucket = next((at for at, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))
        with self._lock:
            counts = self._counts.setdefault(status, [0] * (len(BOUNDS) + 1))
            counts[bucket] += 1
            self._sums[status] = self._sums.get(status, 0.0) + seconds

    def counted(self) -> dict[int, tuple[tuple[int, ...], float]]:
        """By status: how many fell into each bucket, and the sum of their seconds."""
        with self._lock:
            return {
                status: (tuple(counts), self._sums[status])
                for status, counts in sorted(self._counts.items())
            }
