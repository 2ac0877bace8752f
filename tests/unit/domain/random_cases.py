"""Strategies: random subjects whose dates crowd round the end of 2026, so that everything turns."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from connector.domain.cases import (
    AssociationCase,
    Case,
    MunicipalityCase,
    SchoolCase,
    StaffCase,
    TeamCase,
)
from connector.domain.catalogue import Audience, Catalogue, Programme, parse_target
from connector.domain.dates import Span, add_years
from connector.domain.dossier import Dossier, Setting
from connector.domain.evidence import Evidence
from connector.domain.folding import fold
from connector.domain.people import (
    Association,
    AssociationLevel,
    Dated,
    Organisation,
    Role,
    School,
    SchoolKind,
    StaffMember,
    StaffTerm,
)
from connector.domain.records import (
    Analysis,
    Assessment,
    Decision,
    HandmadeEvidence,
    Mentorship,
    RoadmapItem,
    Snapshot,
    Support,
    TeamMembership,
    WorkPlan,
)
from connector.domain.routes import Pause, Route, RouteStep
from tests.unit.domain.builders import (
    CATALOGUE,
    SOURCE,
    activity,
    attempt,
    completion,
    person,
    setting,
    utc,
)

FIRST, LAST = date(2026, 11, 20), date(2027, 1, 20)
days = st.integers(0, (LAST - FIRST).days).map(lambda n: FIRST + timedelta(days=n))
maybe = st.one_of(st.none(), days)
spans = st.builds(Span, maybe, maybe)
instants = st.integers(0, 24 * (LAST - FIRST).days).map(
    lambda n: utc(2026, 11, 20, 0) + timedelta(hours=n)
)
schools = st.sampled_from([None, "s1", "s2"])
associations = st.lists(st.sampled_from(["a1", "a2"]), max_size=2).map(tuple)

PROGRAMMES = Catalogue(
    programmes=(
        *CATALOGUE.programmes,
        Programme(
            SOURCE, "5", "До конца года", "R-3", None, date(2026, 12, 15), competencies=("A",)
        ),
        Programme(
            SOURCE, "6", "С зачётом", "R-4", competencies=("B",), final=parse_target("quiz:8>=50")
        ),
        Programme(
            SOURCE, "9", "Управленцам", audience=Audience.TEAMS, final=parse_target("activity:90")
        ),
    ),
    diagnostics=CATALOGUE.diagnostics,
    questions=CATALOGUE.questions,
)

terms = st.builds(
    StaffTerm,
    valid_from=days,
    role=st.sampled_from(Role),
    school=schools,
    associations=associations,
    position=st.sampled_from([None, "учитель"]),
    subjects=st.lists(st.sampled_from(["физика", "Физика", "химия"]), max_size=3).map(tuple),
    regional_methodist_since=maybe,
    regional_methodist=st.sampled_from([None, "rm", "p1"]),
)


def birthdays(years: int) -> st.SearchStrategy[date | None]:
    """Days whose anniversary falls among the others."""
    return st.one_of(st.none(), days.map(lambda day: add_years(day, -years)))


@st.composite
def people(draw: st.DrawFn, number: str = "p1") -> StaffMember:
    later = sorted(
        draw(st.lists(terms, max_size=2, unique_by=lambda t: t.valid_from)),
        key=lambda t: t.valid_from or FIRST,
    )
    return person(
        number,
        terms=(draw(terms), *later),
        employments=tuple(draw(st.lists(spans, max_size=2))) or (Span(),),
        birth_date=draw(birthdays(35)),
        teaching_since=draw(st.one_of(maybe, birthdays(3))),
        email=draw(st.sampled_from([None, "p1@example.org"])),
        attestation_on=draw(st.one_of(maybe, days.map(lambda day: add_years(day, 1)))),
    )


scores = st.tuples(st.integers(0, 10), st.just(10))
attempts = st.builds(
    lambda at, one, two, quiz, number, state, provisional, grade: attempt(
        at, one, two, quiz=quiz, number=number, state=state, provisional=provisional, grade=grade
    ),
    instants,
    scores,
    scores,
    st.sampled_from("78"),
    st.integers(1, 3),
    st.sampled_from(["finished", "finished", "finished", "inprogress"]),
    st.sampled_from([False, False, False, True]),
    st.one_of(st.none(), st.integers(0, 10)),
)
evidence: st.SearchStrategy[Evidence] = st.one_of(
    attempts,
    attempts,
    st.builds(completion, instants, st.sampled_from("34569")),
    st.builds(activity, instants, st.just("90"), st.integers(0, 3)),
)
targets = st.sampled_from(
    ["course:3", "course:4", "activity:90", "quiz:7>=60", "quiz:8>=40", "manual"]
).map(parse_target)


@st.composite
def routes(draw: st.DrawFn) -> Route:
    count = draw(st.integers(0, 2))
    return Route(
        "p1",
        draw(st.sampled_from("12")),
        draw(days),
        draw(st.sampled_from([None, "7", "8"])),
        draw(st.sampled_from([None, "m1", "m1"])),
        draw(maybe),
        draw(st.one_of(st.none(), maybe)),
        None,
        tuple(
            RouteStep(n, draw(targets), due_on=draw(maybe), required=draw(st.booleans()))
            for n in range(1, count + 1)
        ),
        tuple(draw(st.lists(st.builds(Pause, spans), max_size=1))),
    )


handmade = st.builds(
    HandmadeEvidence,
    st.sampled_from(["h1", "h2"]),
    st.just("p1"),
    st.sampled_from(["programme", "step"]),
    st.sampled_from(["3", "5", "1/1", "1/2"]),
    days,
)


def some(strategy: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


texts = st.sampled_from(["клуб", "Кадровый резерв", "Клуб молодых"])
"""Forms of support and criteria: what parameters of free text are tried with (TEXTS)."""
TEXTS = (("клуб",), ("клуб", "кадровый резерв"))
assessments = st.builds(
    Assessment,
    st.just("p1"),
    texts,
    days,
    recommendation=st.sampled_from([None, "Учиться управлять"]),
)


@st.composite
def settings_of_a_municipality(draw: st.DrawFn) -> Setting:
    """With schools that become another kind one day, under another head."""
    kinds = st.sampled_from([SchoolKind.SCHOOL, SchoolKind.KINDERGARTEN])
    heads = st.sampled_from([None, "p1", "p2"])
    return setting(
        PROGRAMMES,
        organisation=Organisation(
            {
                code: Dated(
                    (
                        (
                            None,
                            School(code, code, draw(kinds), draw(st.booleans()), head=draw(heads)),
                        ),
                        (
                            draw(days),
                            School(code, code, draw(kinds), draw(st.booleans()), head=draw(heads)),
                        ),
                    )
                )
                for code in ("s1", "s2")
            }
        ),
    )


@st.composite
def staff_cases(draw: st.DrawFn, number: str = "p1", within: Setting | None = None) -> StaffCase:
    within = within or draw(settings_of_a_municipality())
    dossier = Dossier(
        person=draw(people(number)),
        evidence=draw(some(evidence, 4)),
        handmade=draw(some(handmade, 1)),
        routes=draw(some(routes(), 2)),
        supports=draw(some(st.builds(Support, st.just("p1"), texts, spans), 2)),
        mentorships=draw(some(st.builds(Mentorship, st.just("m"), st.just("p1"), spans), 1)),
        assigned=draw(some(people("c1"), 2)),
        regional_methodists=draw(some(people("rm"), 1)),
        assessments=draw(some(assessments, 3)),
    )
    return StaffCase(fold(dossier, within), within)


@st.composite
def team_cases(draw: st.DrawFn) -> TeamCase:
    within = setting(PROGRAMMES)
    members = [
        (TeamMembership("s1", f"p{n}", draw(spans)), draw(staff_cases(f"p{n}", within)))
        for n in range(draw(st.integers(0, 3)))
    ]
    return TeamCase("s1", tuple(members), within)


@st.composite
def school_cases(draw: st.DrawFn) -> SchoolCase:
    a_school = st.builds(
        School,
        st.just("s1"),
        st.just("Школа"),
        st.sampled_from(SchoolKind),
        mentoring_since=maybe,
        internship_since=maybe,
    )
    return SchoolCase(Dated(((None, draw(a_school)), (draw(days), draw(a_school)))), setting())


@st.composite
def association_cases(draw: st.DrawFn) -> AssociationCase:
    one = st.builds(Association, st.just("a1"), st.just("ГМО"), st.sampled_from(AssociationLevel))
    items = st.builds(
        RoadmapItem,
        st.just("a1"),
        st.just("1"),
        st.just("Семинар"),
        st.sampled_from(["municipal", "regional", "federal", None]),
        due_on=maybe,
        started_on=maybe,
        done_on=maybe,
    )
    plans = st.builds(
        WorkPlan,
        st.just("a1"),
        st.sampled_from(["2025/2026", "2026/2027"]),
        maybe,
        st.sampled_from([None, "https://example.org/plan"]),
    )
    dated = Dated(((None, draw(one)), (draw(days), draw(one))))
    return AssociationCase(dated, draw(some(items, 5)), draw(some(plans, 2)), setting())


@st.composite
def municipality_cases(draw: st.DrawFn) -> MunicipalityCase:
    numbers = st.sampled_from(["1", "2"])
    return MunicipalityCase(
        draw(some(st.builds(Snapshot, st.just("2026"), days, days), 2)),
        draw(some(st.builds(Analysis, numbers, st.just("municipality"), days), 2)),
        draw(
            some(
                st.builds(
                    Decision,
                    numbers,
                    st.sampled_from([None, "1", "2"]),
                    st.sampled_from(["municipality", "school:s1", "association:a1"]),
                    days,
                ),
                2,
            )
        ),
        setting(),
    )


cases: st.SearchStrategy[Case] = st.one_of(
    staff_cases(),
    staff_cases(),
    staff_cases(),
    team_cases(),
    school_cases(),
    association_cases(),
    municipality_cases(),
)
