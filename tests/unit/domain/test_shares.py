"""Shares, plans and what is missing (domain 5, contract 4)."""

from datetime import date
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.because import SubjectKind
from connector.domain.indicators import Basis, Indicator, IndicatorKind, Plan
from connector.domain.periods import PeriodKind
from connector.domain.shares import Share, percent
from connector.domain.words import CORE


def share(achieved: int, population: int, kind: IndicatorKind = IndicatorKind.SHARE) -> Share:
    return Share(kind, population, achieved)


@pytest.mark.parametrize(
    ("achieved", "population", "rounded"),
    [
        (1, 3, 0.3333),
        (2, 3, 0.6667),
        (1, 20_000, 0.0001),
        (1, 20_001, 0.0),
        (3, 20_000, 0.0002),
        (5, 8, 0.625),
        (0, 7, 0.0),
        (7, 7, 1.0),
        (99_999, 100_000, 1.0),
    ],
)
def test_a_share_is_rounded_half_up_to_four_places(
    achieved: int, population: int, rounded: float
) -> None:
    assert share(achieved, population).rounded == rounded


@given(st.integers(0, 5000), st.integers(1, 5000))
def test_rounding_starts_from_the_exact_share(achieved: int, population: int) -> None:
    expected = floor(Fraction(achieved * 20_000 + population, 2 * population))
    rounded = share(achieved, population).rounded
    assert rounded is not None
    assert round(rounded * 10_000) == expected


def test_a_ratio_may_pass_1() -> None:
    assert share(25, 2, IndicatorKind.RATIO).rounded == 12.5


def test_an_empty_population_has_no_share_and_is_neither_met_nor_missing() -> None:
    empty, plan = share(0, 0), Plan(Fraction(3, 10))
    assert (empty.exact, empty.rounded, empty.meets(plan), empty.missing(plan)) == (None,) * 4
    assert percent(empty.rounded) == "—"


def test_a_count_has_no_share() -> None:
    assert share(5, 5, IndicatorKind.COUNT).rounded is None


@pytest.mark.parametrize(
    ("achieved", "population", "met", "missing"),
    [(3, 10, True, 0), (2, 10, False, 1), (4, 11, True, 0), (3, 11, False, 1), (9, 10, True, 0),
     (0, 1, False, 1), (0, 10, False, 3)],
)  # fmt: skip
def test_a_plan_is_met_exactly_or_so_many_are_missing(
    achieved: int, population: int, met: bool, missing: int
) -> None:
    plan = Plan(Fraction(3, 10))
    assert share(achieved, population).meets(plan) is met
    assert share(achieved, population).missing(plan) == missing


def test_what_is_shown_as_60_percent_need_not_be_60_percent() -> None:
    plan = Plan(Fraction(6, 10))
    almost = share(59_999, 100_000)
    assert almost.rounded == 0.6
    assert almost.meets(plan) is False
    assert almost.missing(plan) == 1


@given(st.integers(0, 300), st.integers(1, 300), st.integers(0, 100))
def test_nothing_is_missing_exactly_where_the_plan_is_met(
    achieved: int, population: int, at_least: int
) -> None:
    plan, held = Plan(Fraction(at_least, 100)), share(achieved, population)
    missing = held.missing(plan)
    assert missing is not None
    assert held.meets(plan) is (missing == 0)
    if missing:
        assert share(achieved + missing, population).meets(plan)
        assert not share(achieved + missing - 1, population).meets(plan)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.615, "61,5 %"), (0.2855, "28,6 %"), (0.6145, "61,5 %"), (1.0, "100,0 %"), (0.0, "0,0 %"),
     (0.0004, "0,0 %"), (0.0005, "0,1 %"), (Fraction(1, 3), "33,3 %"),
     (Fraction(61449, 100_000), "61,4 %")],
)  # fmt: skip
def test_percents_are_shown_half_up_with_a_comma(value: float | Fraction, text: str) -> None:
    assert percent(value) == text


def indicator(*plans: Plan) -> Indicator:
    everyone = CORE["everyone"].build()
    return Indicator(
        "x", "x", SubjectKind.STAFF, IndicatorKind.SHARE, PeriodKind.YEAR, everyone, everyone,
        Basis("x", "1"), plans,
    )  # fmt: skip


def test_next_years_plan_does_not_rewrite_this_years() -> None:
    old, new = Plan(Fraction(3, 10)), Plan(Fraction(4, 10), date(2027, 1, 1))
    held = indicator(old, new)
    assert held.plan_on(date(2026, 12, 31)) == old
    assert held.plan_on(date(2027, 12, 31)) == new


def test_before_its_first_day_there_is_no_plan() -> None:
    held = indicator(Plan(Fraction(4, 10), date(2027, 1, 1)))
    assert held.plan_on(date(2026, 12, 31)) is None
    assert indicator().plan_on(date(2026, 12, 31)) is None
