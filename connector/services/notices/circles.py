"""Whom to tell about whom: mentors, heads, methodists, specialists for a whole batch of people."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from connector.domain.because import SliceKind, SubjectKind
from connector.domain.cases import Case, MunicipalityCase, StaffCase
from connector.domain.circle import (
    Duties,
    Posts,
    circle_of,
    circle_of_decisions,
    circle_of_place,
    named_by_decisions,
)
from connector.domain.dates import Span
from connector.domain.dossier import Dossier, Setting
from connector.domain.owed import Circle
from connector.domain.people import Organisation, Role, StaffMember, StaffTerm
from connector.models import Login
from connector.services.notices.addresses import LOGIN
from connector.services.records import reading as records
from connector.services.stalls.answers import names_of

ORGANISATION = frozenset(("schools", "associations", "staff", "assignments", "mentorships"))
"""Sheets by which it is decided whom notices go to, and where they are written to."""


def circles_around(
    session: Session,
    setting: Setting,
    standing: Posts,
    cases: Iterable[Case],
    day: date,
    spoken_of: Collection[SubjectKind],
) -> dict[tuple[SubjectKind, str], Circle]:
    """Who stands around each subject: of a person everybody; of what is none those in charge of its
    places, but only where the plugin's hooks speak of its kind, or where the municipality has
    decided something."""
    dossiers, others, decided = [], [], []
    for case in cases:
        if isinstance(case, StaffCase):
            dossiers.append(case.folded.dossier)
        elif isinstance(case, MunicipalityCase) and case.decisions:
            decided.append(case)
        elif case.kind in spoken_of:
            others.append(case)
    around = circles_of_places(session, setting, standing, others, day)
    for municipality in decided:
        circle = circle_deciding(session, setting, standing, municipality, day)
        around[SubjectKind.MUNICIPALITY, municipality.code] = circle
    if dossiers:
        found = circles(session, setting, standing, dossiers, day)
        around |= {(SubjectKind.STAFF, number): circle for number, circle in found.items()}
    return around


def circles(
    session: Session,
    setting: Setting,
    standing: Posts,
    dossiers: Collection[Dossier],
    day: date,
) -> dict[str, Circle]:
    """Circles by personnel number; a fixed number of queries, however many people.

    standing: see standing_posts.
    """
    mentorships = {d.person.personnel_no: d.mentorships for d in dossiers}
    codes = {code for d in dossiers for code in d.person.at(day).associations}
    named = {m.mentor for found in mentorships.values() for m in found}
    named |= set(heads_of(setting.organisation, codes, day).values())
    asked = {
        d.person.personnel_no: names_of(d.stall_answers)
        | {one.asked_by for one in d.requests if one.asked_by is not None}
        for d in dossiers
    }
    named |= {n for names in asked.values() for n in names if not n.startswith(LOGIN)}
    held = replace(posts(session, setting.municipality, standing, named), mentorships=mentorships)
    found = {}
    for dossier in dossiers:
        circle = circle_of(dossier.person, day, setting.organisation, held)
        names = asked[dossier.person.personnel_no]
        if names:
            circle = replace(circle, colleagues={n: told_as(n, held, day) for n in sorted(names)})
        found[dossier.person.personnel_no] = circle
    return found


def told_as(name: str, held: Posts, day: date) -> tuple[StaffMember, ...]:
    """Who is told for a recipient as notices name them: deputies too, nobody who has left."""
    signing_in = (*held.methodists, *held.specialists)
    return held.told([name], day) or tuple(m for m in signing_in if m.personnel_no == name)


def circles_of_places(
    session: Session, setting: Setting, standing: Posts, cases: Iterable[Case], day: date
) -> dict[tuple[SubjectKind, str], Circle]:
    """Circles of what is no person, by kind and code; a fixed number of queries."""
    where = {(case.kind, case.code): case.slices(day) for case in cases}
    if not where:
        return {}
    slices = {one for found in where.values() for one in found}
    codes = {one.code for one in slices if one.kind is SliceKind.ASSOCIATION}
    named = set(heads_of(setting.organisation, codes, day).values())
    held = posts(session, setting.municipality, standing, named)
    return {
        subject: circle_of_place(found, day, setting.organisation, held)
        for subject, found in where.items()
    }


def circle_deciding(
    session: Session, setting: Setting, standing: Posts, case: MunicipalityCase, day: date
) -> Circle:
    """The municipality's, with those whom what it has decided and not done concerns."""
    waiting = [decision for decision in case.decisions if not decision.is_done(day)]
    named = named_by_decisions(waiting, day, setting.organisation)
    held = posts(session, setting.municipality, standing, named)
    return circle_of_decisions(waiting, day, setting.organisation, held)


def standing_posts(session: Session, municipality: str) -> Posts:
    """Whoever is assigned to anything, or stands in for anybody: what only imports change."""
    assignments = records.assignments(session, municipality)
    # Whose absence a deputy covers may be named nowhere else: `of` holds places and people alike.
    numbers = {n for a in assignments for n in (a.personnel_no, a.of)}
    return Posts(records.staff(session, municipality, sorted(numbers)), Duties(assignments))


def posts(
    session: Session, municipality: str, standing: Posts, named: Collection[str] = ()
) -> Posts:
    """`standing`, and besides whoever signs in or is named."""
    signing_in = _signing_in(session, municipality)
    others = sorted(number for number in named if number not in standing.staff)
    staff = records.staff(session, municipality, others) if others else {}
    return Posts(
        {**standing.staff, **staff} if staff else standing.staff,
        standing.duties,
        methodists=signing_in.get("methodist", ()),
        specialists=signing_in.get("specialist", ()),
    )


def heads_of(organisation: Organisation, codes: Iterable[str], day: date) -> dict[str, str]:
    """Personnel numbers of the associations' heads, by association; who has none is left out."""
    found = {code: organisation.association(code, day) for code in codes}
    return {code: a.head for code, a in found.items() if a is not None and a.head is not None}


def _signing_in(session: Session, municipality: str) -> dict[str, tuple[StaffMember, ...]]:
    """Log-ins that can be written to, by role; known people under their personnel number."""
    rows = session.execute(
        select(Login.name, Login.person, Login.role)
        .where(
            Login.municipality == municipality,
            Login.role.in_(("methodist", "specialist")),
            or_(Login.email.is_not(None), Login.person.is_not(None)),
        )
        .order_by(Login.name)
    )
    found: dict[str, list[StaffMember]] = {}
    for name, person, role in rows:
        found.setdefault(role, []).append(_as_member(person or f"{LOGIN}{name}", name))
    return {role: tuple(members) for role, members in found.items()}


def _as_member(recipient: str, name: str) -> StaffMember:
    """A log-in where a person is asked for: only the number to tell it under means anything."""
    return StaffMember(recipient, name, "", (StaffTerm(None, Role.MANAGER),), (Span(),))
