"""When people may be written to: never at night, never on closed days (domain 6)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from connector.domain.calendar import WorkCalendar

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PostHours:
    """A municipality's waking hours, local time: `opens` <= t < `closes` on working days.

    digest: the hour at which what is not urgent is gathered; it lies within the waking hours.
    """

    zone: tzinfo
    calendar: WorkCalendar
    opens: time = time(8)
    closes: time = time(20)
    digest: time = time(9)

    def __post_init__(self) -> None:
        if not self.opens <= self.digest < self.closes:
            raise ValueError("the digest hour must lie within the waking hours")

    def are_open(self, instant: datetime) -> bool:
        local = instant.astimezone(self.zone)
        return self.calendar.is_working(local.date()) and (self.opens <= local.time() < self.closes)

    def next_open(self, instant: datetime) -> datetime:
        """`instant` itself within waking hours, else when they next begin; UTC."""
        if self.are_open(instant):
            return instant.astimezone(UTC)
        return self._next(instant, self.opens)

    def next_digest(self, instant: datetime) -> datetime:
        """The first digest hour of a working day that is not earlier than `instant`; UTC."""
        return self._next(instant, self.digest)

    def _next(self, instant: datetime, hour: time) -> datetime:
        day = instant.astimezone(self.zone).date()
        while True:
            day = self.calendar.next_working(day)
            at = self._at(day, hour)
            if at >= instant:
                return at
            day += _DAY

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, self.zone).astimezone(UTC)
