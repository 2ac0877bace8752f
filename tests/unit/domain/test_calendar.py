"""Working days: the production calendar and the municipality's closed days (domain 4)."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.calendar import WorkCalendar
from connector.domain.dates import Span
from tests.unit.domain.builders import CALENDAR, calendar

# 9 March 2026 is a Monday off for 8 March; a Saturday worked for it stands in for a transfer.
MARCH_9, SATURDAY = date(2026, 3, 9), date(2026, 3, 14)
HOLIDAYS = Span(date(2026, 3, 23), date(2026, 3, 29))
SMALL = WorkCalendar(
    date(2026, 3, 1),
    date(2026, 3, 31),
    [
        d
        for d in (date(2026, 3, 1) + timedelta(days=n) for n in range(31))
        if (d.weekday() >= 5 and d != SATURDAY) or d == MARCH_9
    ],
    [HOLIDAYS, Span(date(2026, 4, 6), date(2026, 4, 6))],
)


def test_the_production_calendar_rules_not_the_weekday() -> None:
    assert not SMALL.is_working(MARCH_9)
    assert SMALL.is_working(SATURDAY)


def test_the_municipalitys_closed_days_are_not_worked() -> None:
    assert [SMALL.is_working(date(2026, 3, n)) for n in (20, 23, 27, 30)] == [
        True,
        False,
        False,
        True,
    ]


def test_outside_the_known_years_weekdays_are_worked_closed_ones_excepted() -> None:
    assert SMALL.is_working(date(2026, 4, 3))
    assert not SMALL.is_working(date(2026, 4, 4))
    assert not SMALL.is_working(date(2026, 4, 6))


def test_the_next_working_day_may_be_today() -> None:
    assert SMALL.next_working(date(2026, 3, 6)) == date(2026, 3, 6)
    assert SMALL.next_working(date(2026, 3, 7)) == date(2026, 3, 10)
    assert SMALL.next_working(date(2026, 3, 21)) == date(2026, 3, 30)


@given(st.dates(date(2026, 2, 1), date(2026, 5, 1)), st.integers(-3, 70))
def test_a_count_leaves_out_its_first_day_and_takes_its_last(after: date, length: int) -> None:
    until = after + timedelta(days=length)
    by_hand = sum(SMALL.is_working(after + timedelta(days=n)) for n in range(1, length + 1))
    assert SMALL.count(after, until) == by_hand


def test_overlapping_closed_spans_close_a_day_once() -> None:
    twice = calendar(
        Span(date(2026, 3, 2), date(2026, 3, 4)), Span(date(2026, 3, 3), date(2026, 3, 5))
    )
    week = (date(2026, 3, 1), date(2026, 3, 8))
    assert (CALENDAR.count(*week), twice.count(*week)) == (5, 1)
