"""Days, spans and calendar years (domain 2)."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.dates import (
    Span,
    add_years,
    earliest,
    local_day,
    start_of,
)
from tests.unit.domain.builders import MOSCOW, VLADIVOSTOK, utc

near = st.dates(date(2026, 1, 1), date(2026, 2, 15))
spans = st.builds(Span, st.none() | near, st.none() | near)
DAYS = [date(2025, 12, 31) + timedelta(days=n) for n in range(50)]


def test_a_span_includes_both_its_days() -> None:
    span = Span(date(2026, 3, 1), date(2026, 3, 2))
    assert [date(2026, 2, 28) + timedelta(days=n) in span for n in range(4)] == [
        False, True, True, False,
    ]  # fmt: skip


def test_an_empty_bound_is_open() -> None:
    assert date.min in Span(None, date(2026, 3, 1))
    assert date.max in Span(date(2026, 3, 1), None)
    assert date(2026, 3, 1) in Span()


@given(spans, spans)
def test_the_overlap_holds_the_days_of_both(one: Span, other: Span) -> None:
    common = one.overlap(other)
    assert common == other.overlap(one)
    if not (_backwards(one) or _backwards(other)):
        assert [d for d in DAYS if common and d in common] == [
            d for d in DAYS if d in one and d in other
        ]


def _backwards(span: Span) -> bool:
    return span.first is not None and span.last is not None and span.first > span.last


@given(spans, st.sampled_from(DAYS))
def test_membership_next_changes_where_a_scan_finds_it(span: Span, after: date) -> None:
    scan = (d for d in DAYS if d > after and (d in span) != (d - timedelta(days=1) in span))
    found = span.next_change(after)
    if not _backwards(span):
        assert (found if found in DAYS else None) == next(scan, None)


@pytest.mark.parametrize(
    ("day", "years", "then"),
    [
        (date(1992, 2, 29), 35, date(2027, 2, 28)),
        (date(1992, 2, 29), 36, date(2028, 2, 29)),
        (date(1992, 2, 28), 35, date(2027, 2, 28)),
        (date(2024, 3, 1), 1, date(2025, 3, 1)),
    ],
)
def test_years_are_added_on_the_calendar(day: date, years: int, then: date) -> None:
    assert add_years(day, years) == then


def test_a_day_is_the_municipalitys_own() -> None:
    instant = utc(2026, 3, 1, 15)
    assert local_day(instant, MOSCOW) == date(2026, 3, 1)
    assert local_day(instant, VLADIVOSTOK) == date(2026, 3, 2)


@given(st.dates(date(2005, 1, 1), date(2030, 1, 1)), st.sampled_from((MOSCOW, VLADIVOSTOK)))
def test_a_day_runs_from_its_start_to_the_start_of_the_next(day: date, zone: ZoneInfo) -> None:
    second = timedelta(seconds=1)
    assert local_day(start_of(day, zone), zone) == day
    assert local_day(start_of(day, zone) - second, zone) == day - timedelta(days=1)
    assert local_day(start_of(day + timedelta(days=1), zone) - second, zone) == day
    assert local_day(start_of(day + timedelta(days=1), zone), zone) == day + timedelta(days=1)


def test_the_earliest_of_what_is_given() -> None:
    assert earliest(None, date(2026, 3, 2), date(2026, 3, 1)) == date(2026, 3, 1)
    assert earliest(None, None) is None
