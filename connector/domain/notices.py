"""What is owed to whom for one person: a pure function of evidence, organisation and day.

Nothing here knows what was sent. A notice's key says what happened and to whom it is told, so that
the same facts, however they came and however often, owe the same notices once (domain 6).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from connector.domain.cases import Case, MunicipalityCase, StaffCase
from connector.domain.catalogue import Programme
from connector.domain.decision_notices import decisions_owed
from connector.domain.deficits import Deficit
from connector.domain.owed import Circle, Owed, Recipient
from connector.domain.people import StaffMember
from connector.domain.progress import RouteProgress
from connector.domain.recommendation_notices import recommended
from connector.domain.request_notices import requests_owed
from connector.domain.results import Result
from connector.domain.route_notices import expiring, told_of_progress
from connector.domain.stall_notices import stalls_owed

HORIZON = timedelta(days=30)
"""What happened longer ago is told to nobody: a backfill of years is no news. A route that is
stalled now is news whenever it began."""

HELPS = 3
"""Programmes named to a teacher for one competency: a choice, not a catalogue."""

DEFICITS_FOUND = "deficits_found"
ROUTE_COMPLETED = "route_completed"


def owed_for(
    case: Case, circle: Circle, day: date, horizon: timedelta = HORIZON
) -> tuple[Owed, ...]:
    """The standard notices owed on `day` for a person, or because of a municipality's decisions, in
    order of their keys.

    Other subjects owe none. Whoever is not employed on `day` gets and causes none.
    """
    if isinstance(case, MunicipalityCase):
        decided = decisions_owed(case, circle, day, horizon)
        return tuple(sorted(decided, key=lambda notice: notice.key))
    if not isinstance(case, StaffCase) or case.absent(day) is not None:
        return ()
    owed = [
        *_deficits(case, circle, day, horizon),
        *_routes(case, circle, day, horizon),
        *expiring(case, circle, day),
        *stalls_owed(case, circle, day, horizon),
        *requests_owed(case, circle, day, horizon),
        *recommended(case, day, horizon),
    ]
    whose = (_with_number(one, case.code) for one in owed)
    return tuple(sorted(whose, key=lambda notice: notice.key))


def _with_number(notice: Owed, number: str) -> Owed:
    """Where the person is named, whose page it is, too (parameter `of`)."""
    if "person" not in notice.params:
        return notice
    return replace(notice, params={**notice.params, "of": number})


def _person(case: StaffCase) -> StaffMember:
    return case.folded.dossier.person


def _deficits(case: StaffCase, circle: Circle, day: date, horizon: timedelta) -> Iterator[Owed]:
    """One notice a result that opened deficits which are not closed yet."""
    opened: dict[str, tuple[Result, list[Deficit]]] = {}
    for deficit in case.folded.deficits(day).values():
        if deficit.state.is_deficit and deficit.opened_by is not None:
            result = deficit.opened_by
            opened.setdefault(result.key, (result, []))[1].append(deficit)
    for result, deficits in opened.values():
        if result.day >= day - horizon:
            yield from _found(case, circle, result, sorted(d.competency for d in deficits))


def _found(
    case: StaffCase, circle: Circle, result: Result, competencies: list[str]
) -> Iterator[Owed]:
    person = _person(case)
    catalogue = case.setting.catalogue
    what = f"{DEFICITS_FOUND}:{person.personnel_no}:{result.key}"

    def owed(role: Recipient, number: str, params: dict[str, Any], place: str = "") -> Owed:
        key = f"{what}:{role}:{place}{number}"
        told = {"on": result.day.isoformat(), **params}
        return Owed(key, DEFICITS_FOUND, role, number, told, result.day)

    titles = [catalogue.competency(code).title or code for code in competencies]
    named = {"title": result.diagnostic.title, "competencies": titles}
    helps = [
        {"competency": title, "programmes": _helping(case, code, result.day)}
        for code, title in zip(competencies, titles, strict=True)
    ]
    yield owed(Recipient.TEACHER, person.personnel_no, {**named, "helps": helps})
    for mentor in circle.mentors:
        yield owed(Recipient.MENTOR, mentor.personnel_no, {**named, "person": person.full_name})
    for code, head in sorted(circle.heads.items()):
        association = case.setting.organisation.association(code, result.day)
        # Numbers only: a digest is read over shoulders, and names are one click away.
        numbers = {
            "association": association.name if association else code,
            "deficits": len(competencies),
        }
        yield owed(Recipient.HEAD, head.personnel_no, numbers, f"{code}:")


def _helping(case: StaffCase, competency: str, day: date) -> list[str]:
    """Titles of programmes that cover the competency, those in the federal register first."""

    def rank(programme: Programme) -> tuple[bool, int, str]:
        return (not programme.is_registered(day), programme.hours or 0, programme.title)

    fitting = [p for p in case.setting.catalogue.programmes if competency in p.competencies]
    return [programme.title for programme in sorted(fitting, key=rank)[:HELPS]]


def _routes(case: StaffCase, circle: Circle, day: date, horizon: timedelta) -> Iterator[Owed]:
    for progress in case.folded.routes:
        completed = progress.completed_on
        if progress.is_completed(day) and completed is not None and completed >= day - horizon:
            yield from _completed(case, circle, progress, completed)
        if not progress.is_completed(day):
            yield from told_of_progress(case, circle, progress, day, horizon)


def _completed(
    case: StaffCase, circle: Circle, progress: RouteProgress, on: date
) -> Iterator[Owed]:
    person = _person(case)
    params = {
        "number": progress.route.number,
        "person": person.full_name,
        "on": on.isoformat(),
        "steps": sum(step.done is not None for step in progress.steps),
    }
    told = [(Recipient.TEACHER, person)]
    told += [(Recipient.MENTOR, mentor) for mentor in circle.mentors]
    told += [(Recipient.METHODIST, methodist) for methodist in circle.methodists]
    for role, member in told:
        number = member.personnel_no
        key = f"{ROUTE_COMPLETED}:{progress.route.code}:{on.isoformat()}:{role}:{number}"
        yield Owed(key, ROUTE_COMPLETED, role, number, params, on)
