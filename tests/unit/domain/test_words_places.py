"""Words about schools and associations judged by their people (verkhnyaya-pyshma 2.1)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from connector.domain.cases import AssociationCase, SchoolCase, StaffCase
from connector.domain.catalogue import parse_target
from connector.domain.dates import Span
from connector.domain.people import Association, Dated, Organisation, Role, School, StaffTerm
from connector.domain.routes import RouteStep
from connector.domain.words import CORE
from tests.unit.domain.builders import (
    attempt,
    case,
    completion,
    holds,
    noon,
    person,
    route,
    setting,
    year,
)

MARCH, JUNE = date(2026, 3, 2), date(2026, 6, 30)
DAY = timedelta(days=1)
EVE = date(2025, 12, 31)
A = parse_target("course:3")
"""A programme that covers competency A."""


def word(name: str, **params: Any) -> Any:
    return CORE[name].build(**params)


def failed(day: date = MARCH, a: int = 10, b: int = 90, number: int = 1) -> Any:
    return attempt(noon(day), (a, 100), (b, 100), number=number)


def school(*people: StaffCase) -> SchoolCase:
    return SchoolCase(Dated(((None, School("s1", "Школа")),)), setting(), people=people)


def association(*people: StaffCase) -> AssociationCase:
    record = Dated(((None, Association("a1", "ГМО")),))
    return AssociationCase(record, (), (), setting(), people=people)


def step(**more: Any) -> RouteStep:
    return RouteStep(1, A, **more)


@pytest.mark.parametrize("place", [school, association])
def test_deficits_are_those_of_whoever_belongs_there_and_works(place: Any) -> None:
    condition = word("has_deficits")
    assert holds(condition, place(case(failed())), year(JUNE)) == (True, ["deficits_there"])
    assert holds(condition, place(case(failed())), year(MARCH - DAY))[0] is False
    assert holds(condition, place(case(failed(a=50))), year(JUNE)) == (False, ["no_deficits_there"])
    assert holds(condition, place(), year(JUNE))[0] is False
    left = case(failed(), person=person(employments=(Span(None, JUNE - DAY),)))
    assert holds(condition, place(left), year(JUNE))[0] is False
    assert holds(condition, place(left), year(JUNE - DAY))[0] is True


@pytest.mark.parametrize("place", [school, association])
def test_who_moves_takes_the_deficits_along(place: Any) -> None:
    terms = (
        StaffTerm(None, Role.TEACHER, "s1", associations=("a1",)),
        StaffTerm(JUNE, Role.TEACHER, "s2", associations=("a2",)),
    )
    moves = case(failed(), person=person(terms=terms))
    assert holds(word("has_deficits"), place(moves), year(JUNE - DAY))[0] is True
    assert holds(word("has_deficits"), place(moves), year(JUNE))[0] is False


@pytest.mark.parametrize(
    ("route_", "covered"),
    [
        (route(steps=(step(),)), True),
        (route(steps=(step(required=False), RouteStep(2, parse_target("manual")))), False),
        (route(steps=(RouteStep(1, parse_target("manual"), ("A",)),)), True),
        (route(steps=(RouteStep(1, parse_target("manual"), ("B",)),)), False),
        (route(steps=(step(),), approved_by=None), False),
        (route(steps=(step(),), starts_on=JUNE + DAY), False),
        (route(steps=(step(),), cancelled_on=JUNE), False),
    ],
)
def test_a_step_of_an_active_route_covers(route_: Any, covered: bool) -> None:
    one = case(failed(), routes=(route_,))
    codes = ["deficits_covered" if covered else "deficits_not_covered"]
    assert holds(word("deficits_covered"), school(one), year(JUNE)) == (covered, codes)


def test_a_programme_completed_since_covers_and_one_before_does_not() -> None:
    condition = word("deficits_covered")
    later = case(failed(), completion(noon(JUNE), "3"))
    assert holds(condition, school(later), year(JUNE))[0] is True
    assert holds(condition, school(later), year(JUNE - DAY))[0] is False
    assert not holds(condition, school(case(failed(), completion(noon(EVE), "3"))), year(JUNE))[0]


def test_a_step_done_before_the_result_that_opened_it_again_covers_no_more() -> None:
    steps = (step(), RouteStep(2, parse_target("manual")))
    again = failed(JUNE, number=2)
    one = case(failed(), completion(noon(JUNE - DAY), "3"), again, routes=(route(steps=steps),))
    assert holds(word("deficits_covered"), school(one), year(JUNE - DAY))[0] is True
    assert holds(word("deficits_covered"), school(one), year(JUNE))[0] is False


@pytest.mark.parametrize(("percent", "found"), [(50, True), (51, False), (0, True)])
def test_the_share_is_of_all_deficits_and_exact(percent: int, found: bool) -> None:
    one = case(failed(b=10), routes=(route(steps=(step(),)),))
    condition = word("deficits_covered", at_least_percent=percent)
    finding = condition(school(one), year(JUNE))
    assert finding.holds is found
    assert finding.because[0].params == {"covered": 1, "deficits": 2, "percent": percent}
    assert finding.because[0].evidence == (failed().key,)


def test_without_deficits_nothing_is_covered() -> None:
    assert holds(word("deficits_covered", at_least_percent=0), school(), year(JUNE))[0] is False


def test_fewer_deficits_than_on_the_eve_of_the_period() -> None:
    condition = word("deficits_fewer")
    closed = case(failed(EVE), failed(MARCH, a=60, number=2))
    finding = condition(association(closed), year(JUNE))
    assert finding.holds
    assert finding.because[0].params == {
        "people": 1,
        "before": 1,
        "eve": "2025-12-31",
        "now": 0,
    }
    assert holds(condition, association(closed), year(MARCH - DAY)) == (
        False,
        ["deficits_not_fewer"],
    )
    assert holds(condition, association(), year(JUNE))[0] is False


def test_a_deficit_that_leaves_with_its_person_was_not_worked_off() -> None:
    left = case(failed(EVE), person=person(employments=(Span(None, MARCH),)))
    assert holds(word("deficits_fewer"), association(left), year(JUNE))[0] is False


def test_addressed_deficits_are_counted_or_not() -> None:
    addressed = association(case(failed(EVE), completion(noon(MARCH), "3")))
    assert holds(word("deficits_fewer"), addressed, year(JUNE))[0] is False
    assert holds(word("deficits_fewer", states=("open",)), addressed, year(JUNE))[0] is True


def test_marks_of_a_school_and_of_a_persons_school() -> None:
    plain = School("s1", "Школа")
    versions = Dated(((None, replace(plain, low_results=True)), (JUNE, plain)))
    within = setting(organisation=Organisation({"s1": versions}))
    condition = word("school_has", any_of=("low_results", "biased_results"))
    for one in (case(in_=within), SchoolCase(versions, within)):
        before = condition(one, year(JUNE - DAY))
        assert (before.holds, before.changes_on) == (True, JUNE)
        assert before.because[0].params == {"marks": ["low_results"]}
        assert holds(condition, one, year(JUNE)) == (False, ["school_has_not"])
    homeless = case(in_=within, person=person(terms=(StaffTerm(None, Role.TEACHER, None),)))
    assert holds(condition, homeless, year(MARCH))[0] is False
