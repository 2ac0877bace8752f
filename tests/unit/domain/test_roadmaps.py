"""Terms of a document become dated occurrences."""

from datetime import date

import pytest

from connector.domain.records import RoadmapItem
from connector.domain.roadmaps import PlannedItem, Recurrence

ITEM = RoadmapItem("municipality", "8", "День методической службы", term="Ежеквартально")
END = date(2023, 12, 31)


def dated(planned: PlannedItem, until: date = END) -> list[tuple[str | None, date | None]]:
    return [(item.occurrence, item.due_on) for item in planned.occurrences(until)]


def test_every_quarter_is_due_on_its_last_day() -> None:
    planned = PlannedItem(ITEM, Recurrence.QUARTER, date(2022, 9, 1), date(2023, 5, 20))
    assert dated(planned) == [
        ("2022-Q3", date(2022, 9, 30)),
        ("2022-Q4", date(2022, 12, 31)),
        ("2023-Q1", date(2023, 3, 31)),
        # The roadmap itself ends before the quarter does.
        ("2023-Q2", date(2023, 5, 20)),
    ]


@pytest.mark.parametrize(
    ("every", "first", "expected"),
    [
        (Recurrence.MONTH, date(2023, 11, 15), [("2023-11", date(2023, 11, 30))]),
        (Recurrence.YEAR, date(2023, 2, 1), [("2023", date(2023, 12, 31))]),
        (Recurrence.ACADEMIC_YEAR, date(2023, 9, 1), [("2023/2024", date(2024, 8, 31))]),
        (Recurrence.ACADEMIC_YEAR, date(2023, 8, 31), [("2022/2023", date(2023, 8, 31))]),
    ],
)
def test_a_stretch_is_named_and_ends(
    every: Recurrence, first: date, expected: list[tuple[str, date]]
) -> None:
    assert dated(PlannedItem(ITEM, every, first), first)[:1] == expected


def test_without_an_end_it_goes_on_as_far_as_is_asked() -> None:
    planned = PlannedItem(ITEM, Recurrence.YEAR, date(2020, 1, 1))
    assert len(dated(planned, date(2027, 12, 31))) == 8
    assert len(dated(planned, date(2028, 1, 1))) == 9


def test_what_comes_once_is_left_as_it_is() -> None:
    assert list(PlannedItem(ITEM).occurrences(END)) == [ITEM]
