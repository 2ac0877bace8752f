"""Bodies of records become domain values: pure, and the only place that knows both.

A body is what connector.spreadsheets typed: ISO dates, lists, numbers, None for an empty cell. A
column that an older body lacks reads as empty.
"""

from collections.abc import Sequence
from datetime import date

from connector.domain.catalogue import (
    Audience,
    Competency,
    Diagnostic,
    Policy,
    Programme,
    Question,
    parse_target,
)
from connector.domain.dates import Span
from connector.domain.people import (
    Association,
    AssociationLevel,
    Duty,
    Role,
    School,
    SchoolKind,
    StaffMember,
    StaffTerm,
)
from connector.domain.records import (
    Analysis,
    Assessment,
    Assignment,
    Contest,
    Decision,
    Document,
    HandmadeEvidence,
    Meeting,
    Mentorship,
    Practice,
    RoadmapItem,
    Support,
    TeamMembership,
    WorkPlan,
)
from connector.domain.routes import Pause, Route, RouteStep
from connector.models import ALWAYS
from connector.services.cases.employments import spans
from connector.services.imports.plan import Body

Versions = Sequence[tuple[date, Body]]
"""A row's versions, oldest first, each with its valid_from."""


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def span(body: Body) -> Span:
    return Span(day(body.get("from")), day(body.get("until")))


def since(valid_from: date) -> date | None:
    """The domain writes None where a version holds from the beginning."""
    return None if valid_from == ALWAYS else valid_from


def staff_member(versions: Versions) -> StaffMember:
    """Terms come from all versions; what is not dated holds as the latest version has it."""
    latest = versions[-1][1]
    return StaffMember(
        personnel_no=latest["personnel_no"],
        last_name=latest.get("last_name") or "",
        first_name=latest.get("first_name") or "",
        middle_name=latest.get("middle_name"),
        terms=tuple(_term(valid_from, body) for valid_from, body in versions),
        employments=spans(body for _, body in versions),
        email=latest.get("email"),
        birth_date=day(latest.get("birth_date")),
        teaching_since=day(latest.get("teaching_since")),
        attestation_on=day(latest.get("attestation_on")),
    )


def _term(valid_from: date, body: Body) -> StaffTerm:
    return StaffTerm(
        valid_from=since(valid_from),
        role=Role(body.get("role") or Role.TEACHER),
        school=body.get("school"),
        position=body.get("position"),
        subjects=tuple(body.get("subjects") or ()),
        associations=tuple(body.get("associations") or ()),
        regional_methodist_since=day(body.get("regional_methodist_since")),
        regional_methodist=body.get("regional_methodist"),
    )


def school(body: Body) -> School:
    return School(
        code=body["code"],
        name=body.get("name") or body["code"],
        kind=SchoolKind(body.get("kind") or SchoolKind.SCHOOL),
        rural=bool(body.get("rural")),
        low_results=bool(body.get("low_results")),
        biased_results=bool(body.get("biased_results")),
        head=body.get("head"),
        mentoring_since=day(body.get("mentoring_since")),
        internship_since=day(body.get("internship_since")),
    )


def association(body: Body) -> Association:
    return Association(
        code=body["code"],
        name=body.get("name") or body["code"],
        level=AssociationLevel(body.get("level") or AssociationLevel.MUNICIPAL),
        school=body.get("school"),
        parent=body.get("parent"),
        head=body.get("head"),
    )


def competency(body: Body) -> Competency:
    return Competency(body["code"], body.get("title"), body.get("area"))


def programme(body: Body) -> Programme:
    final = body.get("final")
    return Programme(
        source=body["source"],
        course=body["course"],
        title=body.get("title") or body["course"],
        register_no=body.get("register_no"),
        register_from=day(body.get("register_from")),
        register_until=day(body.get("register_until")),
        hours=body.get("hours"),
        audience=Audience(body.get("audience") or Audience.STAFF),
        competencies=tuple(body.get("competencies") or ()),
        final=parse_target(final) if final else None,
    )


def diagnostic(body: Body) -> Diagnostic:
    return Diagnostic(
        source=body["source"],
        quiz=body["quiz"],
        title=body.get("title") or body["quiz"],
        policy=Policy(body.get("policy") or Policy.LAST),
    )


def question(body: Body) -> Question:
    return Question(
        source=body["source"],
        quiz=body["quiz"],
        competency=body["competency"],
        slot=body.get("slot"),
        category=body.get("category"),
    )


