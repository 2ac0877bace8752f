"""Who is nearest to counting: an order that a methodist would give."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.because import Because
from connector.domain.nearness import ALMOST, nearest, nearness


def unfinished(done: int, required: int) -> Because:
    return Because("route_unfinished", {"number": "1", "done": done, "required": required})


def too_low(percent: float) -> Because:
    return Because("diagnosed_too_low", {"percent": percent})


def covered(some: int, of: int) -> Because:
    params = {"covered": some, "deficits": of, "percent": 50}
    return Because("deficits_not_covered", params)


ORDERED = [
    [unfinished(4, 5), unfinished(3, 5), unfinished(1, 5), unfinished(0, 5), Because("no_route")],
    [too_low(49), too_low(20), Because("not_diagnosed")],
    [
        Because("programme_final_not_passed"),
        Because("programme_without_deficit"),
        Because("programme_not_registered"),
        Because("no_programme"),
    ],
    [Because("route_draft"), Because("route_without_diagnosis"), Because("no_route")],
    [
        Because("team_completed", {"done": 1, "needed": 2}),
        Because("team_completed", {"done": 0, "needed": 2}),
    ],
    [Because("no_recommendation"), Because("no_analysis"), Because("no_snapshot")],
    [Because("roadmap_not_started"), Because("roadmap_lacks")],
    [covered(2, 5), covered(1, 5), covered(0, 5)],
    [
        Because("not_measured", {"present": 2, "needed": 3}),
        Because("not_measured", {"present": 0, "needed": 3}),
    ],
]


@pytest.mark.parametrize("reasons", ORDERED, ids=lambda reasons: reasons[0].code)
def test_whoever_is_further_on_stands_first(reasons: list[Because]) -> None:
    backwards = [(place, (because,)) for place, because in reversed(list(enumerate(reasons)))]
    assert [place for place, _ in nearest(backwards, 99)] == list(range(len(reasons)))


def test_of_equal_parts_fewer_missing_steps_come_first() -> None:
    found = nearest([("long", (unfinished(4, 8),)), ("short", (unfinished(1, 2),))], 2)
    assert [name for name, _ in found] == ["short", "long"]


def test_the_best_of_several_reasons_counts_and_is_told() -> None:
    best = unfinished(2, 3)
    found = nearness([Because("role", {"role": "teacher"}), unfinished(1, 3), best])
    assert (found.because, found.left) == (best, 1)


def test_reasons_of_the_population_bring_nobody_nearer() -> None:
    reasons = [Because("role", {"role": "teacher"}), Because("diagnosed", {"percent": 95.0})]
    assert nearness(reasons).near == 0
    assert nearness(reasons).because is None


def test_a_plugins_reason_is_measured_by_what_it_tells() -> None:
    assert nearness([Because("own_steps", {"done": 3, "needed": 4})]).left == 1
    assert nearness([Because("own_share", {"percent": 40})]).near == Fraction(40, 100)
    assert nearness([Because("own_odd", {"done": "three", "needed": 0})]).because is None


def test_equals_keep_their_order() -> None:
    found = nearest([(name, (Because("no_route"),)) for name in "абв"], 2)
    assert [name for name, _ in found] == ["а", "б"]


codes = st.sampled_from([one.code for reasons in ORDERED for one in reasons] + ["another"])
numbers = st.one_of(st.integers(-5, 200), st.floats(allow_nan=True), st.text(max_size=3), st.none())
parameters = st.dictionaries(st.sampled_from(["done", "required", "needed", "percent"]), numbers)


@given(st.lists(st.builds(Because, codes, parameters), max_size=4))
def test_nobody_who_does_not_count_is_quite_there(reasons: list[Because]) -> None:
    assert 0 <= nearness(reasons).near <= ALMOST


@given(st.lists(st.lists(st.builds(Because, codes, parameters), max_size=3), max_size=8))
def test_a_shorter_list_is_the_beginning_of_a_longer_one(subjects: list[list[Because]]) -> None:
    numbered = [(place, tuple(reasons)) for place, reasons in enumerate(subjects)]
    whole = nearest(numbered, 99)
    assert nearest(numbered, 3) == whole[:3]
