"""Percent to level by a dated scale (domain 3)."""

from datetime import date
from fractions import Fraction

import pytest

from connector.domain.levels import Level, Scale, Scales
from tests.unit.domain.builders import attempt, folded, setting, utc

EPSILON = Fraction(1, 10**9)


@pytest.mark.parametrize(
    ("percent", "level"),
    [
        (Fraction(100), Level.HIGH),
        (Fraction(85), Level.HIGH),
        (85 - EPSILON, Level.ELEVATED),
        (Fraction(70), Level.ELEVATED),
        (70 - EPSILON, Level.BASE),
        (Fraction(50), Level.BASE),
        (50 - EPSILON, Level.BELOW_BASE),
        (Fraction(0), Level.BELOW_BASE),
    ],
)
def test_the_default_scale_meets_exactly(percent: Fraction, level: Level) -> None:
    assert Scale().level(percent) is level


def test_levels_are_in_order() -> None:
    order = [Level.BELOW_BASE, Level.BASE, Level.ELEVATED, Level.HIGH]
    assert [level.rank for level in order] == [0, 1, 2, 3]
    assert Level.BASE.reaches(Level.BASE)
    assert not Level.BASE.reaches(Level.ELEVATED)


SCALES = Scales(
    (
        (None, Scale(base=Fraction(40))),
        (date(2026, 9, 1), Scale(base=Fraction(60))),
        (date(2027, 1, 1), Scale(base=Fraction(50))),
    )
)


@pytest.mark.parametrize(
    ("day", "base"),
    [
        (date(2020, 1, 1), 40),
        (date(2026, 8, 31), 40),
        (date(2026, 9, 1), 60),
        (date(2028, 1, 1), 50),
    ],
)
def test_the_scale_in_force_on_a_day(day: date, base: int) -> None:
    assert SCALES.on(day).base == base


def test_a_first_scale_with_a_day_holds_before_it_too() -> None:
    assert Scales(((date(2026, 1, 1), Scale(base=Fraction(40))),)).on(date(2020, 1, 1)).base == 40


def test_a_result_keeps_the_scale_of_its_day() -> None:
    before = attempt(utc(2026, 8, 31), (5, 10), (5, 10), number=1)
    after = attempt(utc(2026, 9, 1), (5, 10), (5, 10), number=2)
    found = folded(before, after, in_=setting(scales=SCALES))
    assert [r.levels["A"] for r in found.results] == [Level.BASE, Level.BELOW_BASE]
    assert [r.overall_level for r in found.results] == [Level.BASE, Level.BELOW_BASE]


def test_its_day_is_the_local_one() -> None:
    # 22:00 UTC on 31 August is 1 September in Moscow: the new scale.
    (result,) = folded(
        attempt(utc(2026, 8, 31, 22), (5, 10), (5, 10)), in_=setting(scales=SCALES)
    ).results
    assert (result.day, result.levels["A"]) == (date(2026, 9, 1), Level.BELOW_BASE)
