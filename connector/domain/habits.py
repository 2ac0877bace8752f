"""A source's habit: in which working hours it is usually heard, and how long its silences are.

Time is measured on a clock of the source's own: an hour in which it was heard on half of the days
counts half an hour, an hour in which it never was counts nothing. So the same threshold fits a busy
site and one that tells something twice a week. Days that are not worked stand still, and so does
the summer, when teachers are on leave: then nobody learns anything of the habit, and nobody is
alarmed.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from connector.domain.calendar import WorkCalendar

HOUR = timedelta(hours=1)

LEARNT_DAYS = 40
"""Working days that are learnt from, the latest: eight of each day of the week."""
FEWEST_DAYS = 10
FEWEST_HOURS = 10
"""A source that was watched, or heard, less has no habit yet."""
FURTHEST = timedelta(days=200)
"""How far back those days are looked for; what lies between them is the summer and holidays."""

ENOUGH = 6.0
"""Hours of the source's own clock. By chance, an hour here and there, one silence in four hundred
is as long."""
LONGER = 2.0
"""How many times longer than the longest silence so far."""

SUMMER = (6, 7, 8)

Slot = tuple[int, int]
"""Day of the week (0 is Monday) and hour, both local."""


@dataclass(frozen=True, slots=True)
class Workdays:
    """Zones and calendars of the municipalities that a source serves.

    An hour is worked where all of them work that day: while one has holidays, a source that serves
    two is rightly quieter. Slots are told by the first one's clock.
    """

    places: tuple[tuple[tzinfo, WorkCalendar], ...]

    def slot(self, hour: datetime) -> Slot | None:
        """None for an hour that is not worked."""
        if not self.places:
            return None
        for zone, calendar in self.places:
            day = hour.astimezone(zone).date()
            if day.month in SUMMER or not calendar.is_working(day):
                return None
        local = hour.astimezone(self.places[0][0])
        return local.weekday(), local.hour


@dataclass(frozen=True, slots=True)
class Habit:
    """rates: in how large a part of the days (0..1) it was heard in that slot. longest: its longest
    silence so far, by its own clock."""

    rates: Mapping[Slot, float]
    longest: float

    @property
    def limit(self) -> float:
        """A silence of this length, by the source's own clock, is longer than its habit."""
        return max(ENOUGH, LONGER * self.longest)

    def silence(self, workdays: Workdays, after: datetime, until: datetime) -> float:
        """How long, by the source's own clock, it was silent if it was last heard at `after`.

        Only hours that have passed whole are counted, never the one in which it was heard.
        """
        passed = 0.0
        for hour in hours_between(hour_of(after) + HOUR, hour_of(until)):
            slot = workdays.slot(hour)
            if slot is not None:
                passed += self.rates.get(slot, 0.0)
        return passed


def hour_of(instant: datetime) -> datetime:
    """The hour it lies in. Zones whose offset is no whole number of hours share UTC's hours."""
    return instant.replace(minute=0, second=0, microsecond=0)


def hours_between(first: datetime, end: datetime) -> Iterator[datetime]:
    """Whole hours from `first` until before `end`."""
    while first < end:
        yield first
        first += HOUR


def learnt(
    heard: Collection[datetime],
    workdays: Workdays,
    until: datetime,
    silences: Sequence[tuple[datetime, datetime]] = (),
) -> Habit | None:
    """The habit of a source that was heard in these hours (UTC, whole); None: it has none yet.

    until: the first hour that is not learnt from. silences: spans in which something was known to
    be wrong, so that an outage does not become the habit.
    """
    known = frozenset(heard)
    if not known:
        return None
    slots = list(_slots(min(known), workdays, until, silences))
    days = {day for _, _, day in slots}
    there = [(hour, slot) for hour, slot, _ in slots if hour in known]
    if len(days) < FEWEST_DAYS or len(there) < FEWEST_HOURS:
        return None
    times = Counter(slot for _, slot, _ in slots)
    met = Counter(slot for _, slot in there)
    rates = {slot: met[slot] / times[slot] for slot in met}
    longest = current = 0.0
    for hour, slot, _ in slots:
        if hour in known:
            current = 0.0
        else:
            current += rates.get(slot, 0.0)
            longest = max(longest, current)
    return Habit(rates, longest)


def _slots(
    first: datetime,
    workdays: Workdays,
    until: datetime,
    silences: Sequence[tuple[datetime, datetime]],
) -> Iterator[tuple[datetime, Slot, int]]:
    """Worked hours of the latest LEARNT_DAYS working days, in order of time, with their days."""
    found: list[tuple[datetime, Slot, int]] = []
    days: set[int] = set()
    hour = hour_of(until) - HOUR
    while hour >= first and until - hour <= FURTHEST:
        slot = workdays.slot(hour)
        is_known = not any(begun <= hour < over for begun, over in silences)
        if slot is not None and is_known:
            day = hour.astimezone(workdays.places[0][0]).toordinal()
            days.add(day)
            if len(days) > LEARNT_DAYS:
                break
            found.append((hour, slot, day))
        hour -= HOUR
    return reversed(found)
