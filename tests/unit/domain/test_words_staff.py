"""Words about a person: role, age, support, regional methodists (domain 5)."""

from datetime import date
from typing import Any

import pytest

from connector.domain.cases import StaffCase
from connector.domain.dates import Span
from connector.domain.people import Role, StaffMember, StaffTerm
from connector.domain.records import Mentorship, Support
from connector.domain.words import CORE
from tests.unit.domain.builders import case, holds, person, year

JUNE = date(2026, 6, 30)


def word(name: str, **params: Any) -> Any:
    return CORE[name].build(**params)


def test_the_role_is_that_of_the_day() -> None:
    promoted = case(
        person=person(
            terms=(StaffTerm(None, Role.TEACHER), StaffTerm(date(2026, 7, 1), Role.MANAGER))
        )
    )
    assert holds(word("role", role="teacher"), promoted, year(JUNE))[0]
    assert holds(word("role", role="manager"), promoted, year(date(2026, 7, 1)))[0]


def test_without_a_birth_date_nobody_is_under_35() -> None:
    assert holds(word("younger_than", years=35), case(), year(JUNE)) == (False, ["no_birth_date"])


def test_under_35_turns_on_the_birthday() -> None:
    young = case(person=person(birth_date=date(1991, 7, 1)))
    finding = word("younger_than", years=35)(young, year(JUNE))
    assert (finding.holds, finding.changes_on) == (True, date(2026, 7, 1))
    assert not holds(word("younger_than", years=35), young, year(date(2026, 7, 1)))[0]


def test_first_years_of_work() -> None:
    condition = word("in_first_years_of_work", years=3)
    new = case(person=person(teaching_since=date(2023, 7, 1)))
    assert holds(condition, new, year(JUNE)) == (True, ["in_first_years"])
    assert holds(condition, new, year(date(2026, 7, 1))) == (False, ["not_in_first_years"])
    assert holds(condition, case(), year(JUNE)) == (False, ["no_teaching_since"])


def supported(
    span: Span, since: date | None = date(2024, 9, 1), mentored: bool = False
) -> StaffCase:
    given: dict[str, Any] = {"person": person(teaching_since=since)}
    if mentored:
        given["mentorships"] = (Mentorship("m", "p1", span),)
    else:
        given["supports"] = (Support("p1", "клуб", span),)
    return case(**given)


@pytest.mark.parametrize("mentored", [False, True])
@pytest.mark.parametrize(
    ("span", "found"),
    [
        (Span(), True),
        (Span(date(2026, 6, 30), None), True),
        (Span(date(2026, 7, 1), None), False),
        (Span(None, date(2026, 1, 1)), True),
        (Span(None, date(2025, 12, 31)), False),
    ],
)
def test_support_counts_on_some_day_of_the_year_up_to_the_day(
    span: Span, found: bool, mentored: bool
) -> None:
    assert (
        holds(word("in_form_of_support"), supported(span, mentored=mentored), year(JUNE))[0]
        is found
    )


@pytest.mark.parametrize(
    ("since", "span", "found"),
    [
        (date(2024, 9, 1), Span(), True),
        (date(2023, 3, 1), Span(date(2026, 2, 28), None), True),
        (date(2023, 3, 1), Span(date(2026, 3, 1), None), False),
        (date(2022, 12, 31), Span(), False),
        (date(2026, 6, 30), Span(None, date(2026, 6, 30)), True),
        (date(2026, 6, 1), Span(None, date(2026, 5, 31)), False),
        (date(2026, 7, 1), Span(), False),
        (None, Span(), False),
    ],
)
def test_such_a_day_must_lie_in_the_first_three_years(
    since: date | None, span: Span, found: bool
) -> None:
    condition = word("in_form_of_support", in_first_years=3)
    assert holds(condition, supported(span, since), year(JUNE))[0] is found


METHODIST = StaffTerm(None, Role.TEACHER, "s2", regional_methodist_since=date(2026, 3, 1))
WARD = StaffTerm(None, Role.TEACHER, "s1", associations=("a1",), regional_methodist="rm")


def methodist(**more: Any) -> StaffMember:
    return person("rm", **{"terms": (METHODIST,), **more})


def test_the_status_of_a_regional_methodist_is_that_of_the_day() -> None:
    held = case(person=methodist())
    assert holds(word("regional_methodist"), held, year(date(2026, 2, 28)))[0] is False
    assert holds(word("regional_methodist"), held, year(date(2026, 3, 1)))[0] is True
    assert not holds(word("regional_methodist"), case(), year(JUNE))[0]


@pytest.mark.parametrize(
    ("who", "day", "found"),
    [
        (methodist(), JUNE, True),
        (methodist(), date(2026, 2, 28), False),
        (methodist(employments=(Span(None, date(2026, 5, 31)),)), JUNE, False),
        (person("rm"), JUNE, False),
        (person("another", terms=(METHODIST,)), JUNE, False),
    ],
)
def test_assigned_means_to_one_with_the_status_on_the_day(
    who: StaffMember, day: date, found: bool
) -> None:
    ward = case(person=person(terms=(WARD,)), regional_methodists=(who,))
    assert holds(word("assigned_to_regional_methodist"), ward, year(day))[0] is found


def test_a_methodist_counts_where_those_looked_after_work() -> None:
    held = case(
        person=methodist(),
        assigned=(
            person("w1", terms=(WARD,)),
            person("w2", terms=(WARD,), employments=(Span(None, date(2026, 5, 31)),)),
            person("w3", terms=(StaffTerm(None, Role.MANAGER, "s3", regional_methodist="rm"),)),
            person("w4", terms=(StaffTerm(None, Role.TEACHER, "s4"),)),
        ),
    )
    finding = word("looks_after_staff", role="teacher")(held, year(JUNE))
    assert finding.holds
    assert finding.because[0].params == {"count": 1}
    assert [(str(s.kind), s.code) for s in finding.slices or ()] == [
        ("association", "a1"),
        ("school", "s1"),
        ("whole", ""),
    ]


def test_a_methodist_of_nobody_is_not_in_the_denominator() -> None:
    alone = case(person=methodist())
    condition = word("looks_after_staff", role="teacher")
    assert holds(condition, alone, year(JUNE)) == (False, ["looks_after_nobody"])
    assert holds(condition, case(), year(JUNE)) == (False, ["not_regional_methodist"])
