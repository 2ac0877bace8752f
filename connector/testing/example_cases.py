"""Examples as they were written → cases as indicators judge them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from connector.domain.cases import (
    AnalysisCase,
    AssociationCase,
    Case,
    ContestCase,
    DocumentCase,
    MunicipalityCase,
    PracticeCase,
    RoadmapCase,
    SchoolCase,
)
from connector.domain.catalogue import Catalogue, Competency, Policy
from connector.domain.dossier import Setting
from connector.domain.people import (
    Association,
    AssociationLevel,
    Dated,
    Organisation,
    School,
    SchoolKind,
)
from connector.domain.records import (
    Analysis,
    Contest,
    Decision,
    Document,
    Meeting,
    Practice,
    RoadmapItem,
    Snapshot,
    WorkPlan,
)
from connector.spreadsheets.columns import stored_key
from connector.testing import builders
from connector.testing.people_cases import (
    Given,
    completion_case,
    member,
    route_case,
    staff_case,
    staff_cases,
    team_case,
)

SCHOOL = ("code", "name", "kind", "rural", "low_results", "biased_results", "head",
          "mentoring_since", "internship_since")  # fmt: skip
_SCHOOLS = tuple(School(code, f"Школа {code}") for code in ("s1", "s2"))
_ASSOCIATIONS = tuple(Association(code, f"МО {code}") for code in ("a1", "a2"))
ASSOCIATION = ("code", "name", "level", "school", "parent", "head")


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
    """The places of the world; without any, two schools and two municipal associations."""
    schools = [school(given) for given in world["schools"]] or list(_SCHOOLS)
    associations = [association(given) for given in world["associations"]] or list(_ASSOCIATIONS)
    return Organisation(
        {one.code: Dated(((None, one),)) for one in schools},
        {one.code: Dated(((None, one),)) for one in associations},
    )


def with_usual_places(known: Organisation) -> Organisation:
    """An example's person may belong to s1, s2, a1, a2 even where the world names others."""
    return Organisation(
        {**{one.code: Dated(((None, one),)) for one in _SCHOOLS}, **known.schools},
        {**{one.code: Dated(((None, one),)) for one in _ASSOCIATIONS}, **known.associations},
    )


def school(given: Given) -> School:
    own = {name: given[name] for name in SCHOOL}
    own |= {"name": own["name"] or f"Школа {own['code']}", "kind": SchoolKind(own["kind"])}
    return School(**own)


def association(given: Given) -> Association:
    own = {name: given[name] for name in ASSOCIATION}
    own |= {"name": own["name"] or f"МО {own['code']}", "level": AssociationLevel(own["level"])}
    return Association(**own)


def case_of(example: Given, ground: Setting) -> Case | None:
    """The one subject of an example; None where there is not exactly one. Raises NotThere."""
    given = [(key, example[key]) for key in MAKERS if example[key] is not None]
    if len(given) != 1:
        return None
    ((key, subject),) = given
    return MAKERS[key](subject, ground)


def school_case(given: Given, ground: Setting) -> SchoolCase:
    dated = Dated(((None, school(given)),))
    code = given["code"]
    ground = with_places(ground, schools={code: dated})
    return SchoolCase(
        dated,
        ground,
        tuple(analyses(given["analyses"], f"school:{code}")),
        tuple(snapshots(given["snapshots"], frozenset({code}))),
        staff_cases(given["people"], ground),
    )


def association_case(given: Given, ground: Setting) -> AssociationCase:
    dated = Dated(((None, association(given)),))
    code = given["code"]
    ground = with_places(ground, associations={code: dated})
    return AssociationCase(
        dated,
        tuple(roadmap(given["roadmap"], code)),
        tuple(WorkPlan(code, **plan) for plan in given["work_plans"]),
        ground,
        tuple(meetings(given["meetings"], code)),
        tuple(analyses(given["analyses"], f"association:{code}")),
        staff_cases(given["people"], ground, (code,)),
    )


def municipality_case(given: Given, ground: Setting) -> MunicipalityCase:
    return MunicipalityCase(
        tuple(snapshots(given["snapshots"])),
        tuple(analyses(given["analyses"])),
        tuple(decisions(given["decisions"])),
        ground,
    )


def with_places(ground: Setting, **places: Mapping[str, Any]) -> Setting:
    """The setting with these schools or associations among its own."""
    known = ground.organisation
    schools = {**known.schools, **places.get("schools", {})}
    associations = {**known.associations, **places.get("associations", {})}
    return replace(ground, organisation=Organisation(schools, associations))


def roadmap(given: Iterable[Given], scope: str) -> Iterable[RoadmapItem]:
    """Items without a number are numbered in order."""
    for number, item in enumerate(given, 1):
        yield RoadmapItem(scope, **{**item, "number": item["number"] or str(number)})


def meetings(given: Iterable[Given], code: str) -> Iterable[Meeting]:
    for one in given:
        yield Meeting(
            one["association"] or code, one["held_on"], one["topic"], tuple(one["agenda"])
        )


def analyses(given: Iterable[Given], scope: str | None = None) -> Iterable[Analysis]:
    for number, one in enumerate(given, 1):
        own = {**one, "number": one["number"] or str(number)}
        yield Analysis(**(own if scope is None else {**own, "scope": scope}))


def decisions(given: Iterable[Given]) -> Iterable[Decision]:
    for number, one in enumerate(given, 1):
        yield Decision(**{**one, "number": one["number"] or str(number)})


def snapshots(given: Iterable[Any], schools: frozenset[str] = frozenset()) -> Iterable[Snapshot]:
    for day in given:
        yield Snapshot(str(day.year), day, day, schools)


def _roadmap_item(given: Given, ground: Setting) -> RoadmapCase:
    own = {key: value for key, value in given.items() if key != "listed"}
    item = RoadmapItem(**{**own, "number": own["number"] or "1"})
    code = stored_key(item.scope, item.number, item.occurrence or "")
    return RoadmapCase(code, item, given["listed"], ground)


def _document(given: Given, ground: Setting) -> DocumentCase:
    own = {key: value for key, value in given.items() if key != "listed"}
    return DocumentCase(Document(**own), given["listed"], ground)


def _analysis(given: Given, ground: Setting) -> AnalysisCase:
    own = {key: value for key, value in given.items() if key != "decisions"}
    (analysis,) = analyses([own])
    made = (replace(one, analysis=analysis.number) for one in decisions(given["decisions"]))
    return AnalysisCase(analysis, tuple(made), ground)


def _practice(given: Given, ground: Setting) -> PracticeCase:
    practice = Practice(**given)
    return PracticeCase(stored_key(practice.title, practice.author), practice, ground)


def _contest(given: Given, ground: Setting) -> ContestCase:
    person = None if given["participant"] is None else member(given["participant"])
    number = person.personnel_no if person else "1"
    own = {key: value for key, value in given.items() if key != "participant"}
    return ContestCase(stored_key(number, own["title"]), Contest(number, **own), person, ground)


MAKERS: Mapping[str, Callable[[Any, Setting], Case]] = {
    "person": staff_case,
    "team": team_case,
    "school": school_case,
    "association": association_case,
    "route": route_case,
    "completion": completion_case,
    "roadmap_item": _roadmap_item,
    "document": _document,
    "analysis": _analysis,
    "practice": _practice,
    "contest": _contest,
    "municipality": municipality_case,
}
"""By the key under which an example gives its subject."""
