"""Words about deficits and what was given for them (todzhinsky, annex 2, III 3.1)."""

from datetime import date, timedelta
from typing import Any

import pytest

from connector.domain.cases import StaffCase
from connector.domain.catalogue import parse_target
from connector.domain.routes import RouteStep
from connector.domain.words import CORE
from tests.unit.domain.builders import attempt, case, completion, holds, noon, route, year

JUNE = date(2026, 6, 30)
FOUND = date(2026, 3, 2)
DAY = timedelta(days=1)
LOW = attempt(noon(FOUND), (3, 10), (8, 10))
"""A below base, B above it."""


def word(name: str, **params: Any) -> Any:
    return CORE[name].build(**params)


def given(*evidence: Any, step: RouteStep | None = None, **more: Any) -> StaffCase:
    if step is None:
        return case(LOW, *evidence)
    return case(LOW, *evidence, routes=(route(steps=(step,), **more),))


def course(ref: str = "3", **more: Any) -> RouteStep:
    return RouteStep(1, parse_target(f"course:{ref}"), **more)


def test_a_deficit_is_there_from_the_day_it_was_found() -> None:
    condition = word("has_deficit")
    assert holds(condition, given(), year(FOUND)) == (True, ["deficit"])
    assert holds(condition, given(), year(FOUND - DAY)) == (False, ["no_deficit"])


def test_an_addressed_deficit_is_still_one_where_the_rule_asks_for_it() -> None:
    done = given(completion(noon(JUNE), "3"))
    assert holds(word("has_deficit"), done, year(JUNE))[0]
    assert not holds(word("has_deficit", states=("open",)), done, year(JUNE))[0]
    assert holds(word("has_deficit", states=("addressed",)), done, year(JUNE))[0]
    assert holds(word("has_deficit", states=("open",)), done, year(JUNE - DAY))[0]


def test_a_closed_deficit_is_none() -> None:
    again = given(attempt(noon(JUNE), (8, 10), (8, 10), number=2))
    assert not holds(word("has_deficit"), again, year(JUNE))[0]


GIVEN = (True, ["programme_given"])
NOT_GIVEN = (False, ["no_programme_given"])


@pytest.mark.parametrize(
    ("held", "found"),
    [
        (given(), NOT_GIVEN),
        (given(step=course()), GIVEN),
        (given(step=course(), starts_on=JUNE + DAY, approved_on=JUNE), GIVEN),
        (given(step=course(), approved_on=JUNE + DAY), NOT_GIVEN),
        (given(step=course(), approved_by=None), NOT_GIVEN),
        (given(step=course(), cancelled_on=JUNE), NOT_GIVEN),
        (given(step=course(), cancelled_on=JUNE + DAY), GIVEN),
        (given(step=course("4")), NOT_GIVEN),
        (given(step=course("99", competencies=("A",))), GIVEN),
        (given(step=RouteStep(1, parse_target("activity:90"), ("A",))), NOT_GIVEN),
    ],
    ids=[
        "nothing",
        "a course in a route",
        "approved before it starts",
        "approved tomorrow",
        "a draft",
        "cancelled",
        "cancelled tomorrow",
        "for the other competency",
        "a course of no catalogue",
        "a seminar",
    ],
)
def test_a_programme_is_given_by_an_approved_route(
    held: StaffCase, found: tuple[bool, list[str]]
) -> None:
    assert holds(word("given_programme_for_deficit"), held, year(JUNE)) == found


def test_a_course_done_before_the_deficit_was_found_answered_something_else() -> None:
    condition = word("given_programme_for_deficit")
    early = completion(noon(FOUND - DAY), "3")
    started = date(2026, 1, 12)
    assert holds(condition, given(early, step=course(), starts_on=started), year(JUNE)) == NOT_GIVEN
    assert holds(condition, given(early), year(JUNE)) == NOT_GIVEN


def test_a_programme_completed_since_is_given_whether_it_helped_or_not() -> None:
    condition = word("given_programme_for_deficit")
    done = completion(noon(date(2026, 4, 10)), "3")
    still_low = attempt(noon(date(2026, 5, 10)), (3, 10), (8, 10), number=2)
    assert holds(condition, given(done), year(JUNE)) == (True, ["programme_for_deficit"])
    assert holds(condition, given(done, still_low), year(JUNE))[0]
    assert not holds(condition, given(done), year(date(2026, 4, 9)))[0]
