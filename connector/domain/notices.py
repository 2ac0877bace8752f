"""What is owed to whom for one person: a pure function of evidence, organisation and day.

Nothing here knows what was sent. A notice's key says what happened and to whom it is told, so that
the same facts, however they came and however often, owe the same notices once (domain 6).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from connector.domain.cases import Case, StaffCase
from connector.domain.catalogue import Programme
from connector.domain.deficits import Deficit
from connector.domain.dossier import Rung
from connector.domain.owed import Circle, Owed, Recipient
from connector.domain.people import StaffMember
from connector.domain.progress import RouteProgress
from connector.domain.results import Result
from connector.domain.route_notices import expiring, step_title, told_of_progress
from connector.domain.stalls import Episode, episode_on

HORIZON = timedelta(days=30)
"""What happened longer ago is told to nobody: a backfill of years is no news. A route that is
stalled now is news whenever it began."""

HELPS = 3
"""Programmes named to a teacher for one competency: a choice, not a catalogue."""

DEFICITS_FOUND = "deficits_found"
ROUTE_COMPLETED = "route_completed"
ROUTE_STALLED = "route_stalled"

NOBODY = "nobody"
"""Stands in the key for a recipient who was not found."""


def owed_for(
    case: Case, circle: Circle, day: date, horizon: timedelta = HORIZON
) -> tuple[Owed, ...]:
    """The standard notices owed on `day` for a person, in order of their keys.

    Other subjects owe none. Whoever is not employed on `day` gets and causes none.
    """
    if not isinstance(case, StaffCase) or case.absent(day) is not None:
        return ()
    owed = [
        *_deficits(case, circle, day, horizon),
        *_routes(case, circle, day, horizon),
        *expiring(case, circle, day),
    ]
    return tuple(sorted(owed, key=lambda notice: notice.key))


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
    setting = case.setting
    for progress in case.folded.routes:
        completed = progress.completed_on
        if progress.is_completed(day) and completed is not None:
            if completed >= day - horizon:
                yield from _completed(case, circle, progress, completed)
            continue
        yield from told_of_progress(case, circle, progress, day, horizon)
        episode = episode_on(progress, day, setting.calendar, setting.stalls)
        if episode is not None:
            yield from _stalled(case, circle, episode, day)


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


def _stalled(case: StaffCase, circle: Circle, episode: Episode, day: date) -> Iterator[Owed]:
    """One alert an episode to each: methodist and mentor at once, heads and specialist later."""
    route = episode.route.route
    params = _stall_params(case, episode, day)
    for role, members in _rungs(circle, episode.rungs):
        numbers: list[str | None] = [*sorted({m.personnel_no for m in members})]
        for number in numbers or [None]:
            to = number or NOBODY
            key = f"{ROUTE_STALLED}:{route.code}:{episode.first_day.isoformat()}:{role}:{to}"
            urgent = role is not Recipient.MENTOR
            yield Owed(key, ROUTE_STALLED, role, number, params, episode.first_day, urgent)


def _rungs(
    circle: Circle, rungs: tuple[Rung, ...]
) -> Iterator[tuple[Recipient, tuple[StaffMember, ...]]]:
    """Who is to hear by now; only the lack of a methodist is shown, as nobody."""
    yield Recipient.METHODIST, circle.methodists
    if circle.mentors:
        yield Recipient.MENTOR, circle.mentors
    heads = tuple(circle.heads.values())
    if heads and Rung.HEAD in rungs:
        yield Recipient.HEAD, heads
    # Without a head the ladder goes on to the next rung at once (domain 4).
    reached = Rung.SPECIALIST in rungs or (not heads and Rung.HEAD in rungs)
    if reached and circle.specialists:
        yield Recipient.SPECIALIST, circle.specialists


def _stall_params(case: StaffCase, episode: Episode, day: date) -> dict[str, Any]:
    """Nothing that changes from day to day: the alert is one and the same all the episode long."""
    waiting = [
        progress
        for progress in episode.route.steps
        if progress.step.required and (progress.done is None or progress.done.day > day)
    ]
    required = sum(progress.step.required for progress in episode.route.steps)
    first = min(waiting, key=lambda progress: progress.step.order, default=None)
    return {
        "number": episode.route.route.number,
        "person": _person(case).full_name,
        "reason": str(episode.reason),
        "since": episode.since.isoformat(),
        "first_day": episode.first_day.isoformat(),
        "done": required - len(waiting),
        "required": required,
        "next_step": first.step.order if first else None,
        "next_title": step_title(case, first.step.target) if first else None,
        "next_due": first.step.due_on.isoformat() if first and first.step.due_on else None,
    }
