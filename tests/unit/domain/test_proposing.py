"""Drafts: what can be covered is covered, by the right programmes, on working days."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.catalogue import Catalogue, Programme, parse_target
from connector.domain.dates import Span
from connector.domain.dossier import Dossier, DraftPolicy
from connector.domain.evidence import Evidence
from connector.domain.proposals import Proposal, Verdict
from connector.domain.proposing import propose, with_finals
from connector.domain.routes import Route
from connector.domain.staff_cases import StaffCase
from connector.testing import builders
from connector.testing.builders import attempt, completion, programme, route, staff

TAKEN = date(2026, 3, 2)
DAY = date(2026, 3, 10)
CODES = ("A", "B", "C", "D")
HOLIDAYS = Span(date(2026, 3, 23), date(2026, 3, 31))


def case(
    programmes: Sequence[Programme],
    percents: dict[str, int] | None = None,
    policy: DraftPolicy | None = None,
    evidence: Sequence[Evidence] = (),
    routes: Sequence[Route] = (),
    closed: Sequence[Span] = (HOLIDAYS,),
) -> StaffCase:
    quizzes = {"diagnostic": CODES}
    ground = builders.setting(
        known=builders.catalogue(quizzes, programmes),
        calendar=builders.five_day_calendar(closed=closed),
        drafts=policy or DraftPolicy(),
    )
    taken = attempt(TAKEN, percents or {"A": 30, "B": 80})
    dossier = Dossier(staff(), (taken, *evidence), routes=tuple(routes))
    return builders.staff_case(dossier, ground)


def proposed(*args: object, **more: object) -> Proposal:
    found = propose(case(*args, **more), DAY)  # type: ignore[arg-type]
    assert found is not None
    return found


def courses(proposal: Proposal) -> list[str]:
    return [step.target.ref for step in proposal.route.steps]


def verdicts(proposal: Proposal) -> dict[str, Verdict]:
    return {one.programme.course: one.verdict for one in proposal.options}


def test_a_programme_in_the_register_goes_before_a_shorter_one_outside() -> None:
    found = proposed(
        [programme("long", ["A"], hours=72), programme("short", ["A"], hours=16, register_no=None)]
    )
    assert courses(found) == ["long"]
    assert verdicts(found) == {"long": Verdict.CHOSEN, "short": Verdict.NOT_REGISTERED}


def test_the_register_is_asked_for_the_day_of_completion() -> None:
    ended = programme("ended", ["A"], hours=16, register_until=date(2026, 3, 20))
    found = proposed([ended, programme("long", ["A"], hours=72)])
    assert courses(found) == ["long"]
    (other,) = [one for one in found.options if one.programme.course == "ended"]
    assert (other.is_registered, other.instead) == (False, "long")


def test_few_hours_before_many_and_unknown_ones_last() -> None:
    few, many = programme("few", ["A"], hours=18), programme("many", ["A"], hours=36)
    found = proposed([many, programme("untold", ["A"]), few])
    assert courses(found) == ["few"]
    assert verdicts(found) == {
        "few": Verdict.CHOSEN,
        "many": Verdict.MORE_HOURS,
        "untold": Verdict.MORE_HOURS,
    }


def test_one_programme_for_all_goes_before_one_for_each_that_takes_as_long() -> None:
    both = programme("both", ["A", "C"], hours=32)
    ones = [programme("a", ["A"], hours=16), programme("c", ["C"], hours=20)]
    found = proposed([*ones, both], {"A": 30, "C": 20})
    assert courses(found) == ["both"]
    assert verdicts(found)["c"] is Verdict.COVERS_LESS


def test_two_short_programmes_go_before_a_long_one() -> None:
    both = programme("both", ["A", "C"], hours=108)
    ones = [programme("a", ["A"], hours=24), programme("c", ["C"], hours=36)]
    found = proposed([both, *ones], {"A": 30, "C": 20})
    assert courses(found) == ["a", "c"]
    assert verdicts(found)["both"] is Verdict.MORE_HOURS


def test_what_later_choices_make_superfluous_is_dropped() -> None:
    programmes = [
        programme("ab", ["A", "B"], hours=10),
        programme("ac", ["A", "C"], hours=20),
        programme("bd", ["B", "D"], hours=20),
    ]
    found = proposed(programmes, dict.fromkeys(CODES, 30))
    assert sorted(courses(found)) == ["ac", "bd"]


def test_a_programme_that_did_not_help_is_the_last_resort() -> None:
    old = completion(TAKEN - timedelta(days=30), "old")
    again = proposed(
        [programme("old", ["A"], hours=16), programme("new", ["A"], hours=72)], evidence=[old]
    )
    assert courses(again) == ["new"]
    assert verdicts(again)["old"] is Verdict.TAKEN_BEFORE
    assert courses(proposed([programme("old", ["A"])], evidence=[old])) == ["old"]


def test_programmes_for_teams_are_for_teams() -> None:
    found = proposed([programme("teams", ["A"], audience="teams")])
    assert found.is_empty
    assert (found.uncovered, found.options) == (("A",), ())


def test_due_dates_follow_the_hours_over_working_days_and_holidays() -> None:
    policy = DraftPolicy(begins_after=5, hours_a_day=2, least_days=4)
    programmes = [programme("a", ["A"], hours=8), programme("c", ["C"], hours=20)]
    found = proposed(programmes, {"A": 30, "C": 30}, policy)
    # Tue 10 March, five working days: Tue 17. Four more: 18-20 and, after the holidays, 1 April.
    assert found.route.starts_on == date(2026, 3, 17)
    assert [step.due_on for step in found.route.steps] == [date(2026, 4, 1), date(2026, 4, 15)]


def test_what_builds_on_another_comes_after_it_and_brings_it_in() -> None:
    policy = DraftPolicy(prerequisites={"a": ("base",), "base": ("first",)})
    known = [programme("a", ["A"], hours=16), programme("base", [], hours=72)]
    found = proposed(known, policy=policy)
    assert courses(found) == ["first", "base", "a"]
    assert found.before == ("base", "first")
    done = completion(TAKEN, "base")
    assert courses(proposed(known, policy=policy, evidence=[done])) == ["a"]


def test_courses_that_build_on_each_other_are_proposed_all_the_same() -> None:
    policy = DraftPolicy(prerequisites={"a": ("c",), "c": ("a",)})
    found = proposed([programme("a", ["A"]), programme("c", ["C"])], {"A": 30, "C": 30}, policy)
    assert sorted(courses(found)) == ["a", "c"]


def test_nothing_is_proposed_where_nothing_is_open() -> None:
    known = [programme("a", ["A"])]
    assert propose(case(known, {"A": 50}), DAY) is None
    done = completion(DAY - timedelta(days=1), "a")
    assert propose(case(known, evidence=[done]), DAY) is None
    under_way = route(DAY, [parse_target("course:a")])
    assert propose(case(known, routes=[under_way]), DAY) is None
    dropped = replace(under_way, cancelled_on=DAY)
    assert propose(case(known, routes=[dropped]), DAY) is not None


def test_whoever_left_is_proposed_nothing() -> None:
    ground = case([programme("a", ["A"])])
    gone = replace(ground.folded.dossier.person, employments=(Span(None, DAY - timedelta(days=1)),))
    left = builders.staff_case(replace(ground.folded.dossier, person=gone), ground.setting)
    assert propose(left, DAY) is None


def test_the_route_is_based_on_the_newest_result_that_left_a_deficit() -> None:
    second = attempt(TAKEN + timedelta(days=1), {"C": 20}, quiz="second")
    third = attempt(TAKEN + timedelta(days=2), {"D": 90}, quiz="third")
    known = builders.catalogue(
        {"diagnostic": ["A"], "second": ["C"], "third": ["D"]}, [programme("a", ["A"])]
    )
    dossier = Dossier(staff(), (attempt(TAKEN, {"A": 40}), second, third))
    found = propose(builders.staff_case(dossier, builders.setting(known=known)), DAY)
    assert found is not None
    assert (found.based_on, found.result) == ("second", second.key)
    assert (found.deficits, found.uncovered) == (("C", "A"), ("C",))


def test_final_assessments_become_steps_behind_their_programmes() -> None:
    final = parse_target("quiz:test-a>=60")
    known = [programme("a", ["A"], hours=8, final=final), programme("c", ["C"], hours=72)]
    ground = case(known, {"A": 30, "C": 30})
    found = propose(ground, DAY)
    assert found is not None
    whole = with_finals(ground, found.route, "потому что")
    assert [str(step.target) for step in whole.steps] == ["course:a", "quiz:test-a>=60", "course:c"]
    assert [step.order for step in whole.steps] == [1, 2, 3]
    assert whole.steps[1].due_on == whole.steps[0].due_on
    assert (whole.note, whole.steps[1].competencies) == ("потому что", ("A",))


@st.composite
def catalogues(draw: st.DrawFn) -> list[Programme]:
    return [
        programme(
            f"c{n}",
            draw(st.lists(st.sampled_from(CODES), unique=True)),
            hours=draw(st.sampled_from([None, 8, 16, 36, 72])),
            register_no=draw(st.sampled_from([None, "R"])),
            register_until=draw(st.sampled_from([None, TAKEN, date(2026, 4, 20)])),
            title=draw(st.sampled_from(["Урок", "Игра"])),
            audience=draw(st.sampled_from(["staff", "staff", "teams"])),
        )
        for n in range(draw(st.integers(0, 6)))
    ]


@given(
    catalogues(),
    st.dictionaries(st.sampled_from(CODES), st.sampled_from([10, 30, 60]), min_size=1),
    st.dictionaries(
        st.sampled_from(["c0", "c1", "c2"]),
        st.lists(st.sampled_from(["c3", "c4", "x"]), max_size=2).map(tuple),
    ),
    st.randoms(use_true_random=False),
)
def test_what_holds_of_every_proposal(
    programmes: list[Programme],
    percents: dict[str, int],
    needs: dict[str, tuple[str, ...]],
    shuffler: random.Random,
) -> None:
    policy = DraftPolicy(prerequisites=needs)
    ground = case(programmes, percents, policy)
    found = propose(ground, DAY)
    below = {code for code, percent in percents.items() if percent < 50}
    assert (found is None) == (not below)
    if found is None:
        return
    mixed = list(programmes)
    shuffler.shuffle(mixed)
    assert propose(case(mixed, percents, policy), DAY) == found

    offered = [p for p in programmes if p.audience == "staff"]
    can_be = below & {code for p in offered for code in p.competencies}
    steps = found.route.steps
    known = Catalogue(programmes=tuple(programmes))
    told = [known.programme_called(step.target.ref) for step in steps]
    covered = {code for p in told if p for code in p.competencies} & below
    assert covered == can_be
    assert set(found.uncovered) == below - can_be

    # A programme outside the register only where none inside covers something it covers.
    chosen = [one for one in found.options if one.verdict is Verdict.CHOSEN]
    inside = {c for one in found.options if one.is_registered for c in one.covers}
    for one in chosen:
        assert one.is_registered or set(one.covers) - inside

    # None can be left out.
    for one in chosen:
        rest = {code for other in chosen if other is not one for code in other.covers}
        assert set(one.covers) - rest

    calendar = ground.setting.calendar
    dues = [step.due_on for step in steps]
    assert all(due is not None and calendar.is_working(due) for due in dues)
    assert [d.toordinal() for d in dues if d] == sorted(d.toordinal() for d in dues if d)
    assert calendar.is_working(found.route.starts_on)
    order = [step.target.ref for step in steps]
    assert len(set(order)) == len(order)
    for course, before in needs.items():
        if course in order:
            assert all(order.index(b) < order.index(course) for b in before)


def test_a_municipality_closed_for_years_gets_a_route_without_due_dates() -> None:
    closed = Span(date(2026, 1, 1), date(2035, 12, 31))
    found = propose(case([programme("a", ["A"])], closed=[closed]), DAY)
    assert found is not None
    assert [step.due_on for step in found.route.steps] == [None]


@pytest.mark.parametrize(("hours", "days"), [(None, 10), (16, 10), (36, 18), (73, 37)])
def test_a_programme_takes_its_hours(hours: int | None, days: int) -> None:
    assert DraftPolicy().days(hours) == days
