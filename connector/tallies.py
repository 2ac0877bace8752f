"""Numbers a process counts about its own work, until somebody writes them down for all of them.

A worker has no address to be asked at, and there may be fifty. So each adds its share to rows of
the database every few seconds, and whichever web process is scraped tells the sums. What a process
had not yet written when it was killed is missing from them: a few seconds worth, never more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

Key = tuple[str, tuple[str, ...]]
"""Name and values of the labels."""

BOUNDS = (0.05, 0.2, 1.0, 5.0, 20.0)
"""Seconds: upper ends of the buckets durations are counted in; the last bucket has none."""
BEYOND = "+Inf"


@dataclass(frozen=True, slots=True)
class Taken:
    """What was counted since it was last taken. added: to be added up; put: the latest value."""

    added: Mapping[Key, float]
    put: Mapping[Key, float]

    def __bool__(self) -> bool:
        return bool(self.added or self.put)


class Tallies:
    """Safe for threads; costs a lock and an addition."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._added: dict[Key, float] = {}
        self._put: dict[Key, float] = {}

    def add(self, name: str, *labels: str, by: float = 1.0) -> None:
        with self._lock:
            self._add((name, labels), by)

    def put(self, name: str, *labels: str, value: float) -> None:
        with self._lock:
            self._put[name, labels] = value

    def took(self, name: str, *labels: str, seconds: float) -> None:
        """One duration: counted in its bucket, and added to the sum."""
        bound = next((str(bound) for bound in BOUNDS if seconds <= bound), BEYOND)
        with self._lock:
            self._add((f"{name}_bucket", (*labels, bound)), 1)
            self._add((f"{name}_sum", labels), seconds)

    def take(self) -> Taken:
        with self._lock:
            taken = Taken(self._added, self._put)
            self._added, self._put = {}, {}
            return taken

    def give_back(self, taken: Taken) -> None:
        """What could not be written down is written with the next."""
        with self._lock:
            for key, value in taken.added.items():
                self._add(key, value)
            self._put = {**taken.put, **self._put}

    def _add(self, key: Key, by: float) -> None:
        self._added[key] = self._added.get(key, 0.0) + by
