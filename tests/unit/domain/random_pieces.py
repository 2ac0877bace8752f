"""Strategies: random rows of sheets, routes and completions as subjects of their own."""

from hypothesis import strategies as st

from connector.domain.cases import (
    AnalysisCase,
    Case,
    CompletionCase,
    ContestCase,
    DocumentCase,
    PracticeCase,
    RoadmapCase,
    RouteCase,
)
from connector.domain.records import (
    Analysis,
    Contest,
    Decision,
    Document,
    Practice,
    RoadmapItem,
)
from tests.unit.domain.builders import setting
from tests.unit.domain.random_cases import days, maybe, people, some, staff_cases

scopes = st.sampled_from(["municipality", "school:s1", "association:a1"])


@st.composite
def roadmap_cases(draw: st.DrawFn) -> RoadmapCase:
    item = RoadmapItem(
        draw(st.sampled_from(["municipality", "a1"])),
        "8",
        "День методической службы",
        term=draw(st.sampled_from([None, "Ежеквартально"])),
        due_on=draw(maybe),
        started_on=draw(maybe),
        done_on=draw(maybe),
        proof=draw(st.sampled_from([None, "протокол"])),
    )
    return RoadmapCase("8", item, draw(st.booleans()), setting())


@st.composite
def document_cases(draw: st.DrawFn) -> DocumentCase:
    link = draw(st.sampled_from([None, "https://example.org/1"]))
    return DocumentCase(
        Document("1.1", "Программа", draw(maybe), link), draw(st.booleans()), setting()
    )


@st.composite
def analysis_cases(draw: st.DrawFn) -> AnalysisCase:
    decisions = st.builds(
        Decision, st.sampled_from("12"), st.just("A"), scopes, days, maybe, st.none(), maybe
    )
    return AnalysisCase(
        Analysis("A", draw(scopes), draw(days)), draw(some(decisions, 3)), setting()
    )


@st.composite
def practice_cases(draw: st.DrawFn) -> PracticeCase:
    link = draw(st.sampled_from([None, "https://example.org/2"]))
    practice = Practice("Практика", "p1", draw(st.sampled_from([None, "s1"])), draw(maybe), link)
    return PracticeCase("Практика|p1", practice, setting())


@st.composite
def contest_cases(draw: st.DrawFn) -> ContestCase:
    level = draw(st.sampled_from([None, "муниципальный", "региональный"]))
    contest = Contest("p1", "Учитель года", level, draw(maybe))
    return ContestCase("p1|Учитель года|", contest, draw(st.none() | people()), setting())


@st.composite
def completion_cases(draw: st.DrawFn) -> CompletionCase:
    person = draw(staff_cases())
    completion = draw(st.sampled_from([None, *person.folded.completions]))
    return CompletionCase("p1|c", completion, person)


@st.composite
def route_cases(draw: st.DrawFn) -> RouteCase:
    person = draw(staff_cases())
    return RouteCase("p1|1", draw(st.sampled_from([None, *person.folded.routes])), person)


pieces: st.SearchStrategy[Case] = st.one_of(
    roadmap_cases(),
    document_cases(),
    analysis_cases(),
    practice_cases(),
    contest_cases(),
    completion_cases(),
)
