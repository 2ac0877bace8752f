"""Roles are found in the organisation as it is that day; deputies stand in."""

from dataclasses import replace
from datetime import date, timedelta

from connector.domain.because import WHOLE, Slice, SliceKind
from connector.domain.circle import (
    Duties,
    Posts,
    circle_of,
    circle_of_place,
    municipal_circle,
)
from connector.domain.dates import Span
from connector.domain.owed import Circle
from connector.domain.people import Association, Dated, Duty, Organisation, StaffMember
from connector.domain.records import Assignment, Mentorship
from tests.unit.domain.builders import person

TODAY = date(2026, 3, 10)
TOMORROW = TODAY + timedelta(days=1)
ALWAYS = Span()
ORGANISATION = Organisation(
    {},
    {
        "a1": Dated(
            (
                (None, Association("a1", "ГМО", head="h1")),
                (TOMORROW, Association("a1", "ГМО", head="h2")),
            )
        )
    },
)
EVERYBODY = {n: person(n) for n in ("p1", "m1", "m2", "h1", "h2", "d1", "d2", "s1", "s2", "x1")}
EVERYBODY["gone"] = person("gone", employments=(Span(None, TODAY - timedelta(days=1)),))


def duty(number: str, duty: Duty, of: str, span: Span = ALWAYS) -> Assignment:
    return Assignment(number, duty, of, span)


def circle(posts: Posts, day: date = TODAY, who: str = "p1") -> Circle:
    return circle_of(EVERYBODY[who], day, ORGANISATION, posts)


def numbers(members: tuple[StaffMember, ...]) -> list[str]:
    return [member.personnel_no for member in members]


def posts(*assignments: Assignment, mentorships: tuple[Mentorship, ...] = ()) -> Posts:
    by_mentee: dict[str, list[Mentorship]] = {}
    for mentorship in mentorships:
        by_mentee.setdefault(mentorship.mentee, []).append(mentorship)
    return Posts(EVERYBODY, Duties(assignments), by_mentee)


def test_the_head_is_the_one_of_that_day() -> None:
    assert circle(posts()).heads["a1"].personnel_no == "h1"
    assert circle(posts(), TOMORROW).heads["a1"].personnel_no == "h2"


def test_mentors_are_those_of_that_day() -> None:
    until_today = Mentorship("m1", "p1", Span(None, TODAY))
    somebody_else_s = Mentorship("m2", "x1", ALWAYS)
    found = posts(mentorships=(until_today, somebody_else_s))
    assert numbers(circle(found).mentors) == ["m1"]
    assert circle(found, TOMORROW).mentors == ()


def test_methodists_look_after_a_person_a_school_or_an_association() -> None:
    found = posts(
        duty("m1", Duty.METHODIST, "a1"),
        duty("m2", Duty.METHODIST, "s1"),
        duty("d1", Duty.METHODIST, "p1"),
        duty("d2", Duty.METHODIST, "s2"),
        duty("x1", Duty.METHODIST, "a1", Span(None, TODAY - timedelta(days=1))),
    )
    assert numbers(circle(found).methodists) == ["d1", "m1", "m2"]


def test_a_deputy_is_told_in_their_place_while_the_term_runs() -> None:
    found = posts(
        duty("m1", Duty.METHODIST, "s1"), duty("d1", Duty.DEPUTY, "m1", Span(TODAY, TODAY))
    )
    assert numbers(circle(found).methodists) == ["d1"]
    assert numbers(circle(found, TOMORROW).methodists) == ["m1"]


def test_a_deputy_s_deputy_is_found_and_a_circle_of_deputies_ends() -> None:
    chain = posts(
        duty("m1", Duty.METHODIST, "s1"),
        duty("d1", Duty.DEPUTY, "m1"),
        duty("d2", Duty.DEPUTY, "d1"),
    )
    assert numbers(circle(chain).methodists) == ["d2"]
    round_about = posts(
        duty("m1", Duty.METHODIST, "s1"),
        duty("d1", Duty.DEPUTY, "m1"),
        duty("m1", Duty.DEPUTY, "d1"),
    )
    assert numbers(circle(round_about).methodists) == ["d1"]


def test_whoever_is_no_longer_employed_is_not_told_but_may_have_a_deputy() -> None:
    left = duty("gone", Duty.METHODIST, "s1")
    assert circle(posts(left)).methodists == ()
    assert numbers(circle(posts(left, duty("d1", Duty.DEPUTY, "gone"))).methodists) == ["d1"]


