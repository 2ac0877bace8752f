"""Programmes completed, their final assessment, and "by diagnosis" (domain 5)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from connector.domain.catalogue import Audience, parse_target
from connector.domain.evidence import Evidence
from connector.domain.folding import Folded
from connector.domain.progress import ProgrammeCompletion
from connector.domain.records import HandmadeEvidence
from tests.unit.domain.builders import (
    CATALOGUE,
    SOURCE,
    activity,
    attempt,
    completion,
    folded,
    noon,
    setting,
    utc,
)

DONE = date(2026, 5, 20)
DAY = timedelta(days=1)


def with_programme(*evidence: Evidence, handmade: Any = (), **changes: Any) -> Folded:
    """Folded where the first programme of the catalogue is changed so."""
    programme = replace(CATALOGUE.programmes[0], **changes)
    catalogue = replace(CATALOGUE, programmes=(programme, *CATALOGUE.programmes[1:]))
    return folded(*evidence, in_=setting(catalogue), handmade=handmade)


def only(found: Folded) -> ProgrammeCompletion:
    (completion,) = found.completions
    return completion


def test_a_course_outside_the_catalogue_is_no_programme() -> None:
    assert not folded(completion(noon(DONE), "99")).completions
    assert not folded(completion(noon(DONE), source="another")).completions


def test_a_course_taken_again_counts_twice_in_time_order() -> None:
    found = folded(completion(noon(DONE)), completion(noon(DONE - 300 * DAY)))
    assert [c.proof.day for c in found.completions] == [DONE - 300 * DAY, DONE]


def test_without_a_named_final_the_course_alone_is_enough() -> None:
    assert only(with_programme(completion(noon(DONE)), final=None)).passed


@pytest.mark.parametrize(("days", "passed"), [(-200, True), (0, True), (1, False)])
def test_a_final_is_passed_on_or_before_the_day(days: int, passed: bool) -> None:
    final = parse_target("quiz:55>=60")
    tried = attempt(noon(DONE + days * DAY), quiz="55", grade=6)
    assert only(with_programme(completion(noon(DONE)), tried, final=final)).passed is passed


def test_a_final_that_is_failed_or_missing_is_not_passed() -> None:
    final = parse_target("quiz:55>=60")
    failed = attempt(noon(DONE), quiz="55", grade="5.99")
    assert not only(with_programme(completion(noon(DONE)), failed, final=final)).passed
    assert not only(with_programme(completion(noon(DONE)), final=final)).passed


def test_a_final_may_be_an_activity() -> None:
    final = parse_target("activity:90")
    assert only(with_programme(completion(noon(DONE)), activity(noon(DONE)), final=final)).passed
    undone = activity(noon(DONE), state=3)
    assert not only(with_programme(completion(noon(DONE)), undone, final=final)).passed


def test_the_register_is_looked_up_on_the_day_of_completion() -> None:
    ends = {"register_from": date(2026, 1, 1), "register_until": DONE}
    assert only(with_programme(completion(noon(DONE)), **ends)).is_registered
    assert not only(with_programme(completion(noon(DONE + DAY)), **ends)).is_registered
    # 21:00 UTC is the next day in Moscow.
    late = completion(utc(2026, 5, 20, 21))
    assert not only(with_programme(late, **ends)).is_registered


def test_an_offline_course_is_one_too() -> None:
    hand = HandmadeEvidence("h", "p1", "programme", "3", DONE)
    held = only(with_programme(handmade=(hand,)))
    assert (held.proof.day, held.proof.key, held.passed) == (DONE, "handmade:h", True)
    step = HandmadeEvidence("h", "p1", "step", "3", DONE)
    assert not with_programme(handmade=(step,)).completions


def test_programmes_for_teams_are_told_apart() -> None:
    assert only(folded(completion(noon(DONE)))).is_for_staff
    assert not only(with_programme(completion(noon(DONE)), audience=Audience.TEAMS)).is_for_staff


def diagnosed(*evidence: Evidence) -> tuple[str, ...]:
    found = folded(*evidence, completion(noon(DONE)))
    return found.diagnosed_competencies(found.completions[-1])


def low(day: date, number: int = 1) -> Evidence:
    return attempt(noon(day), (1, 10), (1, 10), number=number)


def high(day: date, number: int = 2) -> Evidence:
    return attempt(noon(day), (9, 10), (9, 10), number=number)


def test_the_deficit_must_have_been_there_the_day_before() -> None:
    assert diagnosed(low(DONE - DAY)) == ("A",)
    assert diagnosed(low(DONE)) == ()
    assert diagnosed() == ()


def test_open_and_addressed_deficits_count_closed_ones_do_not() -> None:
    addressed = completion(noon(DONE - 5 * DAY))
    assert diagnosed(low(DONE - 9 * DAY), addressed) == ("A",)
    assert diagnosed(low(DONE - 9 * DAY), high(DONE - 2 * DAY)) == ()
    assert diagnosed(high(DONE - 9 * DAY)) == ()


def test_what_is_measured_on_the_day_itself_comes_too_late_either_way() -> None:
    assert diagnosed(low(DONE - 9 * DAY), high(DONE)) == ("A",)


def test_a_final_of_another_source_with_the_same_number_proves_nothing() -> None:
    """Numbers are a site's own; only an idnumber is the municipality's."""
    final = parse_target("quiz:55>=60")
    elsewhere = attempt(noon(DONE), quiz="55", grade=9, source="another")
    assert not only(with_programme(completion(noon(DONE)), elsewhere, final=final)).passed
    named = attempt(noon(DONE), quiz="56", idnumber="55", grade=9, source="another")
    assert only(with_programme(completion(noon(DONE)), named, final=final)).passed
    assert SOURCE != "another"
