"""Who is told what: expectations by hand, and that order and repeats of evidence cannot matter."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.cases import StaffCase
from connector.domain.catalogue import parse_target
from connector.domain.dates import Span
from connector.domain.dossier import Dossier
from connector.domain.evidence import Evidence
from connector.domain.folding import fold
from connector.domain.notices import owed_for
from connector.domain.owed import Circle, Owed, Recipient
from connector.domain.people import StaffMember
from connector.domain.routes import Route, RouteStep
from connector.domain.stall_policy import Rung, StallPolicy
from tests.unit.domain.builders import attempt, completion, noon, person, route, setting
from tests.unit.domain.random_cases import FIRST, LAST, evidence, people, routes, school_cases

TAKEN = date(2026, 3, 10)
DAY = timedelta(days=1)
# 20 working days after Monday 2 March 2026 is Monday 30 March; the heads' day is five later.
STALLED_ON, HEADS_ON, SPECIALIST_ON = date(2026, 3, 30), date(2026, 4, 6), date(2026, 4, 13)
STEPS = (RouteStep(1, parse_target("course:3")), RouteStep(2, parse_target("course:9")))


def someone(number: str) -> StaffMember:
    return person(number)


FULL = Circle(
    mentors=(someone("mentor"),),
    heads={"a1": someone("head")},
    methodists=(someone("methodist"),),
    specialists=(someone("specialist"),),
)


def case(*facts: Evidence, **more: Any) -> StaffCase:
    within = setting()
    return StaffCase(
        fold(Dossier(**{"person": person(), "evidence": facts, **more}), within), within
    )


def told(owed: Sequence[Owed], kind: str) -> set[tuple[str, str | None, bool]]:
    return {(str(o.role), o.recipient, o.urgent) for o in owed if o.kind == kind}


def stalls(owed: Sequence[Owed]) -> tuple[Owed, ...]:
    return tuple(o for o in owed if o.kind == "route_stalled")


def alerts(one: StaffCase, circle: Circle, day: date) -> list[Owed]:
    return [o for o in owed_for(one, circle, day) if o.kind == "route_stalled"]


def failed(*pairs: tuple[int, int], on: date = TAKEN, number: int = 1) -> Evidence:
    return attempt(noon(on), *(pairs or ((2, 10), (3, 10))), number=number)


def test_found_deficits_are_told_to_the_person_the_mentor_and_as_numbers_to_the_head() -> None:
    owed = owed_for(case(failed()), FULL, TAKEN)
    assert told(owed, "deficits_found") == {
        ("teacher", "p1", False),
        ("mentor", "mentor", False),
        ("head", "head", False),
    }
    by_role = {o.role: o for o in owed}
    assert by_role[Recipient.TEACHER].params["helps"] == [
        {"competency": "A", "programmes": ["Сильная"]},
        {"competency": "B", "programmes": ["Команды"]},
    ]
    numbers = {"on": "2026-03-10", "association": "ГМО a1", "deficits": 2}
    assert by_role[Recipient.HEAD].params == numbers


def test_each_attempt_that_found_something_is_told_apart() -> None:
    second = failed((2, 10), (9, 10), number=2, on=TAKEN - 5 * DAY)
    owed = owed_for(case(second, failed((9, 10), (1, 10))), Circle(), TAKEN)
    assert {o.key for o in owed} == {"deficits_found:p1:attempt:moodle:7001:teacher:p1"}
    assert owed[0].params["competencies"] == ["B"]
    both = owed_for(case(second, failed((3, 10), (1, 10))), Circle(), TAKEN)
    assert [o.params["competencies"] for o in both] == [["B"], ["A"]]


def test_a_deficit_that_is_closed_is_not_told() -> None:
    better = attempt(noon(TAKEN + DAY), (9, 10), (9, 10), number=2)
    assert owed_for(case(failed(), better), FULL, TAKEN + DAY) == ()


def test_an_addressed_deficit_is_still_told() -> None:
    learned = completion(noon(TAKEN + DAY), "3")
    assert len(owed_for(case(failed(), learned), FULL, TAKEN + DAY)) == 3


@pytest.mark.parametrize(("later", "count"), [(0, 3), (30, 3), (31, 0)])
def test_what_happened_long_ago_is_told_to_nobody(later: int, count: int) -> None:
    assert len(owed_for(case(failed()), FULL, TAKEN + later * DAY)) == count


def test_what_lies_ahead_is_not_told_yet() -> None:
    assert owed_for(case(failed()), FULL, TAKEN - DAY) == ()


def test_whoever_is_not_employed_gets_and_causes_nothing() -> None:
    gone = person(employments=(Span(None, TAKEN - DAY),))
    stalled = route(steps=STEPS)
    one = case(failed(), person=gone, routes=(stalled,))
    assert owed_for(one, FULL, TAKEN) == owed_for(one, FULL, STALLED_ON) == ()


def test_a_completed_route_is_told_once_to_each() -> None:
    done = case(completion(noon(TAKEN), "3"), routes=(route(steps=STEPS[:1]),))
    owed = owed_for(done, FULL, TAKEN + 3 * DAY)
    assert told(owed, "route_completed") == {
        ("teacher", "p1", False),
        ("mentor", "mentor", False),
        ("methodist", "methodist", False),
    }
    assert owed[0].key == "route_completed:p1/1:2026-03-10:mentor:mentor"
    assert owed_for(done, FULL, TAKEN + 31 * DAY) == ()


@pytest.mark.parametrize(
    ("day", "roles"),
    [
        (STALLED_ON - DAY, set()),
        (STALLED_ON, {"methodist", "mentor"}),
        (HEADS_ON - DAY, {"methodist", "mentor"}),
        (HEADS_ON, {"methodist", "mentor", "head"}),
        (SPECIALIST_ON, {"methodist", "mentor", "head", "specialist"}),
        (SPECIALIST_ON + 100 * DAY, {"methodist", "mentor", "head", "specialist"}),
    ],
)
def test_a_stall_climbs_the_ladder(day: date, roles: set[str]) -> None:
    owed = stalls(owed_for(case(routes=(route(steps=STEPS),)), FULL, day))
    assert {str(o.role) for o in owed} == roles
    assert {str(o.role) for o in owed if o.urgent} == roles - {"mentor"}


def test_an_episode_is_one_alert_in_the_same_words_every_day() -> None:
    one = case(routes=(route(steps=STEPS),))
    first, later = (stalls(owed_for(one, FULL, STALLED_ON + n * DAY)) for n in (0, 4))
    assert first == later
    methodist = next(o for o in first if o.role is Recipient.METHODIST)
    assert methodist.key == "route_stalled:p1/1:2026-03-30:methodist:methodist"
    assert methodist.params == {
        "number": "1",
        "of": "p1",
        "person": "Иванова Анна",
        "reason": "idle",
        "since": "2026-03-02",
        "first_day": "2026-03-30",
        "waited": 0,
        "done": 0,
        "required": 2,
        "next_step": 1,
        "next_title": "Сильная",
        "next_due": None,
        "tried": [],
    }


def test_a_new_episode_is_a_new_alert() -> None:
    moved = case(completion(noon(STALLED_ON + 2 * DAY), "3"), routes=(route(steps=STEPS),))
    assert stalls(owed_for(moved, FULL, STALLED_ON + 2 * DAY)) == ()
    again = stalls(owed_for(moved, FULL, STALLED_ON + 40 * DAY))
    assert {o.params["first_day"] for o in again} == {"2026-04-29"}


def test_without_a_head_the_specialist_hears_in_their_place() -> None:
    circle = Circle(methodists=FULL.methodists, specialists=FULL.specialists)
    one = case(routes=(route(steps=STEPS),))
    at_heads, later = (alerts(one, circle, day) for day in (HEADS_ON, SPECIALIST_ON))
    assert {str(o.role) for o in at_heads} == {"methodist", "specialist"}
    assert at_heads == later


@pytest.mark.parametrize(
    ("day", "roles"),
    [
        (HEADS_ON, {"methodist", "mentor"}),
        (SPECIALIST_ON - DAY, {"methodist", "mentor"}),
        (SPECIALIST_ON, {"methodist", "mentor", "specialist"}),
    ],
)
def test_a_ladder_without_heads_leaves_them_out(day: date, roles: set[str]) -> None:
    """khankaysky 4: the methodists answer to the specialist."""
    within = setting(policy=StallPolicy(ladder=(Rung.METHODIST, Rung.SPECIALIST)))
    one = StaffCase(fold(Dossier(person(), routes=(route(steps=STEPS),)), within), within)
    assert {str(o.role) for o in alerts(one, FULL, day)} == roles


def test_a_head_of_two_associations_is_alerted_once() -> None:
    circle = Circle(methodists=FULL.methodists, heads={"a1": someone("h"), "a2": someone("h")})
    owed = owed_for(case(routes=(route(steps=STEPS),)), circle, HEADS_ON)
    assert [o.recipient for o in owed if o.role is Recipient.HEAD] == ["h"]


def test_the_lack_of_a_methodist_shows() -> None:
    owed = owed_for(case(routes=(route(steps=STEPS),)), Circle(), SPECIALIST_ON)
    assert [(o.role, o.recipient) for o in owed] == [(Recipient.METHODIST, None)]


@given(school_cases())
def test_only_people_owe_notices(school: Any) -> None:
    assert owed_for(school, FULL, FIRST) == ()


# -- always -------------------------------------------------------------------------------------

days = st.integers(0, (LAST - FIRST).days + 60).map(lambda n: FIRST + timedelta(days=n))
facts = st.lists(evidence, max_size=6, unique_by=lambda e: e.key)
some_routes = st.lists(routes(), max_size=2, unique_by=lambda r: r.number)


@given(facts, some_routes, people(), days, st.randoms(use_true_random=False))
def test_the_order_of_evidence_and_records_does_not_matter(
    found: list[Evidence], own: list[Route], who: StaffMember, day: date, chance: Any
) -> None:
    shuffled, mixed = chance.sample(found, len(found)), chance.sample(own, len(own))
    one = case(*found, person=who, routes=tuple(own))
    other = case(*shuffled, person=who, routes=tuple(mixed))
    assert owed_for(one, FULL, day) == owed_for(other, FULL, day)


@given(facts, some_routes, people(), days)
def test_keys_are_unique_and_nobody_hears_of_what_has_not_happened(
    found: list[Evidence], own: list[Route], who: StaffMember, day: date
) -> None:
    owed = owed_for(case(*found, person=who, routes=tuple(own)), FULL, day)
    keys = [o.key for o in owed]
    assert len(set(keys)) == len(keys)
    assert keys == sorted(keys)
    assert all(o.happened_on <= day for o in owed)
    assert all(len(o.key) <= 300 and len(o.kind) <= 40 for o in owed)
    if not who.is_employed(day):
        assert owed == ()
