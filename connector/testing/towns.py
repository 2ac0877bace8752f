"""A scenario's municipality: every subject in it as indicators judge it, and who stands around.

What the connector does with a database (services.cases.casefiles, services.notices.circles) is
done here with what the scenario says; both hand the same cases to the same judge.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from connector.domain.because import SubjectKind
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
    StaffCase,
    TeamCase,
)
from connector.domain.circle import Duties, Posts, circle_of, circle_of_place
from connector.domain.dossier import Dossier, Setting
from connector.domain.owed import Circle
from connector.domain.people import Duty, StaffMember
from connector.domain.records import (
    Assignment,
    Contest,
    Document,
    Meeting,
    Practice,
    RoadmapItem,
    Snapshot,
    TeamMembership,
    WorkPlan,
)
from connector.services.cases.pieces import PIECES, pieces_of
from connector.services.records.files import as_told
from connector.spreadsheets.columns import stored_key
from connector.testing import builders
from connector.testing.example_cases import analyses, decisions
from connector.testing.people_cases import Given, NotThere, dossier, span


@dataclass(frozen=True, slots=True)
class Town:
    """cases: every subject, in a fixed order. posts: whom to tell, as the records have it."""

    setting: Setting
    cases: tuple[Case, ...]
    posts: Posts

    def circle(self, case: Case, day: date) -> Circle:
        """Who stands around a subject: of a person everybody, of what is none those in charge of
        its places."""
        organisation = self.setting.organisation
        if isinstance(case, StaffCase):
            return circle_of(case.folded.dossier.person, day, organisation, self.posts)
        return circle_of_place(case.slices(day), day, organisation, self.posts)


def town_of(given: Given, setting: Setting) -> Town:
    """Raises NotThere where an event or a record speaks of somebody who is not there."""
    dossiers = _dossiers(given, setting)
    people = {number: builders.staff_case(one, setting) for number, one in dossiers.items()}
    members = {number: one.person for number, one in dossiers.items()}
    cases: list[Case] = [*people.values()]
    for case in people.values():
        for kind in sorted(PIECES):
            cases += pieces_of(case, kind).values()
    cases += _teams(given, people, setting)
    cases += _schools(given, people, setting)
    cases += _associations(given, people, setting)
    cases += _rows(given, members, setting)
    assignments = [
        Assignment(a["number"], Duty(a["duty"]), a["of"], span(a)) for a in given["assignments"]
    ]
    mentorships = {number: one.mentorships for number, one in dossiers.items()}
    return Town(setting, tuple(cases), Posts(members, Duties(assignments), mentorships))


def _dossiers(given: Given, setting: Setting) -> dict[str, Dossier]:
    happened: dict[str, dict[str, list[Any]]] = {}
    for event in given["events"]:
        _happen(event, happened.setdefault(event["person"], {}))
    found: dict[str, Dossier] = {}
    for number, one in enumerate(given["people"], 1):
        name = one["number"] or str(number)
        if name in found:
            raise NotThere(f"people: табельный номер «{name}» повторён")
        own = {key: [*one[key], *more] for key, more in happened.pop(name, {}).items()}
        found[name] = dossier({**one, **own}, setting, name)
    if happened:
        raise NotThere(f"events: нет работника «{sorted(happened)[0]}»")
    members = {number: one.person for number, one in found.items()}
    return {number: _with_methodists(one, members) for number, one in found.items()}


def _happen(event: Given, own: dict[str, list[Any]]) -> None:
    said = [key for key in ("attempt", "completed", "activity") if event[key] is not None]
    if len(said) != 1:
        raise NotThere("events: у события одно из attempt, completed, activity")
    on = event["on"]
    if event["attempt"] is not None:
        own.setdefault("attempts", []).append({**event["attempt"], "on": on})
    elif event["completed"] is not None:
        own.setdefault("completions", []).append({"course": event["completed"], "on": on})
    else:
        done = {"activity": event["activity"], "on": on, "state": event["state"]}
        own.setdefault("activities", []).append(done)


def _with_methodists(one: Dossier, members: Mapping[str, StaffMember]) -> Dossier:
    """Whom the person was ever assigned to, and who was ever assigned to them."""
    named = {t.regional_methodist for t in one.person.terms if t.regional_methodist is not None}
    me = one.person.personnel_no
    assigned = [m for m in members.values() if any(t.regional_methodist == me for t in m.terms)]
    return replace(
        one,
        assigned=(*one.assigned, *assigned),
        regional_methodists=(
            *one.regional_methodists,
            *(members[number] for number in sorted(named & members.keys())),
        ),
    )


def _teams(given: Given, people: Mapping[str, StaffCase], setting: Setting) -> Iterable[TeamCase]:
    by_school: dict[str, list[tuple[TeamMembership, StaffCase]]] = {}
    for row in given["teams"]:
        case = people.get(row["person"])
        if case is None:
            raise NotThere(f"teams: нет работника «{row['person']}»")
        membership = TeamMembership(row["school"], row["person"], span(row))
        by_school.setdefault(row["school"], []).append((membership, case))
    for school, members in sorted(by_school.items()):
        yield TeamCase(school, tuple(members), setting)


def _schools(
    given: Given, people: Mapping[str, StaffCase], setting: Setting
) -> Iterable[SchoolCase]:
    taken = _snapshots(given)
    made = tuple(analyses(given["analyses"]))
    for code, dated in sorted(setting.organisation.schools.items()):
        own = [p for p in people.values() if any(t.school == code for t in _terms(p))]
        yield SchoolCase(
            dated,
            setting,
            tuple(one for one in made if one.scope == f"school:{code}"),
            tuple(one for one in taken if code in one.schools),
            tuple(own) if SubjectKind.SCHOOL in setting.peopled else (),
        )


def _associations(
    given: Given, people: Mapping[str, StaffCase], setting: Setting
) -> Iterable[AssociationCase]:
    made = tuple(analyses(given["analyses"]))
    items = tuple(_items(given))
    meetings = [
        Meeting(m["association"] or "a1", m["held_on"], m["topic"], tuple(m["agenda"]))
        for m in given["meetings"]
    ]
    for code, dated in sorted(setting.organisation.associations.items()):
        above = {a.parent for _, a in dated.versions if a.parent}
        own = [p for p in people.values() if any(code in t.associations for t in _terms(p))]
        yield AssociationCase(
            dated,
            tuple(item for item in items if item.scope == code),
            tuple(WorkPlan(**p) for p in given["work_plans"] if p["association"] == code),
            setting,
            tuple(m for m in meetings if m.association in {code, *above}),
            tuple(one for one in made if one.scope == f"association:{code}"),
            tuple(own) if SubjectKind.ASSOCIATION in setting.peopled else (),
        )


def _rows(given: Given, members: Mapping[str, StaffMember], setting: Setting) -> Iterable[Case]:
    yield from _roadmap(given, setting)
    yield from _documents(given, setting)
    made = tuple(decisions(given["decisions"]))
    for analysis in analyses(given["analyses"]):
        own = tuple(one for one in made if one.analysis == analysis.number)
        yield AnalysisCase(analysis, own, setting)
    for row in given["practices"]:
        practice = Practice(**row)
        yield PracticeCase(stored_key(practice.title, practice.author), practice, setting)
    for row in given["contests"]:
        number, held_on = row["person"], row["held_on"]
        contest = Contest(number, row["title"], row["level"], held_on, row["result"])
        code = stored_key(number, contest.title, held_on.isoformat() if held_on else "")
        yield ContestCase(code, contest, members.get(number), setting)
    yield MunicipalityCase(_snapshots(given), tuple(analyses(given["analyses"])), made, setting)


def _items(given: Given) -> Iterable[RoadmapItem]:
    for number, row in enumerate(given["roadmap"], 1):
        own = {key: value for key, value in row.items() if key != "listed"}
        yield RoadmapItem(**{**own, "number": row["number"] or str(number)})


def _roadmap(given: Given, setting: Setting) -> Iterable[RoadmapCase]:
    listed = setting.registers.roadmap
    rows = {stored_key(i.scope, i.number, i.occurrence or ""): i for i in _items(given)}
    for code in sorted({*listed, *rows}):
        item = as_told(rows.get(code), listed.get(code))
        if item is not None:
            yield RoadmapCase(code, item, code in listed, setting)


def _documents(given: Given, setting: Setting) -> Iterable[DocumentCase]:
    listed = setting.registers.documents
    rows = {
        row["code"]: Document(row["code"], row["title"], row["present_since"], row["link"])
        for row in given["documents"]
    }
    for code in sorted({*listed, *rows}):
        yield DocumentCase(rows.get(code) or listed[code], code in listed, setting)


def _snapshots(given: Given) -> tuple[Snapshot, ...]:
    return tuple(
        Snapshot(str(s["on"].year), s["on"], s["on"], frozenset(s["schools"]))
        for s in given["snapshots"]
    )


def _terms(case: StaffCase) -> Any:
    return case.folded.dossier.person.terms
