"""Deficit states: open, addressed, closed and open again (domain 3)."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.catalogue import parse_target
from connector.domain.deficits import DeficitState
from connector.domain.evidence import Evidence
from connector.domain.folding import Folded
from connector.domain.records import HandmadeEvidence
from connector.domain.routes import RouteStep
from tests.unit.domain.builders import attempt, completion, folded, local, noon, route, utc

DAY = timedelta(days=1)
D1, D2, D3, D4, D5 = (date(2026, 3, 10) + n * DAY for n in range(5))
NONE, OPEN, ADDRESSED, CLOSED = DeficitState


def scored(day: date, percent: int, **more: Any) -> Evidence:
    """A result that measures competency A alone."""
    return attempt(noon(day), (percent, 100), (0, 0), number=day.day, **more)


def states(found: Folded, *days: date) -> list[DeficitState | None]:
    return [held.state if (held := found.deficits(day).get("A")) else None for day in days]


def test_a_deficit_opens_is_addressed_closes_and_opens_again() -> None:
    found = folded(scored(D1, 49), completion(noon(D2)), scored(D3, 50), scored(D4, 10))
    assert states(found, D1 - DAY, D1, D2, D3, D4) == [None, OPEN, ADDRESSED, CLOSED, OPEN]


def test_what_was_never_below_base_is_no_deficit() -> None:
    assert states(folded(scored(D1, 50), scored(D2, 90)), D2) == [NONE]
    assert not NONE.is_deficit
    assert not CLOSED.is_deficit
    assert OPEN.is_deficit
    assert ADDRESSED.is_deficit


def test_only_what_was_completed_after_the_latest_result_addresses() -> None:
    assert states(folded(completion(noon(D1)), scored(D2, 10)), D3) == [OPEN]
    # Addressed, then measured below base again: the course did not help, so it is open.
    again = folded(scored(D1, 10), completion(noon(D2)), scored(D3, 20))
    assert states(again, D2, D3) == [ADDRESSED, OPEN]


def test_after_means_the_instant() -> None:
    hour = timedelta(hours=1)
    at = noon(D1)
    assert states(folded(scored(D1, 10), completion(at - hour)), D1) == [OPEN]
    assert states(folded(scored(D1, 10), completion(at)), D1) == [OPEN]
    assert states(folded(scored(D1, 10), completion(at + hour)), D1) == [ADDRESSED]


def test_a_certificate_without_a_time_is_from_the_start_of_its_day() -> None:
    same = HandmadeEvidence("h", "p1", "programme", "3", D1)
    next_day = HandmadeEvidence("h", "p1", "programme", "3", D2)
    assert states(folded(scored(D1, 10), handmade=(same,)), D2) == [OPEN]
    assert states(folded(scored(D1, 10), handmade=(next_day,)), D1, D2) == [OPEN, ADDRESSED]


def test_a_programme_for_something_else_addresses_nothing() -> None:
    assert states(folded(scored(D1, 10), completion(noon(D2), "4")), D3) == [OPEN]


def test_a_route_step_addresses_what_it_covers() -> None:
    steps = (RouteStep(1, parse_target("quiz:55>=60"), ("A",)),)
    tried = attempt(noon(D2), quiz="55", grade=9)
    found = folded(scored(D1, 10), tried, routes=(route(steps=steps),))
    assert states(found, D1, D2) == [OPEN, ADDRESSED]


def test_whichever_quiz_and_whatever_the_policy_the_latest_result_rules() -> None:
    # Quiz 8 counts its best attempt in figures; here only time matters.
    good, bad = scored(D1, 90, quiz="8"), scored(D2, 10, quiz="8")
    assert states(folded(good, bad), D1, D2) == [NONE, OPEN]
    assert states(folded(scored(D1, 10), scored(D2, 90, quiz="8")), D2) == [CLOSED]


def test_a_result_that_does_not_measure_it_leaves_it_alone() -> None:
    other = attempt(noon(D2), (0, 0), (9, 10), number=2)
    assert states(folded(scored(D1, 10), other), D2) == [OPEN]


def test_a_deficit_names_what_opened_it_and_what_addressed_it() -> None:
    found = folded(scored(D1, 10), scored(D2, 20), completion(noon(D3)), completion(noon(D4)))
    held = found.deficits(D5)["A"]
    assert held.opened_by is not None
    assert held.addressed_by is not None
    assert (held.opened_by.day, held.latest.day, held.addressed_by.day) == (D1, D2, D3)


def test_a_day_is_judged_to_its_end_in_the_municipalitys_zone() -> None:
    late = attempt(utc(2026, 3, 10, 20, 59), (0, 10), (0, 0))
    next_day = attempt(utc(2026, 3, 10, 21), (0, 10), (0, 0))
    assert states(folded(late), date(2026, 3, 10)) == [OPEN]
    assert states(folded(next_day), date(2026, 3, 10), date(2026, 3, 11)) == [None, OPEN]


hours = st.integers(0, 14 * 24).map(lambda n: utc(2026, 3, 1, 0) + timedelta(hours=n))
tries = st.lists(
    st.tuples(hours, st.sampled_from([0, 49, 50, 90]), st.sampled_from("78")), max_size=5
)
courses = st.lists(st.tuples(hours, st.sampled_from("34")), max_size=4)


def by_the_book(
    day: date, tried: list[tuple[datetime, str, int, Fraction]], done: list[datetime]
) -> DeficitState | None:
    """Domain 3 told plainly: walk through the results, remember what the last one said."""
    state: DeficitState | None = None
    last: datetime | None = None
    for at, _, _, percent in sorted(tried):
        if local(at) > day:
            continue
        last = at
        if percent < 50:
            state = OPEN
        elif state in (OPEN, CLOSED):
            state = CLOSED
        else:
            state = NONE
    if state is OPEN and any(last is not None and at > last and local(at) <= day for at in done):
        return ADDRESSED
    return state


@given(tries, courses)
def test_states_are_those_of_a_plain_reading(
    tried: list[tuple[datetime, int, str]], done: list[tuple[datetime, str]]
) -> None:
    evidence = [
        attempt(at, (percent, 100), (0, 0), quiz=quiz, number=n)
        for n, (at, percent, quiz) in enumerate(tried)
    ]
    evidence += [completion(at, course) for at, course in done]
    found = folded(*evidence)
    results = [(at, quiz, n, Fraction(percent)) for n, (at, percent, quiz) in enumerate(tried)]
    helped = [at for at, course in done if course == "3"]
    for n in range(17):
        day = date(2026, 2, 28) + n * DAY
        assert states(found, day) == [by_the_book(day, results, helped)]
