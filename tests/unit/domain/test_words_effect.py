"""Words about what learning brought (khankaysky 1.3, 2.1)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from connector.domain.catalogue import Catalogue, Competency, Programme, parse_target
from connector.domain.dates import Span
from connector.domain.people import Role, StaffTerm
from connector.domain.routes import Pause, RouteStep
from connector.domain.words import CORE
from tests.unit.domain.builders import (
    CATALOGUE,
    SOURCE,
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

JUNE = date(2026, 6, 30)
DAY = timedelta(days=1)
DONE = date(2026, 5, 10)


def word(name: str, **params: Any) -> Any:
    return CORE[name].build(**params)


def measured(day: date, a: int = 10, b: int | None = 10, **more: Any) -> Any:
    """Quiz 7: A by the first question, B by the second, which is not asked where b is None."""
    marks = [(a, 100)] if b is None else [(a, 100), (b, 100)]
    return attempt(noon(day), *marks, **more)


def knowing(**competencies: Any) -> Catalogue:
    """The common catalogue with titles and areas of its competencies A and B."""
    found = tuple(Competency(code, *of) for code, of in competencies.items())
    return replace(CATALOGUE, competencies=found)


ALL = word("every_competency_measured", days=365)


@pytest.mark.parametrize(
    ("day", "found"), [(JUNE - 365 * DAY, False), (JUNE - 364 * DAY, True), (JUNE + DAY, False)]
)
def test_everything_is_measured_within_the_days(day: date, found: bool) -> None:
    codes = ["all_measured" if found else "not_measured"]
    assert holds(ALL, case(measured(day)), year(JUNE)) == (found, codes)


def test_it_says_when_the_oldest_result_is_too_old() -> None:
    first, second = date(2026, 1, 10), date(2026, 2, 10)
    one = case(measured(first), measured(second, b=None, number=2))
    finding = ALL(one, year(JUNE))
    assert finding.holds
    assert finding.because[0].params == {"count": 2, "since": "2026-01-10"}
    assert finding.changes_on == first + 365 * DAY
    gone = ALL(one, year(finding.changes_on, 2027))
    assert (gone.holds, gone.changes_on) == (False, second + 365 * DAY)
    assert gone.because[0].params == {
        "competencies": ["B"],
        "days": 365,
        "present": 1,
        "needed": 2,
    }


@pytest.mark.parametrize("more", [{"state": "inprogress"}, {"provisional": True}])
def test_only_final_results_measure(more: dict[str, Any]) -> None:
    assert holds(ALL, case(measured(JUNE, **more)), year(JUNE))[0] is False


MANAGER = {"person": person(terms=(StaffTerm(None, Role.MANAGER, "s1"),))}


def test_managers_have_their_own_competencies_and_teachers_all_others() -> None:
    within = setting(knowing(A=(None, "managerial"), B=(None, None)))
    only_a = attempt(noon(JUNE), (10, 100))
    assert holds(ALL, case(only_a, in_=within, **MANAGER), year(JUNE))[0] is True
    assert holds(ALL, case(only_a, in_=within), year(JUNE)) == (False, ["not_measured"])
    wide = word("every_competency_measured", days=365, managers=("managerial", "digital"))
    both = setting(knowing(A=(None, "managerial"), B=(None, "digital")))
    assert holds(wide, case(only_a, in_=both, **MANAGER), year(JUNE))[0] is False
    assert holds(wide, case(only_a, in_=both), year(JUNE)) == (False, ["nothing_mapped"])


@pytest.mark.parametrize(
    ("title", "subjects", "found"),
    [
        ("Математика: дроби", ("химия",), True),
        ("Математика: дроби", ("химия", "математика"), False),
        ("Математика: дроби", (), False),
        ("Дроби", ("химия",), False),
        ("Учёт: основы", ("учет",), False),
    ],
)
def test_a_competency_of_another_subject_is_not_asked_for(
    title: str, subjects: tuple[str, ...], found: bool
) -> None:
    within = setting(knowing(A=("Урок: план", "methodical"), B=(title, "subject")))
    term = StaffTerm(None, Role.TEACHER, "s1", subjects=subjects)
    one = case(measured(JUNE, b=None), in_=within, person=person(terms=(term,)))
    assert holds(ALL, one, year(JUNE))[0] is found


AROUND, IMPROVED = word("measured_around_programme"), word("improved_after_programme")


def both(one: Any, as_of: date = JUNE) -> tuple[bool, bool, list[str]]:
    population, achieved = (word(one, year(as_of)) for word in (AROUND, IMPROVED))
    codes = [b.code for b in (*population.because, *achieved.because)]
    return population.holds, achieved.holds, codes


def test_the_first_after_is_held_against_the_last_before() -> None:
    one = case(
        measured(date(2025, 3, 1), 90, 90),
        measured(DONE - DAY, 30, 30, number=2),
        completion(noon(DONE)),
        measured(DONE + DAY, 40, 40, number=3),
        measured(DONE + 2 * DAY, 10, 10, number=4),
    )
    assert both(one) == (True, True, ["improved"])
    (because,) = IMPROVED(one, year(JUNE)).because
    assert (because.params["before"], because.params["after"]) == (30.0, 40.0)
    assert len(because.evidence) == 3
    assert both(one, DONE) == (False, False, ["no_quiz_around"])


def test_the_same_percent_is_no_improvement() -> None:
    one = case(
        measured(DONE - DAY, 30, 50), completion(noon(DONE)), measured(JUNE, 50, 30, number=2)
    )
    assert both(one) == (True, False, ["not_improved"])


@pytest.mark.parametrize(
    "facts",
    [
        (measured(DONE - DAY), measured(JUNE, 90, 90, quiz="8")),
        (measured(DONE - DAY),),
        (measured(JUNE),),
        (),
    ],
)
def test_without_the_same_quiz_on_both_sides_nobody_can_tell(facts: Any) -> None:
    assert both(case(completion(noon(DONE)), *facts)) == (False, False, ["no_quiz_around"])


def test_a_programme_of_another_year_or_without_its_final_is_none() -> None:
    around = (measured(date(2025, 3, 1)), measured(JUNE, 90, 90, number=2))
    assert both(case(*around)) == (False, False, ["no_programme"])
    earlier = case(*around, completion(noon(date(2025, 12, 31))))
    assert both(earlier) == (False, False, ["no_programme"])
    final = Programme(SOURCE, "3", "П", competencies=("A",), final=parse_target("quiz:7>=60"))
    within = setting(replace(CATALOGUE, programmes=(final,)))
    assert both(case(*around, completion(noon(DONE)), in_=within)) == (
        False,
        False,
        ["no_programme"],
    )


def test_of_several_comparisons_one_that_improved_is_enough() -> None:
    one = case(
        measured(DONE - DAY, 50, 50),
        measured(DONE - DAY, 50, 50, quiz="8", number=2),
        completion(noon(DONE)),
        measured(JUNE, 40, 40, number=3),
        measured(JUNE, 60, 60, quiz="8", number=4),
    )
    assert both(one) == (True, True, ["improved"])


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, True),
        ({"starts_on": JUNE + DAY}, False),
        ({"approved_by": None}, False),
        ({"cancelled_on": JUNE}, False),
        ({"pauses": (Pause(Span(None, None)),)}, True),
    ],
)
def test_a_route_is_active_on_the_day(more: dict[str, Any], found: bool) -> None:
    one = case(routes=(route(steps=(RouteStep(1, parse_target("course:3")),), **more),))
    codes = ["route" if found else "no_active_route"]
    assert holds(word("has_active_route"), one, year(JUNE)) == (found, codes)


def test_a_completed_route_is_active_no_more() -> None:
    steps = (RouteStep(1, parse_target("course:3")),)
    one = case(completion(noon(JUNE)), routes=(route(steps=steps),))
    assert holds(word("has_active_route"), one, year(JUNE - DAY))[0] is True
    assert holds(word("has_active_route"), one, year(JUNE))[0] is False
