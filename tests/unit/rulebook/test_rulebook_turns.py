"""A judgement says when time alone could change it; until that day it never does.

Were it wrong, a share would silently be yesterday's: the tick judges only what is due.
"""

from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.because import Judgement, SubjectKind
from connector.domain.cases import AssociationCase, Case, Moment, MunicipalityCase, SchoolCase
from connector.domain.cases import TeamCase as Team
from connector.domain.catalogue import parse_target
from connector.domain.dates import Span, add_years
from connector.domain.dossier import Dossier
from connector.domain.indicators import Indicator, judge
from connector.domain.people import (
    Association,
    AssociationLevel,
    Dated,
    Organisation,
    School,
    SchoolKind,
)
from connector.domain.periods import PeriodKind, period_containing
from connector.domain.records import (
    Analysis,
    Decision,
    Mentorship,
    RoadmapItem,
    Snapshot,
    Support,
    TeamMembership,
    WorkPlan,
)
from connector.domain.words.organisation import school_kind
from connector.domain.words.staff import in_form_of_support
from connector.rulebook import load_rules
from connector.testing import builders

RULES = [load_rules(m, [files(f"connector_{m}") / "rules"]) for m in ("korolev", "kuznetsk")]
INDICATORS = [indicator for rules in RULES for indicator in rules.indicators]

FIRST = date(2026, 8, 20)
WINDOW = [FIRST + timedelta(days=n) for n in range(30)]
"""It spans the beginning of an academic year; every date of a test lies in it or is open."""

days = st.sampled_from(WINDOW)
maybe = st.none() | days
spans = st.tuples(maybe, maybe).map(lambda s: Span(*s))
codes = st.sampled_from(("s1", "s2"))
GROUND = builders.setting(
    known=builders.catalogue(
        {"diagnostic": ["A"], "final": ["B"]},
        [
            builders.programme("course-a", ["A"], final=parse_target("quiz:final>=60")),
            builders.programme("course-b", ["A"], register_until=WINDOW[15]),
            builders.programme("teams", ["B"], audience="teams"),
        ],
    ),
    organisation=Organisation(
        {
            "s1": Dated(((None, School("s1", "1")),)),
            "s2": Dated(
                (
                    (None, School("s2", "2", SchoolKind.KINDERGARTEN)),
                    (WINDOW[9], School("s2", "2")),
                )
            ),
        }
    ),
)


def years_before(years: int) -> st.SearchStrategy[date | None]:
    return maybe.map(lambda day: None if day is None else add_years(day, -years))


def methodists() -> st.SearchStrategy[Any]:
    return st.builds(
        builders.staff,
        st.sampled_from(("8", "9")),
        school=codes,
        employed=spans,
        regional_methodist_since=maybe,
        regional_methodist=st.sampled_from((None, "1", "9")),
    )


people = st.builds(
    builders.staff,
    st.just("1"),
    role=st.sampled_from(("teacher", "teacher", "manager")),
    school=codes,
    employed=spans,
    regional_methodist_since=maybe,
    regional_methodist=st.sampled_from((None, "8", "9")),
    birth_date=years_before(35),
    teaching_since=years_before(3) | years_before(0),
)
evidence = st.lists(
    st.builds(
        builders.attempt,
        days,
        st.integers(0, 100).map(lambda p: {"A": p, "B": 100 - p}),
        quiz=st.sampled_from(("diagnostic", "final")),
        number=st.integers(1, 50),
    )
    | st.builds(builders.completion, days, st.sampled_from(("course-a", "course-b", "teams"))),
    max_size=4,
    unique_by=lambda item: item.key,
).map(tuple)
routes = st.lists(
    st.builds(
        builders.route,
        days,
        st.just((parse_target("course:course-a"),)),
        based_on=st.sampled_from((None, "diagnostic")),
        approved=st.booleans(),
        approved_on=maybe,
        cancelled_on=maybe,
    ),
    max_size=2,
).map(tuple)
dossiers = st.builds(
    Dossier,
    people,
    evidence=evidence,
    routes=routes,
    supports=st.lists(st.builds(Support, st.just("1"), st.just("клуб"), spans), max_size=1).map(
        tuple
    ),
    mentorships=st.lists(st.builds(Mentorship, st.just("7"), st.just("1"), spans), max_size=1).map(
        tuple
    ),
    assigned=st.lists(methodists(), max_size=2).map(tuple),
    regional_methodists=st.lists(methodists(), max_size=2).map(tuple),
)
staff_cases = st.builds(builders.staff_case, dossiers, st.just(GROUND))


