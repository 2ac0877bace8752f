"""Working days of Russia as the installed package `holidays` and the Labour Code have them."""

from datetime import date, timedelta

import pytest

from connector.domain.calendar import WorkCalendar
from connector.domain.dates import Span
from connector.services.cases.calendars import work_calendar

TODAY = date(2026, 11, 28)
CALENDAR = work_calendar((), TODAY)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        # Transfers decreed for 2026 and 2027; the package knows them.
        ("2026-01-09", False),
        ("2026-03-09", False),
        ("2026-05-11", False),
        ("2026-12-31", False),
        ("2027-02-20", True),
        ("2027-02-22", False),
        ("2027-11-05", False),
        ("2027-12-31", False),
        # 2028 is not decreed yet: 4 November is a Saturday, and the Code makes up for it.
        ("2028-11-04", False),
        ("2028-11-06", False),
        ("2028-11-07", True),
        ("2029-05-02", True),
    ],
)
def test_the_production_calendar_with_its_transferred_days(day: str, works: bool) -> None:
    assert CALENDAR.is_working(date.fromisoformat(day)) is works


@pytest.mark.parametrize(("year", "days"), [(2024, 248), (2025, 247), (2026, 247), (2027, 247)])
def test_a_year_has_as_many_working_days_as_was_published(year: int, days: int) -> None:
    assert CALENDAR.count(date(year - 1, 12, 31), date(year, 12, 31)) == days


def test_school_holidays_of_the_municipality_are_not_worked() -> None:
    autumn = Span(date(2026, 10, 26), date(2026, 11, 3))
    own: WorkCalendar = work_calendar((autumn,), TODAY)
    assert own.count(date(2026, 10, 25), date(2026, 11, 5)) == 1
    assert CALENDAR.count(date(2026, 10, 25), date(2026, 11, 5)) == 8
    assert own.next_working(date(2026, 10, 26)) == date(2026, 11, 5)


def test_the_known_years_reach_from_year_to_year_as_time_goes_on() -> None:
    later = work_calendar((), TODAY + timedelta(days=400))
    assert not later.is_working(date(2031, 1, 6))
