"""Reporting periods and the day a subject is judged on (domain 5)."""

from datetime import date

import pytest

from connector.domain.periods import (
    AsOfBeforePeriod,
    NotAPeriod,
    Period,
    PeriodKind,
    parse_period,
    period_containing,
)

YEAR = Period(PeriodKind.YEAR, 2026)
ACADEMIC = Period(PeriodKind.ACADEMIC_YEAR, 2026)


def test_a_year_is_the_calendar_year() -> None:
    assert (YEAR.first, YEAR.last) == (date(2026, 1, 1), date(2026, 12, 31))


def test_an_academic_year_runs_from_september_to_august() -> None:
    assert (ACADEMIC.first, ACADEMIC.last) == (date(2026, 9, 1), date(2027, 8, 31))


@pytest.mark.parametrize(
    ("period", "day", "judged_on"),
    [
        (YEAR, date(2026, 1, 1), date(2026, 1, 1)),
        (YEAR, date(2026, 6, 30), date(2026, 6, 30)),
        (YEAR, date(2026, 12, 31), date(2026, 12, 31)),
        (YEAR, date(2027, 5, 1), date(2026, 12, 31)),
        (ACADEMIC, date(2027, 9, 1), date(2027, 8, 31)),
    ],
)
def test_a_later_day_means_the_last_of_the_period(
    period: Period, day: date, judged_on: date
) -> None:
    assert period.as_of(day) == judged_on


@pytest.mark.parametrize(
    ("period", "day"), [(YEAR, date(2025, 12, 31)), (ACADEMIC, date(2026, 8, 31))]
)
def test_an_earlier_day_is_an_error(period: Period, day: date) -> None:
    with pytest.raises(AsOfBeforePeriod) as caught:
        period.as_of(day)
    assert (caught.value.period, caught.value.day) == (str(period), day)


@pytest.mark.parametrize(("text", "period"), [("2026", YEAR), ("2026/2027", ACADEMIC)])
def test_periods_are_written_as_they_are_read(text: str, period: Period) -> None:
    assert parse_period(text) == period
    assert str(period) == text


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026/27", "2026/2026", "2026/2028", "2026-2027", " 2026", "2026\n", "20261", "٢٠٢٦",
     "0000", "9999", "9999/10000"],
)  # fmt: skip
def test_nothing_else_is_a_period(text: str) -> None:
    with pytest.raises(NotAPeriod):
        parse_period(text)


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 8, 31), "2025/2026"),
        (date(2026, 9, 1), "2026/2027"),
        (date(2027, 1, 1), "2026/2027"),
    ],
)
def test_a_day_lies_in_one_academic_year(day: date, text: str) -> None:
    assert str(period_containing(day, PeriodKind.ACADEMIC_YEAR)) == text


def test_a_day_lies_in_its_calendar_year() -> None:
    assert period_containing(date(2026, 9, 1), PeriodKind.YEAR) == YEAR


def test_the_previous_period_is_of_the_same_kind() -> None:
    assert str(YEAR.previous) == "2025"
    assert str(ACADEMIC.previous) == "2025/2026"
