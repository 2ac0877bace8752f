"""The Russian production calendar with its transferred days, as a WorkCalendar (domain 4)."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from connector.domain.calendar import WorkCalendar
from connector.domain.dates import Span
from connector.services.cases.production_calendar import published

FIRST = date(2018, 1, 1)
YEARS_AHEAD = 3


def work_calendar(closed: Sequence[Span], today: date) -> WorkCalendar:
    """Working days from 2018 to three years ahead, less the municipality's own closed days.

    Years whose transfers are not published yet have weekends and holidays only.
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
    return frozenset(off)
