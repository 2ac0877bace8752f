"""Moodle's values: one form for what comes in three types."""

from typing import Any

import pytest

from connector.dialects.moodle_values import moodle_id, moodle_time, plain


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        ("7", "7"),
        ("007", "7"),
        (0, None),
        ("0", None),
        (-1, None),
        ("-1", None),
        (None, None),
        ("", None),
        (True, None),
        (7.0, None),
        ("7.0", None),
        ("٧", None),
        ("{objectid}", None),
        ("9" * 21, None),
        ([], None),
    ],
)
def test_a_moodle_number_is_decimal_text(value: Any, text: str | None) -> None:
    assert moodle_id(value) == text


def test_a_moodle_time_is_seconds_and_not_the_end_of_days() -> None:
    assert moodle_time(1795326056) == moodle_time("1795326056")
    assert str(moodle_time(1795326056)) == "2026-11-22 05:40:56+00:00"
    assert moodle_time(9_999_999_999_999) is None
    assert moodle_time("вчера") is None


def test_a_grade_is_the_same_in_all_its_three_types() -> None:
    assert plain(40) == plain(40.0) == plain("40.00000") == "40"
    assert plain("33.33300") == plain(33.333)
    assert plain([]) == plain({}) == plain(None) is None
    assert plain(True) is True
    assert plain("007") == "007"
