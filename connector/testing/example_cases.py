"""Examples as they were written → cases as indicators judge them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from connector.domain.cases import (
    AnalysisCase,
    AssociationCase,
    Case,
    MunicipalityCase,
    SchoolCase,
    StaffCase,
    TeamCase,
)
from connector.domain.catalogue import Catalogue, Competency, Policy
from connector.domain.dates import Span
from connector.domain.dossier import Dossier, Setting
from connector.domain.people import (
    Association,
    AssociationLevel,
    Dated,
    Organisation,
    School,
    SchoolKind,
    StaffMember,
)
from connector.domain.records import (
    Analysis,
    Decision,
    Meeting,
    Mentorship,
    RoadmapItem,
    Snapshot,
    Support,
    TeamMembership,
    WorkPlan,
)
from connector.domain.routes import Route, RouteStep
from connector.testing import builders

Given = Mapping[str, Any]


def known_in(world: Given) -> Catalogue:
    """The catalogue of an examples file."""
    quizzes = {quiz["quiz"]: quiz["competencies"] for quiz in world["quizzes"]}
    programmes = [builders.programme(**given) for given in world["programmes"]]
    known = builders.catalogue(quizzes, programmes)
    policies = {quiz["quiz"]: Policy(quiz["policy"]) for quiz in world["quizzes"]}
    diagnostics = tuple(replace(d, policy=policies[d.quiz]) for d in known.diagnostics)
    competencies = tuple(Competency(**given) for given in world["competencies"])
    return replace(known, diagnostics=diagnostics, competencies=competencies)


def organisation(world: Given) -> Organisation:
    """Two schools and two municipal associations to belong to, and those of the file."""
    schools = {code: School(code, f"Школа {code}") for code in ("s1", "s2")}
    associations = {code: Association(code, f"МО {code}") for code in ("a1", "a2")}
    for given in world["schools"]:
        schools[given["code"]] = _as_school(given)
    for given in world["associations"]:
        code, level = given["code"], AssociationLevel(given["level"])
        associations[code] = Association(code, f"МО {code}", level)
    return Organisation(
        {code: Dated(((None, school),)) for code, school in schools.items()},
        {code: Dated(((None, one),)) for code, one in associations.items()},
    )


def _as_school(given: Given) -> School:
    return School(name=f"Школа {given['code']}", **{**given, "kind": SchoolKind(given["kind"])})


def case_of(example: Given, ground: Setting) -> Case | None:
    """The one subject of an example; None where there is not exactly one."""
    makers: Mapping[str, Callable[[Given, Setting], Case]] = {
        "person": _person,
        "team": _team,
        "school": _school,
        "association": _association,
        "analysis": _analysis,
        "municipality": _municipality,
    }
    given = [(key, example[key]) for key in makers if example[key] is not None]
    if len(given) != 1:
        return None
    ((key, subject),) = given
    return makers[key](subject, ground)


def _person(given: Given, ground: Setting) -> StaffCase:
    number = given["number"]
    zone = ground.zone
    attempts = [
        builders.attempt(
            sat["on"], sat["percent"], quiz=sat["quiz"], number=n, final=sat["final"], zone=zone
        )
        for n, sat in enumerate(given["attempts"], 1)
    ]
    completions = [builders.completion(c["on"], c["course"], zone) for c in given["completions"]]
    dossier = Dossier(
        _member(given),
        evidence=(*attempts, *completions),
        routes=tuple(_route(number, str(n), r) for n, r in enumerate(given["routes"], 1)),
        supports=tuple(Support(number, s["form"], _span(s)) for s in given["support"]),
        mentorships=tuple(Mentorship(m["mentor"], number, _span(m)) for m in given["mentors"]),
        assigned=tuple(_member(colleague) for colleague in given["looks_after"]),
        regional_methodists=tuple(_member(colleague) for colleague in given["methodists"]),
    )
    return builders.staff_case(dossier, ground)


def _member(given: Given) -> StaffMember:
    return builders.staff(
        given["number"],
        role=given["role"],
        school=given["school"],
        subjects=given["subjects"],
        associations=given["associations"],
        employed=Span(given["employed_from"], given["employed_until"]),
        regional_methodist_since=given["regional_methodist_since"],
        regional_methodist=given["regional_methodist"],
        birth_date=given["birth_date"],
        teaching_since=given["teaching_since"],
    )


def _span(given: Given) -> Span:
    return Span(given["first"], given["last"])


def _route(personnel_no: str, number: str, given: Given) -> Route:
    steps = [RouteStep(order, **step) for order, step in enumerate(given["steps"], 1)]
    return builders.route(
        given["starts_on"],
        steps,
        number=number,
        personnel_no=personnel_no,
        approved=given["approved"],
        based_on=given["based_on"],
        approved_on=given["approved_on"],
        cancelled_on=given["cancelled_on"],
    )


def _team(given: Given, ground: Setting) -> TeamCase:
    members = tuple(
        (
            TeamMembership("s1", m["number"], Span(m["member_from"], m["member_until"])),
            _person(m, ground),
        )
        for m in given["members"]
    )
    return TeamCase("s1", members, ground)


def _school(given: Given, ground: Setting) -> SchoolCase:
    beside = ("analyses", "snapshots", "people")
    school = _as_school({"code": "s1", **{k: v for k, v in given.items() if k not in beside}})
    return SchoolCase(
        Dated(((None, school),)),
        ground,
        tuple(Analysis(**{**analysis, "scope": "school:s1"}) for analysis in given["analyses"]),
        tuple(_snapshot(day) for day in given["snapshots"]),
        tuple(_person(one, ground) for one in given["people"]),
    )


def _association(given: Given, ground: Setting) -> AssociationCase:
    level = AssociationLevel(given["level"])
    association = Association("a1", "МО a1", level, parent=given["parent"], head="1")
    roadmap = tuple(RoadmapItem("a1", str(n), **item) for n, item in enumerate(given["roadmap"], 1))
    plans = tuple(WorkPlan("a1", **plan) for plan in given["work_plans"])
    return AssociationCase(
        Dated(((None, association),)),
        roadmap,
        plans,
        ground,
        tuple(Meeting(**meeting) for meeting in given["meetings"]),
        people=tuple(_person(one, ground) for one in given["people"]),
    )


def _analysis(given: Given, ground: Setting) -> AnalysisCase:
    decisions = tuple(Decision(analysis="1", **made) for made in given["decisions"])
    return AnalysisCase(Analysis("1", given["scope"], given["made_on"]), decisions, ground)


def _snapshot(day: date) -> Snapshot:
    return Snapshot(str(day.year), day, day, frozenset({"s1"}))


def _municipality(given: Given, ground: Setting) -> MunicipalityCase:
    return MunicipalityCase(
        tuple(_snapshot(day) for day in given["snapshots"]),
        tuple(Analysis(**analysis) for analysis in given["analyses"]),
        tuple(Decision(str(n), **made) for n, made in enumerate(given["decisions"], 1)),
        ground,
    )
