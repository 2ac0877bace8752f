"""The Russian production calendar with its transferred days, as a WorkCalendar (domain 4)."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from connector.domain.calendar import WorkCalendar
from connector.domain.dates import Span
from connector.services.cases.production_calendar import Published, published

FIRST = date(2018, 1, 1)
YEARS_AHEAD = 3
_NAMED = ((2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4))
"""Non-working holidays besides those of January (Labour Code, article 112)."""


def work_calendar(closed: Sequence[Span], today: date) -> WorkCalendar:
    """Working days from 2018 to three years ahead, less the municipality's own closed days.

    Years whose transfers are not decreed yet have weekends, holidays, and what follows from the
    Labour Code alone: a weekend day that is a holiday is made up for on the next working day.
    """
    last = date(today.year + YEARS_AHEAD, 12, 31)
    return WorkCalendar(FIRST, last, _days_off(last.year), closed)


@lru_cache(maxsize=4)
def _days_off(last_year: int) -> frozenset[date]:
    found = published(FIRST.year, last_year)
    off = set(found.off - found.worked)
    day = FIRST
    while day.year <= last_year:
        if day.weekday() >= 5 and day not in found.worked:
            off.add(day)
        day += timedelta(days=1)
    for year in range(FIRST.year, last_year + 1):
        if not _is_decreed(year, found):
            off |= _made_up_for(year, off)
    return frozenset(off)


def _is_decreed(year: int, found: Published) -> bool:
    """Whether the year's transfers are known: each year has some, of its January at least."""
    of_year = {day for day in found.off if day.year == year and day.weekday() < 5}
    return any(day not in _holidays(year) for day in of_year)


def _made_up_for(year: int, off: set[date]) -> set[date]:
    """Article 112: not of January, whose weekend days the government transfers."""
    made: set[date] = set()
    for holiday in sorted(_holidays(year)):
        day = holiday
        if holiday.month == 1 or holiday.weekday() < 5:
            continue
        while day in off or day in made:
            day += timedelta(days=1)
        made.add(day)
    return made


def _holidays(year: int) -> set[date]:
    january = {date(year, 1, day) for day in range(1, 9)}
    return january | {date(year, month, day) for month, day in _NAMED}

