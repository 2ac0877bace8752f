"""Who sees what, and which slices are hidden (domain 7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.because import SliceKind, SubjectKind
from connector.domain.indicators import Basis, Indicator, IndicatorKind
from connector.domain.periods import PeriodKind
from connector.domain.words.staff import everyone
from connector.services.access.visibility import (
    OF_ONE_PERSON,
    SMALLEST_SLICE,
    Role,
    Sight,
    SliceSize,
    Viewer,
    hidden_slices,
)

OUTSIDER = Sight()
EVERYBODY = Sight(people=None)


def sizes(*populations: int, kind: SliceKind = SliceKind.SCHOOL) -> list[SliceSize]:
    return [SliceSize(kind, f"S{n}", people) for n, people in enumerate(populations)]


def hidden(*populations: int, sight: Sight = OUTSIDER) -> set[str]:
    found = hidden_slices(SubjectKind.STAFF, sizes(*populations), sight)
    return {code for _, code in found}


def test_a_slice_of_fewer_than_five_takes_the_next_smallest_with_it() -> None:
    assert hidden(40, 4, 12, 9) == {"S1", "S3"}


def test_two_small_slices_that_together_are_five_hide_alone() -> None:
    assert hidden(40, 4, 3) == {"S1", "S2"}


def test_two_small_slices_that_together_are_still_fewer_take_one_more() -> None:
    assert hidden(40, 1, 2) == {"S0", "S1", "S2"}


def test_without_a_small_slice_nothing_is_hidden() -> None:
    assert hidden(5, 6) == set()


def test_an_empty_slice_tells_nothing_and_protects_nobody() -> None:
    assert hidden(0, 3, 20) == {"S1", "S2"}


def test_whoever_sees_everybody_sees_every_slice() -> None:
    assert hidden(1, 2, sight=EVERYBODY) == set()


def test_a_head_sees_the_own_association_however_small() -> None:
    sight = Sight(frozenset({"T-1"}), frozenset({"S0"}))
    pieces = sizes(2, 3, 20, kind=SliceKind.ASSOCIATION)
    found = {code for _, code in hidden_slices(SubjectKind.STAFF, pieces, sight)}
    assert found == {"S1", "S2"}


def test_kinds_are_hidden_apart() -> None:
    pieces = sizes(3, 9) + sizes(30, 40, kind=SliceKind.ASSOCIATION)
    found = hidden_slices(SubjectKind.STAFF, pieces, OUTSIDER)
    assert {kind for kind, _ in found} == {SliceKind.SCHOOL}


@pytest.mark.parametrize("subject", sorted(set(SubjectKind) - OF_ONE_PERSON))
def test_slices_of_things_that_are_not_people_stay(subject: SubjectKind) -> None:
    assert hidden_slices(subject, sizes(1, 1), OUTSIDER) == frozenset()


@given(st.lists(st.integers(0, 30), max_size=12))
def test_what_is_hidden_cannot_be_told_by_subtraction(populations: list[int]) -> None:
    chosen = hidden(*populations)
    small = {f"S{n}" for n, people in enumerate(populations) if 0 < people < SMALLEST_SLICE}
    assert small <= chosen
    people = sum(populations[int(code[1:])] for code in chosen)
    some = [code for n, code in enumerate(f"S{n}" for n in range(len(populations)))
            if populations[n] > 0]  # fmt: skip
    if chosen and chosen != set(some):
        assert len(chosen) > 1
        assert people >= SMALLEST_SLICE


def test_only_an_administrator_is_without_a_municipality() -> None:
    assert Viewer("a", Role.ADMINISTRATOR, None).may_enter("korolev")
    assert not Viewer("m", Role.METHODIST, None).may_enter("korolev")
    assert not Viewer("m", Role.METHODIST, "kuznetsk").may_enter("korolev")


def test_an_administrator_sees_deliveries_but_no_people() -> None:
    viewer = Viewer("a", Role.ADMINISTRATOR, None)
    assert viewer.sees_deliveries
    assert viewer.deliveries_of is None
    assert not viewer.sees_some_people


@pytest.mark.parametrize("role", [Role.HEAD, Role.MENTOR, Role.TEACHER, Role.VIEWER])
def test_others_see_no_deliveries(role: Role) -> None:
    assert not Viewer("x", role, "korolev", "T-1").sees_deliveries


def test_teams_name_their_members_and_stay_shut() -> None:
    assert not OUTSIDER.covers_subject(SubjectKind.TEAM, "S1")
    assert OUTSIDER.covers_subject(SubjectKind.SCHOOL, "S1")
    assert EVERYBODY.covers_subject(SubjectKind.TEAM, "S1")


def judged(subject: SubjectKind, looks_at_people: bool) -> Indicator:
    return Indicator(
        "a.b",
        "Показатель",
        subject,
        IndicatorKind.SHARE,
        PeriodKind.YEAR,
        everyone(),
        everyone(),
        Basis("Положение", "1"),
        looks_at_people=looks_at_people,
    )


def test_reasons_about_a_schools_people_are_for_whoever_sees_them() -> None:
    by_people, plain = (judged(SubjectKind.SCHOOL, one) for one in (True, False))
    assert EVERYBODY.covers_judgement(by_people, "S0")
    assert not OUTSIDER.covers_judgement(by_people, "S0")
    assert Sight(schools=frozenset({"S0"})).covers_judgement(by_people, "S0")
    assert OUTSIDER.covers_judgement(plain, "S0")


def test_an_associations_reasons_are_for_its_head_anyway() -> None:
    for looks_at_people in (True, False):
        one = judged(SubjectKind.ASSOCIATION, looks_at_people)
        assert not OUTSIDER.covers_judgement(one, "A1")
        assert Sight(frozenset(), frozenset({"A1"})).covers_judgement(one, "A1")
