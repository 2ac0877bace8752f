"""People as dated records: employment, age, first years, terms (domain 1, 2, 5)."""

from datetime import date

import pytest

from connector.domain.dates import Span
from connector.domain.people import Dated, Organisation, Role, School, StaffTerm
from tests.unit.domain.builders import ORGANISATION, person


@pytest.mark.parametrize(
    ("born", "day", "younger"),
    [
        (date(1992, 2, 29), date(2027, 2, 27), True),
        (date(1992, 2, 29), date(2027, 2, 28), False),
        (date(1991, 6, 1), date(2026, 5, 31), True),
        (date(1991, 6, 1), date(2026, 6, 1), False),
        (None, date(2026, 6, 1), None),
    ],
)
def test_under_35_means_the_35th_birthday_lies_ahead(
    born: date | None, day: date, younger: bool | None
) -> None:
    assert person(birth_date=born).is_younger_than(35, day) is younger


@pytest.mark.parametrize(
    ("since", "last"),
    [
        (date(2024, 9, 1), date(2027, 8, 31)),
        (date(2024, 2, 29), date(2027, 2, 27)),
        (date(2024, 3, 1), date(2027, 2, 28)),
    ],
)
def test_the_first_three_years_end_before_the_third_anniversary(since: date, last: date) -> None:
    assert person(teaching_since=since).first_years(3) == Span(since, last)


def test_without_a_first_day_of_work_there_are_no_first_years() -> None:
    assert person().first_years(3) is None


def test_employment_includes_both_its_days_and_may_come_again() -> None:
    held = person(
        employments=(
            Span(date(2026, 1, 1), date(2026, 3, 31)),
            Span(date(2026, 9, 1), None),
        )
    )
    days = [
        date(2025, 12, 31),
        date(2026, 1, 1),
        date(2026, 3, 31),
        date(2026, 4, 1),
        date(2026, 9, 1),
    ]
    assert [held.is_employed(day) for day in days] == [False, True, True, False, True]


def test_a_first_term_holds_from_the_beginning_a_later_one_from_its_day() -> None:
    moved = person(
        terms=(
            StaffTerm(date(2026, 1, 1), Role.TEACHER, "s1"),
            StaffTerm(date(2026, 9, 1), Role.MANAGER, "s2"),
        )
    )
    schools = [
        moved.at(day).school for day in (date(2020, 1, 1), date(2026, 8, 31), date(2026, 9, 1))
    ]
    assert schools == ["s1", "s1", "s2"]


def test_a_status_holds_from_its_day() -> None:
    term = StaffTerm(None, Role.TEACHER, regional_methodist_since=date(2026, 3, 1))
    assert [term.is_regional_methodist(date(2026, n, 1)) for n in (2, 3, 4)] == [False, True, True]
    assert not StaffTerm(None, Role.TEACHER).is_regional_methodist(date(2026, 3, 1))


def test_a_name_is_told_in_full_without_gaps() -> None:
    assert person(middle_name="Петровна").full_name == "Иванова Анна Петровна"
    assert person().full_name == "Иванова Анна"


def test_a_school_is_what_it_was_on_the_day() -> None:
    small, big = School("s1", "Малая"), School("s1", "Большая")
    dated = Dated(((None, small), (date(2026, 9, 1), big)))
    found = Organisation({"s1": dated})
    assert found.school("s1", date(2026, 8, 31)) == small
    assert found.school("s1", date(2026, 9, 1)) == big
    assert dated.latest == big
    assert found.school("s9", date(2026, 9, 1)) is None
    assert found.school(None, date(2026, 9, 1)) is None
    assert ORGANISATION.association("a1", date(2026, 1, 1)) is not None
    assert ORGANISATION.association("a9", date(2026, 1, 1)) is None