def test_where_nobody_is_assigned_those_who_sign_in_are_told() -> None:
    signing_in = (person("login:petrova"),)
    fallback = replace(posts(), methodists=signing_in, specialists=signing_in)
    assert circle(fallback).methodists == circle(fallback).specialists == signing_in
    assigned = replace(fallback, duties=Duties((duty("m1", Duty.METHODIST, "s1"),)))
    assert numbers(circle(assigned).methodists) == ["m1"]


def test_the_specialist_is_the_one_above_the_methodist_else_any() -> None:
    methodist = duty("m1", Duty.METHODIST, "s1")
    above, elsewhere = duty("s1", Duty.SPECIALIST, "m1"), duty("s2", Duty.SPECIALIST, "s2")
    assert numbers(circle(posts(methodist, above, elsewhere)).specialists) == ["s1"]
    assert numbers(circle(posts(methodist, elsewhere)).specialists) == ["s2"]


def test_nobody_is_told_of_themselves_in_another_role() -> None:
    found = posts(duty("h1", Duty.METHODIST, "s1"), mentorships=(Mentorship("h1", "h1", ALWAYS),))
    assert circle(found, who="h1") == Circle()


def place(posts: Posts, *slices: Slice, day: date = TODAY) -> Circle:
    return circle_of_place((WHOLE, *slices), day, ORGANISATION, posts)


SCHOOL, ASSOCIATION = Slice(SliceKind.SCHOOL, "s1"), Slice(SliceKind.ASSOCIATION, "a1")


def test_around_a_place_stand_its_head_and_whoever_looks_after_it() -> None:
    found = posts(
        duty("m1", Duty.METHODIST, "a1"),
        duty("m2", Duty.METHODIST, "s1"),
        duty("s1", Duty.SPECIALIST, "m1"),
        duty("s2", Duty.SPECIALIST, "m2"),
        duty("d1", Duty.DEPUTY, "h1", Span(TODAY, TODAY)),
    )
    association = place(found, ASSOCIATION)
    assert numbers(association.methodists) == ["m1"]
    assert numbers(association.specialists) == ["s1"]
    assert association.heads["a1"].personnel_no == "d1"
    assert place(found, ASSOCIATION, day=TOMORROW).heads["a1"].personnel_no == "h2"
    school = place(found, SCHOOL)
    assert (numbers(school.methodists), numbers(school.specialists)) == (["m2"], ["s2"])
    assert school.heads == {}


def test_around_the_municipality_stand_every_specialist_and_who_signs_in() -> None:
    assert numbers(place(posts(duty("s2", Duty.SPECIALIST, "m9"))).specialists) == ["s2"]
    signing_in = replace(posts(), methodists=(EVERYBODY["m1"],), specialists=(EVERYBODY["s1"],))
    whole = place(signing_in)
    assert (numbers(whole.methodists), numbers(whole.specialists)) == (["m1"], ["s1"])


def test_a_methodist_by_school_and_the_specialist_above_them() -> None:
    """khankaysky 4.5."""
    found = posts(duty("m2", Duty.METHODIST, "s1"), duty("s2", Duty.SPECIALIST, "m2"))
    around = circle(found)
    assert (numbers(around.methodists), numbers(around.specialists)) == (["m2"], ["s2"])


def test_around_what_is_nobodys_stand_all_methodists_and_specialists() -> None:
    found = posts(
        duty("m1", Duty.METHODIST, "s1"),
        duty("m2", Duty.METHODIST, "s2", Span(None, TODAY)),
        duty("s1", Duty.SPECIALIST, "m1"),
        duty("gone", Duty.SPECIALIST, "a1"),
        duty("d1", Duty.DEPUTY, "s1"),
    )
    around = municipal_circle(TODAY, found)
    assert (numbers(around.methodists), numbers(around.specialists)) == (["m1", "m2"], ["d1"])
    assert numbers(municipal_circle(TOMORROW, found).methodists) == ["m1"]
    assert (around.mentors, around.heads) == ((), {})


def test_where_nobody_has_the_duty_those_who_sign_in_as_such_stand_there() -> None:
    signing_in = replace(posts(), methodists=(EVERYBODY["x1"],), specialists=(EVERYBODY["s2"],))
    around = municipal_circle(TODAY, signing_in)
    assert (numbers(around.methodists), numbers(around.specialists)) == (["x1"], ["s2"])