def outcome(judgement: Judgement) -> tuple[Any, ...]:
    return (
        judgement.in_population,
        judgement.achieved,
        judgement.in_population and judgement.population_slices,
        judgement.achieved and judgement.achieved_slices,
    )


def stays_until_its_turn(indicator: Indicator, case: Case) -> None:
    """Walks through the window day by day, as if only announced turns were looked at."""
    period = period_containing(FIRST, indicator.period)
    held, turn = None, FIRST
    for day in (day for day in WINDOW if day <= period.last):
        judgement = judge(indicator, case, Moment(period, day))
        if held is None or (turn is not None and day >= turn):
            held, turn = outcome(judgement), judgement.changes_on
        assert outcome(judgement) == held, (indicator.code, day, turn)


@given(staff_cases)
def test_of_a_person(case: Case) -> None:
    for indicator in INDICATORS:
        if indicator.subject is SubjectKind.STAFF:
            stays_until_its_turn(indicator, case)


@given(st.lists(st.tuples(spans, staff_cases), max_size=3))
def test_of_a_team(members: list[tuple[Span, Any]]) -> None:
    team = Team("s1", tuple((TeamMembership("s1", c.code, s), c) for s, c in members), GROUND)
    for indicator in INDICATORS:
        if indicator.subject is SubjectKind.TEAM:
            stays_until_its_turn(indicator, team)


@given(maybe, maybe, days, st.sampled_from(SchoolKind))
def test_of_a_school(
    mentoring: date | None, internship: date | None, changed_on: date, kind: SchoolKind
) -> None:
    before = School("s1", "1", kind)
    after = School("s1", "1", mentoring_since=mentoring, internship_since=internship)
    case = SchoolCase(Dated(((None, before), (changed_on, after))), GROUND)
    for indicator in INDICATORS:
        if indicator.subject is SubjectKind.SCHOOL:
            stays_until_its_turn(indicator, case)


@given(st.lists(st.tuples(maybe, maybe, maybe), min_size=3, max_size=3), days, maybe)
def test_of_an_association(
    items: list[tuple[date | None, ...]], changed_on: date, published: date | None
) -> None:
    levels = ("municipal", "regional", "federal")
    roadmap = tuple(
        RoadmapItem("a1", str(n), "М", level, due_on=due, started_on=started, done_on=done)
        for n, (level, (due, started, done)) in enumerate(zip(levels, items, strict=True))
    )
    plans = tuple(WorkPlan("a1", year, published, "https://x") for year in ("2025/2026",))
    school, municipal = (
        Association("a1", "ММО", level)
        for level in (AssociationLevel.SCHOOL, AssociationLevel.MUNICIPAL)
    )
    case = AssociationCase(Dated(((None, school), (changed_on, municipal))), roadmap, plans, GROUND)
    for indicator in INDICATORS:
        if indicator.subject is SubjectKind.ASSOCIATION:
            stays_until_its_turn(indicator, case)


@given(days, days, days)
def test_of_the_municipality(taken: date, made: date, decided: date) -> None:
    case = MunicipalityCase(
        (Snapshot("2026", taken, taken),),
        (Analysis("1", "municipality", made),),
        (Decision("1", "1", "school:s1", decided),),
        GROUND,
    )
    for indicator in INDICATORS:
        if indicator.subject is SubjectKind.MUNICIPALITY:
            stays_until_its_turn(indicator, case)


def test_support_that_already_goes_on_counts_from_the_first_day_of_work() -> None:
    person = builders.staff(teaching_since=date(2026, 9, 1))
    club = Support("1", "клуб", Span(date(2026, 1, 1), None))
    case = builders.staff_case(Dossier(person, supports=(club,)), GROUND)
    when = Moment(period_containing(FIRST, PeriodKind.YEAR), FIRST)
    finding = in_form_of_support(3)(case, when)
    assert (finding.holds, finding.changes_on) == (False, date(2026, 9, 1))


@pytest.mark.parametrize(("school", "turn"), [("s1", None), ("s2", WINDOW[9])])
def test_a_persons_school_that_changes_its_kind_is_a_turn(school: str, turn: date | None) -> None:
    case = builders.staff_case(Dossier(builders.staff(school=school)), GROUND)
    when = Moment(period_containing(FIRST, PeriodKind.YEAR), FIRST)
    assert school_kind("school")(case, when).changes_on == turn
