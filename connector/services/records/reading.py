"""Dated records read as domain values, always of one municipality.

Where people or schools can be named, None means all of them. Orders are fixed (by key), so that
whatever is folded from them is the same on every database.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from connector.domain.catalogue import Catalogue
from connector.domain.dates import Span
from connector.domain.people import Dated, Organisation, StaffMember
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
from connector.domain.routes import Route
from connector.models import Record
from connector.models.among import among
from connector.services.imports.plan import Body
from connector.services.imports.stored_rows import CHUNK, chunks
from connector.services.records import bodies

T = TypeVar("T")
Row = tuple[str, date, Body]
"""key, valid_from, body"""


def organisation(session: Session, municipality: str) -> Organisation:
    """Schools and associations with all their versions."""
    return Organisation(
        _dated(session, municipality, "schools", bodies.school),
        _dated(session, municipality, "associations", bodies.association),
    )


def catalogue(session: Session, municipality: str) -> Catalogue:
    return Catalogue(
        competencies=_all(session, municipality, "competencies", bodies.competency),
        programmes=_all(session, municipality, "programmes", bodies.programme),
        diagnostics=_all(session, municipality, "diagnostics", bodies.diagnostic),
        questions=_all(session, municipality, "questions", bodies.question),
    )


@dataclass(frozen=True, slots=True)
class Personal:
    """What the sheets say of people, by personnel number."""

    staff: Mapping[str, StaffMember]
    handmade: Mapping[str, list[HandmadeEvidence]]
    routes: Mapping[str, list[Route]]
    supports: Mapping[str, list[Support]]
    mentorships: Mapping[str, list[Mentorship]]
    """Those in which the person is the mentee."""
    assessments: Mapping[str, list[Assessment]]


_PERSONAL = (
    "staff",
    "evidence",
    "routes",
    "steps",
    "pauses",
    "support",
    "mentorships",
    "assessments",
)


def personal(session: Session, municipality: str, numbers: Collection[str]) -> Personal:
    """Everything about these people in one query; numbers that nobody has are left out."""
    rows: dict[str, list[Row]] = {sheet: [] for sheet in _PERSONAL}
    for chunk in chunks(numbers):
        for sheet, key, valid_from, body in session.execute(
            select(Record.sheet, Record.key, Record.valid_from, Record.body).where(
                Record.municipality == municipality,
                Record.sheet.in_(_PERSONAL),
                among(session, Record.person, chunk),
            )
        ):
            rows[sheet].append((key, valid_from, body))
    for found in rows.values():
        found.sort(key=_in_order)
    return Personal(
        staff=_members(rows["staff"]),
        handmade=_grouped(rows["evidence"], bodies.handmade_evidence, lambda e: e.personnel_no),
        routes=_routes_of(rows["routes"], rows["steps"], rows["pauses"]),
        supports=_grouped(rows["support"], bodies.support, lambda s: s.personnel_no),
        mentorships=_grouped(rows["mentorships"], bodies.mentorship, lambda m: m.mentee),
        assessments=_grouped(rows["assessments"], bodies.assessment, lambda a: a.personnel_no),
    )


def staff(
    session: Session, municipality: str, numbers: Collection[str] | None = None
) -> dict[str, StaffMember]:
    """People by personnel number; numbers that nobody has are left out."""
    return _members(_rows(session, municipality, "staff", Record.key, numbers))


def staff_by_regional_methodist(
    session: Session, municipality: str, numbers: Collection[str]
) -> dict[str, set[str]]:
    """Personnel numbers ever assigned, in whichever version, by their regional methodist."""
    found: dict[str, set[str]] = {}
    wanted = set(numbers)
    for key, _, body in _rows(session, municipality, "staff", Record.related, numbers):
        methodist = body["regional_methodist"]
        if methodist in wanted:
            found.setdefault(methodist, set()).add(key)
    return found


def mentorships_of_mentors(
    session: Session, municipality: str, mentors: Collection[str] | None = None
) -> dict[str, list[Mentorship]]:
    rows = _rows(session, municipality, "mentorships", Record.related, mentors)
    return _grouped(rows, bodies.mentorship, lambda mentorship: mentorship.mentor)


def teams(
    session: Session, municipality: str, schools: Collection[str] | None = None
) -> dict[str, list[TeamMembership]]:
    """Members of management teams by school."""
    rows = _rows(session, municipality, "teams", Record.related, schools)
    return _grouped(rows, bodies.team_membership, lambda membership: membership.school)


def assignments(session: Session, municipality: str) -> tuple[Assignment, ...]:
    return _all(session, municipality, "assignments", bodies.assignment)


def roadmap(
    session: Session, municipality: str, scopes: Collection[str] | None = None
) -> tuple[RoadmapItem, ...]:
    rows = _rows(session, municipality, "roadmap", Record.related, scopes)
    return tuple(bodies.roadmap_item(body) for *_, body in rows)


def roadmap_rows(
    session: Session, municipality: str, keys: Collection[str]
) -> dict[str, RoadmapItem]:
    """By key, as their subjects are called."""
    rows = _rows(session, municipality, "roadmap", Record.key, keys)
    return {key: bodies.roadmap_item(body) for key, _, body in rows}


def documents(session: Session, municipality: str, codes: Collection[str]) -> dict[str, Document]:
    rows = _rows(session, municipality, "documents", Record.key, codes)
    return {key: bodies.document(body) for key, _, body in rows}


def practices(session: Session, municipality: str, keys: Collection[str]) -> dict[str, Practice]:
    rows = _rows(session, municipality, "practices", Record.key, keys)
    return {key: bodies.practice(body) for key, _, body in rows}


def contests(session: Session, municipality: str, keys: Collection[str]) -> dict[str, Contest]:
    rows = _rows(session, municipality, "contests", Record.key, keys)
    return {key: bodies.contest(body) for key, _, body in rows}


def meetings(
    session: Session, municipality: str, associations: Collection[str]
) -> dict[str, list[Meeting]]:
    """By association."""
    rows = _rows(session, municipality, "meetings", Record.related, associations)
    return _grouped(rows, bodies.meeting, lambda meeting: meeting.association)


def people_of_places(
    session: Session, municipality: str, schools: Collection[str], associations: Collection[str]
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Personnel numbers of whoever was ever there, by school and by association.

    Reads the whole staff sheet: people are not found by their places, of which they have several.
    """
    by_school: dict[str, set[str]] = {code: set() for code in schools}
    by_association: dict[str, set[str]] = {code: set() for code in associations}
    rows = session.execute(
        select(Record.key, Record.body)
        .where(Record.municipality == municipality, Record.sheet == "staff")
        .execution_options(yield_per=CHUNK)
    )
    for key, body in rows:
        if body.get("school") in by_school:
            by_school[body["school"]].add(key)
        for code in body.get("associations") or ():
            if code in by_association:
                by_association[code].add(key)
    return by_school, by_association