def route(body: Body, steps: Sequence[Body], pauses: Sequence[Body]) -> Route:
    """steps and pauses in any order; the route has them by order and by first day."""
    return Route(
        personnel_no=body["personnel_no"],
        number=body["number"],
        starts_on=date.fromisoformat(body["starts_on"]),
        based_on=body.get("based_on"),
        approved_by=body.get("approved_by"),
        approved_on=day(body.get("approved_on")),
        cancelled_on=day(body.get("cancelled_on")),
        cancel_reason=body.get("cancel_reason"),
        steps=tuple(sorted(map(_step, steps), key=lambda step: step.order)),
        pauses=tuple(sorted(map(_pause, pauses), key=lambda pause: pause.span.first or ALWAYS)),
    )


def _step(body: Body) -> RouteStep:
    return RouteStep(
        order=body["order"],
        target=parse_target(body["target"]),
        competencies=tuple(body.get("competencies") or ()),
        due_on=day(body.get("due_on")),
        required=body.get("required") is not False,
    )


def _pause(body: Body) -> Pause:
    return Pause(span(body), body.get("reason"))


def mentorship(body: Body) -> Mentorship:
    return Mentorship(body["mentor"], body["mentee"], span(body))


def support(body: Body) -> Support:
    return Support(body["personnel_no"], body["form"], span(body))


def team_membership(body: Body) -> TeamMembership:
    return TeamMembership(body["school"], body["personnel_no"], span(body))


def assignment(body: Body) -> Assignment:
    return Assignment(body["personnel_no"], Duty(body["duty"]), body["of"], span(body))


def handmade_evidence(body: Body) -> HandmadeEvidence:
    return HandmadeEvidence(
        id=body["id"],
        personnel_no=body["personnel_no"],
        kind=body["kind"],
        target=body["target"],
        happened_on=date.fromisoformat(body["happened_at"]),
        document=body.get("document"),
    )


def roadmap_item(body: Body) -> RoadmapItem:
    return RoadmapItem(
        scope=body["scope"],
        number=body["number"],
        title=body.get("title") or body["number"],
        level=body.get("level"),
        term=body.get("term"),
        occurrence=body.get("occurrence"),
        due_on=day(body.get("due_on")),
        responsible=body.get("responsible"),
        expected_result=body.get("expected_result"),
        started_on=day(body.get("started_on")),
        done_on=day(body.get("done_on")),
        proof=body.get("proof"),
    )


def work_plan(body: Body) -> WorkPlan:
    return WorkPlan(
        association=body["association"],
        academic_year=body["academic_year"],
        published_on=day(body.get("published_on")),
        link=body.get("link"),
    )


def analysis(body: Body) -> Analysis:
    return Analysis(
        number=body["number"],
        scope=body["scope"],
        made_on=date.fromisoformat(body["made_on"]),
        about=body.get("about"),
        link=body.get("link"),
    )


def decision(body: Body) -> Decision:
    return Decision(
        number=body["number"],
        analysis=body.get("analysis"),
        scope=body["scope"],
        decided_on=date.fromisoformat(body["decided_on"]),
        due_on=day(body.get("due_on")),
        responsible=body.get("responsible"),
        done_on=day(body.get("done_on")),
        text=body.get("text"),
        basis=body.get("basis"),
    )


def document(body: Body) -> Document:
    return Document(
        code=body["code"],
        title=body.get("title") or body["code"],
        present_since=day(body.get("present_since")),
        link=body.get("link"),
    )


def practice(body: Body) -> Practice:
    return Practice(
        title=body["title"],
        author=body["author"],
        school=body.get("school"),
        published_on=day(body.get("published_on")),
        link=body.get("link"),
    )


def contest(body: Body) -> Contest:
    return Contest(
        personnel_no=body["personnel_no"],
        title=body["title"],
        level=body.get("level"),
        held_on=day(body.get("held_on")),
        result=body.get("result"),
    )


def meeting(body: Body) -> Meeting:
    return Meeting(
        association=body["association"],
        held_on=date.fromisoformat(body["held_on"]),
        topic=body.get("topic"),
        agenda=tuple(body.get("agenda") or ()),
    )


def assessment(body: Body) -> Assessment:
    return Assessment(
        personnel_no=body["personnel_no"],
        criterion=body["criterion"],
        assessed_on=date.fromisoformat(body["assessed_on"]),
        result=body.get("result"),
        recommendation=body.get("recommendation"),
    )


def closed_span(body: Body) -> Span:
    """One day where `until` is empty: an endless holiday is never meant."""
    first = date.fromisoformat(body["from"])
    return Span(first, day(body.get("until")) or first)
