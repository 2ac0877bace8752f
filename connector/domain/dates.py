"""Days, spans of days and local time, as the documents mean them (domain 2).

A day is the municipality's local day; every span includes both its days and an empty bound is open.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class Span:
    """From `first` to `last`, both days included; None is unbounded."""

    first: date | None = None
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def overlap(self, other: "Span") -> "Span | None":
        """The common days, None where there are none."""
        first = max((d for d in (self.first, other.first) if d is not None), default=None)
        last = min((d for d in (self.last, other.last) if d is not None), default=None)
        if first is not None and last is not None and first > last:
            return None
        return Span(first, last)

    def next_change(self, after: date) -> date | None:
        """The first day after `after` on which membership differs from the day before."""
        candidates = []
        if self.first is not None and self.first > after:
            candidates.append(self.first)
        if self.last is not None and self.last >= after:
            candidates.append(self.last + timedelta(days=1))
        return min(candidates, default=None)


def add_years(day: date, years: int) -> date:
    """The same day `years` later on the calendar; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def local_day(instant: datetime, zone: tzinfo) -> date:
    """The municipality's day on which `instant` lies."""
    return instant.astimezone(zone).date()


def start_of(day: date, zone: tzinfo) -> datetime:
    """The first instant of a local day, in UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def earliest(*days: date | None) -> date | None:
    """The earliest of the days that are given, None where none is."""
    return min((day for day in days if day is not None), default=None)
