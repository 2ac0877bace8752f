"""People as they were written → folded cases, and what is counted of them piece by piece."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connector.domain.cases import CompletionCase, RouteCase, StaffCase, TeamCase
from connector.domain.dates import Span
from connector.domain.dossier import Dossier, Setting
from connector.domain.evidence import Evidence
from connector.domain.people import Role, StaffMember, StaffTerm
from connector.domain.records import (
    Assessment,
    HandmadeEvidence,
    Mentorship,
    Support,
    TeamMembership,
)
from connector.domain.routes import Pause, Route, RouteStep
from connector.testing import builders

Given = Mapping[str, Any]


class NotThere(ValueError):
    """What an example speaks of is not in it; says so in Russian."""


def member(given: Given, number: str = "1", associations: Sequence[str] = ()) -> StaffMember:
    """Somebody, without what they did. number, associations: where none are given."""
    own = given["associations"]
    first = StaffTerm(
        None,
        Role(given["role"]),
        given["school"],
        given["position"],
        given["subjects"],
        tuple(associations if own is None else own),
        given["regional_methodist_since"],
        given["regional_methodist"],
    )
    terms = [first]
    for change in given["changes"]:
        changed = {key: value for key, value in change.items() if value is not None}
        if "role" in changed:
            changed["role"] = Role(changed["role"])
        terms.append(replace(terms[-1], **changed))
    return StaffMember(
        given["number"] or number,
        given["last_name"],
        given["first_name"],
        tuple(terms),
        (Span(given["employed_from"], given["employed_until"]),),
        middle_name=given["middle_name"],
        email=given["email"],
        birth_date=given["birth_date"],
        teaching_since=given["teaching_since"],
        attestation_on=given["attestation_on"],
    )


def dossier(
    given: Given, ground: Setting, number: str = "1", associations: Sequence[str] = ()
) -> Dossier:
    """A person with everything they did."""
    person = member(given, number, associations)
    me = person.personnel_no
    return Dossier(
        person,
        evidence=tuple(_evidence(given, ground)),
        handmade=tuple(
            HandmadeEvidence(str(n), me, e["kind"], e["target"], e["on"], e["document"])
            for n, e in enumerate(given["evidence"], 1)
        ),
        routes=tuple(_route(me, str(n), r) for n, r in enumerate(given["routes"], 1)),
        supports=tuple(Support(me, s["form"], span(s)) for s in given["support"]),
        mentorships=tuple(Mentorship(m["mentor"], me, span(m)) for m in given["mentors"]),
        assigned=tuple(people(given["looks_after"])),
        regional_methodists=tuple(people(given["methodists"])),
        assessments=tuple(
            Assessment(me, a["criterion"], a["on"], a["result"], a["recommendation"])
            for a in given["assessments"]
        ),
    )


def people(given: Iterable[Given]) -> list[StaffMember]:
    return [member(one, str(n)) for n, one in enumerate(given, 1)]


def span(given: Given) -> Span:
    return Span(given["first"], given["last"])


def staff_case(
    given: Given, ground: Setting, number: str = "1", associations: Sequence[str] = ()
) -> StaffCase:
    return builders.staff_case(dossier(given, ground, number, associations), ground)


def staff_cases(
    given: Iterable[Given], ground: Setting, associations: Sequence[str] = ()
) -> tuple[StaffCase, ...]:
    """Whoever has no number is numbered in order."""
    return tuple(staff_case(one, ground, str(n), associations) for n, one in enumerate(given, 1))


def team_case(given: Given, ground: Setting) -> TeamCase:
    school = given["school"]
    cases = staff_cases(given["members"], ground)
    members = tuple(
        (TeamMembership(school, case.code, Span(m["member_from"], m["member_until"])), case)
        for m, case in zip(given["members"], cases, strict=True)
    )
    return TeamCase(school, members, ground)


def route_case(given: Given, ground: Setting) -> RouteCase:
    """Raises NotThere."""
    case = staff_case(given["person"], ground)
    for progress in case.folded.routes:
        if progress.route.number == given["number"]:
            return RouteCase(f"{case.code}|{given['number']}", progress, case)
    raise NotThere(f"route: у работника нет маршрута с номером «{given['number']}»")


def completion_case(given: Given, ground: Setting) -> CompletionCase:
    """Raises NotThere."""
    case = staff_case(given["person"], ground)
    for done in case.folded.completions:
        if done.programme.course == given["course"] and given["on"] in (None, done.proof.day):
            return CompletionCase(f"{case.code}|{done.proof.key}", done, case)
    raise NotThere(f"completion: программа «{given['course']}» не завершена или не описана")


def _evidence(given: Given, ground: Setting) -> Iterable[Evidence]:
    zone = ground.zone
    for number, sat in enumerate(given["attempts"], 1):
        yield builders.attempt(
            sat["on"],
            sat["percent"],
            quiz=sat["quiz"],
            number=number,
            final=sat["final"],
            zone=zone,
        )
    for done in given["completions"]:
        yield builders.completion(done["on"], done["course"], zone)
    for done in given["activities"]:
        yield builders.activity(done["on"], done["activity"], done["state"], zone)


def _route(personnel_no: str, number: str, given: Given) -> Route:
    return builders.route(
        given["starts_on"],
        [RouteStep(order, **step) for order, step in enumerate(given["steps"], 1)],
        number=given["number"] or number,
        personnel_no=personnel_no,
        approved=given["approved"],
        based_on=given["based_on"],
        approved_on=given["approved_on"],
        cancelled_on=given["cancelled_on"],
        cancel_reason=given["cancel_reason"],
        pauses=tuple(Pause(span(pause), pause["reason"]) for pause in given["pauses"]),
    )
