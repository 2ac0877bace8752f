"""Targets as spreadsheets write them, programmes and quizzes as Moodle names them (contract 3)."""

from datetime import date
from decimal import Decimal

import pytest

from connector.domain.catalogue import (
    Catalogue,
    Competency,
    NotATarget,
    Programme,
    Target,
    TargetKind,
    parse_target,
)
from connector.domain.facts import CourseCompletion
from tests.unit.domain.builders import CATALOGUE, SOURCE


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("course:ДПП-1", Target(TargetKind.COURSE, "ДПП-1")),
        (" activity:90 ", Target(TargetKind.ACTIVITY, "90")),
        ("quiz:X>=60", Target(TargetKind.QUIZ, "X", Decimal(60))),
        ("quiz:Итог 1 >= 62,5 %", Target(TargetKind.QUIZ, "Итог 1", Decimal("62.5"))),
        ("quiz:X>=100", Target(TargetKind.QUIZ, "X", Decimal(100))),
        ("manual", Target(TargetKind.MANUAL)),
    ],
)
def test_a_target_has_four_forms(text: str, target: Target) -> None:
    assert parse_target(text) == target
    assert parse_target(str(target)) == target


@pytest.mark.parametrize(
    "text",
    ["", "manual:1", "course:", "course: ", "quiz:X", "quiz:X>=", "quiz:>=60", "quiz:X>=101",
     "quiz:X>=-1", "quiz:X>60", "cohort:1", "quiz:X>=٦٠"],
)  # fmt: skip
def test_nothing_else_is_a_target(text: str) -> None:
    with pytest.raises(NotATarget):
        parse_target(text)


@pytest.mark.parametrize(
    ("number", "day", "registered"),
    [
        ("R-1", date(2026, 1, 1), True),
        ("R-1", date(2026, 6, 30), True),
        ("R-1", date(2025, 12, 31), False),
        ("R-1", date(2026, 7, 1), False),
        (None, date(2026, 3, 1), False),
    ],
)
def test_the_register_holds_a_programme_for_both_its_days(
    number: str | None, day: date, registered: bool
) -> None:
    held = Programme(SOURCE, "3", "x", number, date(2026, 1, 1), date(2026, 6, 30))
    assert held.is_registered(day) is registered


def test_a_programme_is_found_by_idnumber_then_by_number_at_its_source() -> None:
    named = Programme(SOURCE, "ДПП-1", "По номеру программы")
    held = Catalogue(programmes=(*CATALOGUE.programmes, named))
    assert held.programme(SOURCE, CourseCompletion("3", "ДПП-1", None)) == named
    assert held.programme(SOURCE, CourseCompletion("3", "?", None)) == CATALOGUE.programmes[0]
    assert held.programme("another", CourseCompletion("3", None, None)) is None
    assert held.programme_called("ДПП-1") == named


def test_a_competency_nobody_titled_is_still_one() -> None:
    assert Catalogue().competency("A") == Competency("A")
