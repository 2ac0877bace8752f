"""What is owed about a route that goes on: approved, a step done, a proof that expires (domain 6).

A step that completed its route is told by the completion, and once it is completed or cancelled the
approval is no news.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from connector.domain.cases import StaffCase
from connector.domain.owed import Circle, Owed, Recipient
from connector.domain.people import StaffMember
from connector.domain.progress import RouteProgress, StepProgress
from connector.domain.records import EXPIRY_NOTICE

ROUTE_APPROVED = "route_approved"
STEP_DONE = "step_done"
PROOF_EXPIRING = "proof_expiring"


def told_of_progress(
    case: StaffCase, circle: Circle, progress: RouteProgress, day: date, horizon: timedelta
) -> Iterator[Owed]:
    """About a route that is not completed on `day`; a draft or a cancelled one owes nothing."""
    route = progress.route
    if not route.is_approved(day) or route.is_cancelled(day):
        return
    approved_on = route.approved_on or route.starts_on
    if approved_on >= day - horizon:
        yield from _approved(case, circle, progress, approved_on)
    for step in progress.steps:
        done = step.done
        if done is not None and day - horizon <= done.day <= day:
            yield from _step_done(case, circle, progress, step, done.day)


def _approved(case: StaffCase, circle: Circle, progress: RouteProgress, on: date) -> Iterator[Owed]:
    route = progress.route
    steps = [
        {
            "title": case.setting.catalogue.title_of(one.step.target),
            "order": one.step.order,
            "due": one.step.due_on.isoformat() if one.step.due_on else None,
            "required": one.step.required,
        }
        for one in progress.steps
    ]
    params = {
        "number": route.number,
        "person": _person(case).full_name,
        "on": on.isoformat(),
        "starts_on": route.starts_on.isoformat(),
        "steps": steps,
    }
    for role, number in _told(case, circle):
        key = f"{ROUTE_APPROVED}:{route.code}:{on.isoformat()}:{role}:{number}"
        yield Owed(key, ROUTE_APPROVED, role, number, params, on)


def _step_done(
    case: StaffCase,
    circle: Circle,
    progress: RouteProgress,
    step: StepProgress,
    on: date,
) -> Iterator[Owed]:
    route = progress.route
    params: dict[str, Any] = {
        "number": route.number,
        "person": _person(case).full_name,
        "on": on.isoformat(),
        "order": step.step.order,
        "title": case.setting.catalogue.title_of(step.step.target),
    }
    for role, number in _told(case, circle):
        key = f"{STEP_DONE}:{route.code}:{step.step.order}:{on.isoformat()}:{role}:{number}"
        yield Owed(key, STEP_DONE, role, number, params, on)


def expiring(case: StaffCase, circle: Circle, day: date) -> Iterator[Owed]:
    """Documents that expire within EXPIRY_NOTICE, to the teacher and, in the digest, methodists."""
    person = _person(case)
    for record in case.folded.dossier.handmade:
        until = record.valid_until
        if until is None or not until - EXPIRY_NOTICE <= day <= until:
            continue
        params = {
            "person": person.full_name,
            "document": record.document,
            "target": record.target,
            "until": until.isoformat(),
        }
        told = [(Recipient.TEACHER, person)]
        told += [(Recipient.METHODIST, one) for one in circle.methodists]
        for role, member in told:
            number = member.personnel_no
            key = f"{PROOF_EXPIRING}:{person.personnel_no}:{record.id}:{until}:{role}:{number}"
            yield Owed(key, PROOF_EXPIRING, role, number, params, until - EXPIRY_NOTICE)


def _told(case: StaffCase, circle: Circle) -> Iterator[tuple[Recipient, str]]:
    yield Recipient.TEACHER, case.code
    for mentor in circle.mentors:
        yield Recipient.MENTOR, mentor.personnel_no
    for methodist in circle.methodists:
        yield Recipient.METHODIST, methodist.personnel_no


def _person(case: StaffCase) -> StaffMember:
    return case.folded.dossier.person