def work_plans(
    session: Session, municipality: str, associations: Collection[str] | None = None
) -> tuple[WorkPlan, ...]:
    rows = _rows(session, municipality, "plans", Record.related, associations)
    return tuple(bodies.work_plan(body) for *_, body in rows)


def analyses(session: Session, municipality: str) -> tuple[Analysis, ...]:
    return _all(session, municipality, "analyses", bodies.analysis)


def analyses_of(
    session: Session, municipality: str, scopes: Collection[str]
) -> dict[str, list[Analysis]]:
    """By scope as the sheet writes it: `school:X`, `association:X`."""
    rows = _rows(session, municipality, "analyses", Record.related, scopes)
    return _grouped(rows, bodies.analysis, lambda analysis: analysis.scope)


def decisions(session: Session, municipality: str) -> tuple[Decision, ...]:
    return _all(session, municipality, "decisions", bodies.decision)


def closed_days(session: Session, municipality: str) -> tuple[Span, ...]:
    return _all(session, municipality, "closed_days", bodies.closed_span)


def _all(
    session: Session, municipality: str, sheet: str, convert: Callable[[Body], T]
) -> tuple[T, ...]:
    rows = _rows(session, municipality, sheet, Record.key, None)
    return tuple(convert(body) for *_, body in rows)


def _dated(
    session: Session, municipality: str, sheet: str, convert: Callable[[Body], T]
) -> dict[str, Dated[T]]:
    versions: dict[str, list[tuple[date | None, T]]] = {}
    for key, valid_from, body in _rows(session, municipality, sheet, Record.key, None):
        versions.setdefault(key, []).append((bodies.since(valid_from), convert(body)))
    return {key: Dated(tuple(found)) for key, found in versions.items()}


def _grouped(
    rows: Iterable[Row], convert: Callable[[Body], T], by: Callable[[T], str]
) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for *_, body in rows:
        value = convert(body)
        found.setdefault(by(value), []).append(value)
    return found


def _members(rows: Iterable[Row]) -> dict[str, StaffMember]:
    versions: dict[str, list[tuple[date, Body]]] = {}
    for key, valid_from, body in rows:
        versions.setdefault(key, []).append((valid_from, body))
    return {number: bodies.staff_member(found) for number, found in versions.items()}


def _routes_of(
    routes: Iterable[Row], steps: Iterable[Row], pauses: Iterable[Row]
) -> dict[str, list[Route]]:
    steps_of, pauses_of = _by_route(steps), _by_route(pauses)
    found: dict[str, list[Route]] = {}
    for *_, body in routes:
        code = (body["personnel_no"], body["number"])
        route = bodies.route(body, steps_of.get(code, []), pauses_of.get(code, []))
        found.setdefault(route.personnel_no, []).append(route)
    for own in found.values():
        own.sort(key=lambda route: (route.starts_on, route.number))
    return found


def _by_route(rows: Iterable[Row]) -> dict[tuple[str, str], list[Body]]:
    found: dict[tuple[str, str], list[Body]] = {}
    for *_, body in rows:
        found.setdefault((body["personnel_no"], body["number"]), []).append(body)
    return found


def _rows(
    session: Session,
    municipality: str,
    sheet: str,
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    values: Collection[str] | None,
) -> Iterator[Row]:
    """Versions in order of key and day, compared as Python compares: databases collate."""
    query = select(Record.key, Record.valid_from, Record.body).where(
        Record.municipality == municipality, Record.sheet == sheet
    )
    queries = (
        [query]
        if values is None
        else [query.where(among(session, column, chunk)) for chunk in chunks(values)]
    )
    found = [(key, day, body) for each in queries for key, day, body in session.execute(each)]
    return iter(sorted(found, key=_in_order))


def _in_order(row: Row) -> tuple[str, date]:
    return row[0], row[1]
