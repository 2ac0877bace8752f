"""A step of a draft named by its title: only where one thing is meant."""

from datetime import UTC, datetime

import pytest

from connector.services.catalogue.unmapped import Unmapped
from connector.web.draft_forms import Choice, meant, others

NOW = datetime(2026, 6, 15, tzinfo=UTC)
KNOWN = (
    Choice("course:A", "Урок математики, 36 ч"),
    Choice("course:B", "Урок математики, 36 ч, часть 2"),
    Choice("quiz:D>=50", "Тест «Ёмкости», не ниже 50 %"),
)


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        ("тест «емкости», не ниже 50 %", "quiz:D>=50"),
        ("часть 2", "course:B"),
        ("Урок математики, 36 ч", "course:A"),
        # Two of them are meant, none of them, or a target as in a workbook.
        ("урок", "урок"),
        ("нет такого", "нет такого"),
        ("activity:Z", "activity:Z"),
    ],
)
def test_only_one_thing_can_be_meant(typed: str, target: str) -> None:
    assert meant(typed, KNOWN) == target


def test_what_moodle_knows_and_the_catalogue_does_not_can_be_chosen() -> None:
    course = Unmapped("course", "m", ("C", "5"), "C", "Курс", 1, 1, NOW, NOW)
    quiz = Unmapped("quiz", "m", ("7",), "7", "Опрос", 1, 1, NOW, NOW)
    untitled = Unmapped("course", "m", ("9",), "9", None, 1, 1, NOW, NOW)
    assert [(one.value, one.title) for one in others([course, quiz, untitled])] == [
        ("course:C", "Курс (не из каталога)"),
        ("quiz:7>=50", "Тест «Опрос», не ниже 50 % (не из каталога)"),
    ]
