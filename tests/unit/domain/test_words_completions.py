"""Words about completions of programmes, one by one (todzhinsky, annex 2, III 3.1)."""

from datetime import date
from typing import Any

import pytest

from connector.domain.cases import CompletionCase
from connector.domain.catalogue import Catalogue, Programme, parse_target
from connector.domain.people import Role, StaffTerm
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
    setting,
    year,
)

JUNE = date(2026, 6, 30)
MAY = date(2026, 5, 10)
WITH_FINAL = Catalogue(
    programmes=(
        *CATALOGUE.programmes,
        Programme(
            SOURCE, "6", "С зачётом", "R-4", competencies=("A",), final=parse_target("quiz:8>=60")
        ),
    ),
    diagnostics=CATALOGUE.diagnostics,
    questions=CATALOGUE.questions,
)


def word(name: str, **params: Any) -> Any:
    return CORE[name].build(**params)


def piece(course: str, on: date, *evidence: Any, **more: Any) -> CompletionCase:
    staff = case(completion(noon(on), course), *evidence, in_=setting(WITH_FINAL), **more)
    (done,) = staff.folded.completions
    return CompletionCase("p1|x", done, staff)


@pytest.mark.parametrize(
    ("on", "found"),
    [
        (date(2026, 1, 1), (True, ["programme"])),
        (JUNE, (True, ["programme"])),
        (date(2026, 7, 1), (False, ["completed_elsewhen"])),
        (date(2025, 12, 31), (False, ["completed_elsewhen"])),
    ],
)
def test_a_completion_counts_in_its_period(on: date, found: tuple[bool, list[str]]) -> None:
    assert holds(word("completed_in_period"), piece("3", on), year(JUNE)) == found


def test_what_was_not_passed_is_not_completed() -> None:
    failed = attempt(noon(MAY), (5, 10), (5, 10), quiz="8", grade=5)
    passed = attempt(noon(MAY), (6, 10), (6, 10), quiz="8", grade=6)
    condition = word("completed_in_period")
    assert holds(condition, piece("6", MAY, failed), year(JUNE)) == (
        False,
        ["programme_final_not_passed"],
    )
    assert holds(condition, piece("6", MAY, passed), year(JUNE))[0]


@pytest.mark.parametrize(
    ("course", "audience", "found"),
    [("3", "staff", True), ("4", "staff", False), ("4", "teams", True), ("4", "any", True)],
)
def test_only_programmes_for_whom_the_rule_asks(course: str, audience: str, found: bool) -> None:
    condition = word("completed_in_period", audience=audience)
    assert holds(condition, piece(course, MAY), year(JUNE))[0] is found


def test_by_diagnosis_is_what_covered_a_deficit_of_the_day_before() -> None:
    low = attempt(noon(date(2026, 3, 2)), (3, 10), (8, 10))
    condition = word("completed_by_diagnosis")
    assert holds(condition, piece("3", MAY, low), year(JUNE)) == (True, ["programme_by_diagnosis"])
    assert holds(condition, piece("3", MAY), year(JUNE)) == (False, ["programme_without_deficit"])
    assert holds(condition, piece("4", MAY, low), year(JUNE)) == (
        False,
        ["programme_not_for_staff"],
    )


def test_a_completion_counts_while_its_person_is_employed_and_where_they_are() -> None:
    moved = person(terms=(StaffTerm(None, Role.TEACHER, "s1"), StaffTerm(JUNE, Role.TEACHER, "s2")))
    done = piece("3", MAY, person=moved)
    assert [place.code for place in done.slices(MAY)] == ["", "s1"]
    assert [place.code for place in done.slices(JUNE)] == ["", "s2"]
    assert done.absent(JUNE) is None
    gone = CompletionCase("p1|x", None, done.staff).absent(JUNE)
    assert gone is not None
    assert gone.code == "completion_withdrawn"
