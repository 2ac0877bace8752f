"""Looking for the first day of something that stays so: by halves, not day by day."""

from bisect import bisect_left
from collections.abc import Callable
from datetime import date, timedelta


def first_where(holds: Callable[[date], bool], first: date, last: date) -> date:
    """The first day from `first` to `last` on which what holds on `last` and stays so holds."""
    ordinals = range(first.toordinal(), last.toordinal())
    found = bisect_left(ordinals, True, key=lambda ordinal: holds(date.fromordinal(ordinal)))
    return first + timedelta(days=found)
