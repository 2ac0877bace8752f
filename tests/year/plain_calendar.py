"""Days worked in Королёв, and hours at which people may be written to: lists and plain loops."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from tests.year.year_town import HOLIDAYS

DAY = timedelta(days=1)
MOSCOW = timedelta(hours=3)
DAYS_OFF = {
    *(date(2025, month, day) for month, day in ((11, 3), (11, 4), (12, 31))),
    *(date(2026, 1, day) for day in (1, 2, 5, 6, 7, 8, 9)),
    *(date(2026, m, d) for m, d in ((2, 23), (3, 9), (5, 1), (5, 11), (6, 12), (11, 4), (12, 31))),
    *(date(2027, 1, day) for day in (1, 4, 5, 6, 7, 8)),
}
"""Days off from Monday to Friday, as the government moved them (постановления о переносе)."""
WORKED_SATURDAYS = {date(2025, 11, 1)}
OPENS, CLOSES, DIGEST = 8, 20, 9


@cache
def is_working(day: date) -> bool:
    if day in WORKED_SATURDAYS:
        return True
    closed = any(first <= day <= last for first, last in HOLIDAYS)
    return day.weekday() < 5 and day not in DAYS_OFF and not closed


def is_open(at: datetime) -> bool:
    """Whether people may be written to (domain 6: never at night or on closed days); `at` is
    local."""
    return is_working(at.date()) and OPENS <= at.hour < CLOSES


def opens_at(at: datetime) -> datetime:
    """The next moment from the local `at` on at which people may be written to."""
    while not is_open(at):
        at = at.replace(minute=0, second=0) + timedelta(hours=1)
    return at


def digest_at(at: datetime, hour: int = DIGEST, weekday: int | None = None) -> datetime:
    """The first digest from the local `at` on; weekday: of a weekly one, 0 is Monday."""
    day = at.date()
    while True:
        moment = datetime.combine(day, time(hour))
        if is_working(day) and moment >= at and (weekday is None or _stands_for(day, weekday)):
            return opens_at(moment)
        day += DAY


def _stands_for(day: date, weekday: int) -> bool:
    """Whether a working day is that weekday, or the first one worked after it was closed."""
    while day.weekday() != weekday:
        day -= DAY
        if is_working(day):
            return False
    return True


def local(at: datetime) -> datetime:
    """An aware instant on the clocks of Королёв."""
    return at.astimezone(UTC).replace(tzinfo=None) + MOSCOW


def working_between(after: date, until: date) -> int:
    """Working days x with after < x <= until."""
    count, day = 0, after
    while day < until:
        day += DAY
        count += is_working(day)
    return count
