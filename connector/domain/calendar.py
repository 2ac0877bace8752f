"""Working days: the production calendar and the municipality's own closed days (domain 4)."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta

from connector.domain.dates import Span


class WorkCalendar:
    """Answers whether a day is worked, between `first` and `last`.

    days_off: every day that is not worked, weekends and transferred days included, as the
    production calendar has it. closed: the municipality's own spans, school holidays among them.
    Days outside `first`..`last` are worked from Monday to Friday, closed ones excepted.
    """

    def __init__(
        self, first: date, last: date, days_off: Iterable[date], closed: Iterable[Span] = ()
    ) -> None:
        off = frozenset(days_off)
        spans = tuple(closed)
        self._first = first
        self._last = last
        self._closed = spans
        self._worked: list[int] = []
        day = first
        while day <= last:
            if day not in off and not any(day in span for span in spans):
                self._worked.append(day.toordinal())
            day += timedelta(days=1)

    def is_working(self, day: date) -> bool:
        if not self._first <= day <= self._last:
            return day.weekday() < 5 and not any(day in span for span in self._closed)
        ordinal = day.toordinal()
        at = bisect_right(self._worked, ordinal)
        return at > 0 and self._worked[at - 1] == ordinal

    def count(self, after: date, until: date) -> int:
        """Working days x with after < x <= until; 0 where until <= after."""
        if until <= after:
            return 0
        if self._first <= after and until <= self._last:
            return self._upto(until) - self._upto(after)
        days = range(after.toordinal() + 1, until.toordinal() + 1)
        return sum(self.is_working(date.fromordinal(day)) for day in days)

    def next_working(self, day: date) -> date:
        """`day` itself if it is worked, else the next day that is."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def _upto(self, day: date) -> int:
        return bisect_right(self._worked, day.toordinal())
