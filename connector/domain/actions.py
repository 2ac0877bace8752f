"""Actions owed to Moodle: which enrolments an approved route wants, as a pure function.

An action is owed by its business key, once for ever: whoever was unenrolled by hand afterwards is
not enrolled again for the same route. A route that is cancelled takes nothing back: what a learner
has begun in Moodle is not the connector's to end.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from connector.domain.cases import Case, StaffCase
from connector.domain.catalogue import Catalogue, Target, TargetKind
from connector.domain.progress import RouteProgress

NOBODY = "nobody"
"""Stands in the key where the person has no account yet."""


class ActionKind(StrEnum):
    """What is done in Moodle."""

    ENROL = "enrol"
    JOIN = "cohort_add"
    LEAVE = "cohort_remove"


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """A person's matched account. user_id: Moodle's number of it."""

    source: str
    user_id: str


@dataclass(frozen=True, slots=True)
class CourseWanted:
    """A course of a route that is not done. sources: the Moodles whose catalogue has it, in the
    catalogue's order; empty where the catalogue does not know it."""

    route: str
    number: str
    course: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EnrolUser:
    """An enrolment owed. course: idnumber or number, as the route names it. source None: nobody
    knows in which of several Moodles it is; user_id None: the person has no account there."""

    route: str
    number: str
    person: str
    course: str
    source: str | None
    user_id: str | None

    @property
    def key(self) -> str:
        where = f"{self.source or NOBODY}:{self.course}:{self.user_id or NOBODY}"
        return f"{ActionKind.ENROL}:{self.route}:{where}"


def courses_wanted(case: Case, day: date) -> tuple[CourseWanted, ...]:
    """The courses that the person ought to be able to enter on `day`, each once a route.

    Of required steps alone: an optional one is the person's own choice, and a step that was marked
    not relevant is no longer required (domain 4). Nobody who is not employed wants any, nor does a
    draft, a cancelled or completed route, one that begins later, or one that is paused.
    """
    if not isinstance(case, StaffCase) or case.absent(day) is not None:
        return ()
    found: dict[tuple[str, str], CourseWanted] = {}
    for progress in case.folded.routes:
        if progress.is_active(day) and not progress.route.is_paused(day):
            for wanted in _of_route(progress, case.setting.catalogue, day):
                found.setdefault((wanted.route, wanted.course), wanted)
    return tuple(found[key] for key in sorted(found))


def _of_route(progress: RouteProgress, catalogue: Catalogue, day: date) -> Iterator[CourseWanted]:
    for step in progress.steps:
        is_done = step.done is not None and step.done.day <= day
        if is_done or not step.step.required:
            continue
        named = _course_of(step.step.target, catalogue)
        if named is not None:
            course, sources = named
            yield CourseWanted(progress.route.code, progress.route.number, course, sources)


def _course_of(target: Target, catalogue: Catalogue) -> tuple[str, tuple[str, ...]] | None:
    """Where a target lies. A quiz or an activity lies in the course whose final assessment it is;
    of any other the course is not known."""
    if target.kind is TargetKind.COURSE:
        known = (p.source for p in catalogue.programmes if p.course == target.ref)
        return target.ref, tuple(dict.fromkeys(known))
    for programme in catalogue.programmes:
        final = programme.final
        if final is not None and (final.kind, final.ref) == (target.kind, target.ref):
            return programme.course, (programme.source,)
    return None


def enrolments_owed(
    person: str,
    wanted: Sequence[CourseWanted],
    accounts: Collection[Account],
    sources: Collection[str],
) -> tuple[EnrolUser, ...]:
    """accounts: the person's own, those deleted in Moodle left out. sources: the Moodles of the
    municipality in which anything can be done."""
    return tuple(_owed(person, one, sorted(accounts, key=_order), sources) for one in wanted)


def _owed(
    person: str, wanted: CourseWanted, accounts: Sequence[Account], sources: Collection[str]
) -> EnrolUser:
    places = wanted.sources or tuple(sorted(sources))
    here = [a for place in places for a in accounts if a.source == place]
    source: str | None
    if wanted.sources:
        source = here[0].source if here else places[0]
    else:
        # Not in the catalogue: only where there is no choice is it known which Moodle is meant.
        only = set(places) if len(places) == 1 else {a.source for a in here}
        source = only.pop() if len(only) == 1 else None
    user_id = next((a.user_id for a in here if a.source == source), None)
    return EnrolUser(wanted.route, wanted.number, person, wanted.course, source, user_id)


def _order(account: Account) -> tuple[str, int, str]:
    """Of two accounts in one Moodle the older one, whose number is smaller."""
    return account.source, len(account.user_id), account.user_id
