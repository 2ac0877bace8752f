"""Words about diagnostics, routes and programmes (domain 5; korolev VI.1-VI.3)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from connector.domain.catalogue import Audience, Diagnostic, Policy, parse_target
from connector.domain.routes import RouteStep
from connector.domain.words import CORE
from tests.unit.domain.builders import (
    CATALOGUE,
    SOURCE,
    attempt,
    case,
    completion,
    holds,
    noon,
    route,
    setting,
    year,
)

JUNE = date(2026, 6, 30)
DAY = timedelta(days=1)
NEW_YEAR = date(2026, 1, 1)


def word(name: str, **params: Any) -> Any:
    return CORE[name].build(**params)


def scored(day: date, percent: int, number: int = 1, **more: Any) -> Any:
    return attempt(noon(day), (percent, 100), (percent, 100), number=number, **more)


@pytest.mark.parametrize(
    ("day", "found"),
    [(NEW_YEAR - DAY, False), (NEW_YEAR, True), (JUNE, True), (JUNE + DAY, False)],
)
def test_diagnosed_asks_for_a_result_in_the_year_up_to_the_day(day: date, found: bool) -> None:
    assert holds(word("diagnosed"), case(scored(day, 90)), year(JUNE))[0] is found


def test_a_level_may_be_asked_for() -> None:
    low = case(scored(JUNE, 49))
    assert holds(word("diagnosed", level="base"), low, year(JUNE)) == (False, ["diagnosed_too_low"])
    assert holds(word("diagnosed", level="any"), low, year(JUNE)) == (True, ["diagnosed"])
    assert holds(word("diagnosed", level="base"), case(scored(JUNE, 50)), year(JUNE))[0]
    assert holds(word("diagnosed", level="base"), case(), year(JUNE)) == (False, ["not_diagnosed"])


@pytest.mark.parametrize(
    ("policy", "found"), [(Policy.LAST, False), (Policy.BEST, True), (Policy.FIRST, True)]
)
def test_the_counting_result_is_the_policys_pick(policy: Policy, found: bool) -> None:
    within = setting(replace(CATALOGUE, diagnostics=(Diagnostic(SOURCE, "7", "x", policy),)))
    twice = case(scored(JUNE - DAY, 90, 1), scored(JUNE, 10, 2), in_=within)
    assert holds(word("diagnosed", level="base"), twice, year(JUNE))[0] is found
    # As of the day before, the second attempt had not happened yet.
    assert holds(word("diagnosed", level="base"), twice, year(JUNE - DAY))[0]


def test_one_quiz_reached_is_enough() -> None:
    both = case(scored(JUNE, 10), scored(JUNE, 90, quiz="8"))
    assert holds(word("diagnosed", level="base"), both, year(JUNE))[0]


START = date(2026, 3, 2)
STEPS = (RouteStep(1, parse_target("course:3")),)


def walking(*evidence: Any, **more: Any) -> Any:
    return case(*evidence, routes=(route(**{"steps": STEPS, **more}),))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, (True, ["route"])),
        ({"approved_by": None}, (False, ["route_draft"])),
        ({"approved_on": JUNE + DAY}, (False, ["route_draft"])),
        ({"starts_on": JUNE + DAY, "approved_on": START}, (False, ["no_route"])),
        ({"cancelled_on": NEW_YEAR, "starts_on": NEW_YEAR}, (True, ["route"])),
        (
            {"cancelled_on": NEW_YEAR - DAY, "starts_on": NEW_YEAR - DAY},
            (False, ["route_closed_earlier"]),
        ),
    ],
)
def test_a_route_counts_approved_started_and_not_closed_before_the_year(
    more: dict[str, Any], expected: tuple[bool, list[str]]
) -> None:
    assert holds(word("has_route"), walking(**more), year(JUNE)) == expected


@pytest.mark.parametrize(("day", "found"), [(NEW_YEAR - DAY, False), (NEW_YEAR, True)])
def test_a_route_completed_before_the_year_does_not_count(day: date, found: bool) -> None:
    begun = walking(completion(noon(day)), starts_on=date(2025, 9, 1))
    assert holds(word("has_route"), begun, year(JUNE))[0] is found
    assert holds(word("route_completed"), begun, year(JUNE))[0] is found


def test_a_route_may_have_to_be_based_on_a_diagnosis() -> None:
    condition = word("has_route", based_on_diagnosis=True)
    assert holds(condition, walking(), year(JUNE)) == (False, ["route_without_diagnosis"])
    based = walking(scored(START, 10), based_on="7")
    assert holds(condition, based, year(JUNE)) == (True, ["route"])


def test_a_route_is_completed_by_the_day() -> None:
    done = walking(completion(noon(JUNE)))
    condition = word("route_completed")
    assert holds(condition, done, year(JUNE)) == (True, ["route_completed"])
    assert holds(condition, done, year(JUNE - DAY)) == (False, ["route_unfinished"])
    cancelled = walking(completion(noon(JUNE)), cancelled_on=JUNE - DAY)
    assert holds(condition, cancelled, year(JUNE)) == (False, ["route_cancelled"])


def test_it_says_how_much_was_done() -> None:
    steps = (*STEPS, RouteStep(2, parse_target("course:4")), RouteStep(3, parse_target("manual")))
    (because,) = word("route_completed")(
        walking(completion(noon(JUNE)), steps=steps), year(JUNE)
    ).because
    assert because.params == {"number": "1", "done": 1, "required": 3}


@pytest.mark.parametrize(
    ("day", "found"),
    [(NEW_YEAR - DAY, False), (NEW_YEAR, True), (JUNE, True), (JUNE + DAY, False)],
)
def test_a_programme_is_completed_in_the_year_up_to_the_day(day: date, found: bool) -> None:
    assert holds(word("completed_programme"), case(completion(noon(day))), year(JUNE))[0] is found


LOW = scored(date(2025, 12, 1), 10)


@pytest.mark.parametrize(
    ("evidence", "changes", "expected"),
    [
        ((LOW,), {}, (True, ["programme_by_diagnosis"])),
        ((), {}, (False, ["programme_without_deficit"])),
        ((LOW,), {"register_no": None}, (False, ["programme_not_registered"])),
        ((LOW,), {"register_until": JUNE - DAY}, (False, ["programme_not_registered"])),
        ((LOW,), {"competencies": ("C",)}, (False, ["programme_without_deficit"])),
        ((LOW,), {"audience": Audience.TEAMS}, (False, ["programme_not_for_staff"])),
        ((LOW,), {"final": parse_target("quiz:55>=60")}, (False, ["programme_final_not_passed"])),
    ],
)
def test_a_programme_by_diagnosis(
    evidence: tuple[Any, ...], changes: dict[str, Any], expected: tuple[bool, list[str]]
) -> None:
    programme = replace(CATALOGUE.programmes[0], **changes)
    within = setting(replace(CATALOGUE, programmes=(programme,)))
    learned = case(*evidence, completion(noon(JUNE)), in_=within)
    condition = word("completed_programme", by_diagnosis=True)
    assert holds(condition, learned, year(JUNE)) == expected


def test_reasons_lead_to_the_evidence() -> None:
    diagnosis, course = scored(JUNE, 90), completion(noon(JUNE))
    learned = case(diagnosis, course)
    assert word("diagnosed")(learned, year(JUNE)).because[0].evidence == (diagnosis.key,)
    assert word("completed_programme")(learned, year(JUNE)).because[0].evidence == (course.key,)
    done = walking(course)
    assert word("route_completed")(done, year(JUNE)).because[0].evidence == (course.key,)
