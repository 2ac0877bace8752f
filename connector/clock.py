"""Time as an argument: the only place that asks the operating system what time it is."""

from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant, aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class AdjustableClock:
    """A clock that starts at a given instant, runs on with real time, and can be moved.

    The demonstration keeps the day of the captures with it; fault tests turn it back an hour.
    """

    def __init__(self, start: datetime) -> None:
        self._lock = Lock()
        self.move_to(start)

    def move_to(self, instant: datetime) -> None:
        """Make `instant` (aware) the present."""
        with self._lock:
            self._instant = instant.astimezone(UTC)
            self._since = monotonic()

    def now(self) -> datetime:
        with self._lock:
            return self._instant + timedelta(seconds=monotonic() - self._since)
