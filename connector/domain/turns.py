"""The next day on which the mere passing of time brings a dated fact of a subject into play.

Conditions look at facts up to `as_of`. Every date that lies later (an employment that ends, a route
that starts, evidence from the future) is a day to look again; asking all of them in one place keeps
the conditions from having to think of it.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from connector.domain.calendar import WorkCalendar
from connector.domain.dates import Span, local_day
from connector.domain.dossier import Dossier, Setting
from connector.domain.people import Organisation, StaffMember
from connector.domain.records import EXPIRY_NOTICE, Decision
from connector.domain.routes import Route

_DAY = timedelta(days=1)


def next_turn(days: Iterable[date | None], after: date) -> date | None:
    """The earliest of `days` that is later than `after`."""
    return min((day for day in days if day is not None and day > after), default=None)


def turns_of_span(span: Span) -> Iterator[date | None]:
    """The first day inside and the first day after."""
    yield span.first
    yield span.last + _DAY if span.last is not None else None


def turns_of_person(person: StaffMember) -> Iterator[date | None]:
    # Support counts from the first day of work on, even if it began before (domain 5, "young").
    yield person.teaching_since
    for employment in person.employments:
        yield from turns_of_span(employment)
    for term in person.terms:
        yield term.valid_from
        yield term.regional_methodist_since


def turns_of_schools(person: StaffMember, organisation: Organisation) -> Iterator[date | None]:
    """The days on which a school the person ever belongs to becomes another (its kind, say)."""
    for code in {term.school for term in person.terms}:
        found = organisation.schools.get(code) if code else None
        if found is not None:
            yield from (day for day, _ in found.versions)


def turns_of_route(route: Route) -> Iterator[date | None]:
    yield route.starts_on
    yield route.approved_on
    yield route.cancelled_on
    for pause in route.pauses:
        yield from turns_of_span(pause.span)


def turns_of_decision(decision: Decision, calendar: WorkCalendar) -> Iterator[date | None]:
    """When it is made, nearly due, overdue, done."""
    yield decision.decided_on
    yield decision.warn_on(calendar)
    yield decision.due_on + _DAY if decision.due_on is not None else None
    yield decision.done_on


def turns_of_dossier(dossier: Dossier, setting: Setting) -> tuple[date, ...]:
    """The days of every dated fact of a person, in order; a fact counts from its local day on."""
    return tuple(sorted({day for day in _turns(dossier, setting) if day is not None}))


def _turns(dossier: Dossier, setting: Setting) -> Iterator[date | None]:
    yield from turns_of_person(dossier.person)
    yield from turns_of_schools(dossier.person, setting.organisation)
    for item in dossier.evidence:
        yield local_day(item.happened_at, setting.zone)
    for record in dossier.handmade:
        yield record.happened_on
        if record.valid_until is not None:
            yield record.valid_until - EXPIRY_NOTICE
            yield record.valid_until + _DAY
    for route in dossier.routes:
        yield from turns_of_route(route)
    for support in dossier.supports:
        yield from turns_of_span(support.span)
    for mentorship in dossier.mentorships:
        yield from turns_of_span(mentorship.span)
    for assessment in dossier.assessments:
        yield assessment.assessed_on
    for colleague in (*dossier.assigned, *dossier.regional_methodists):
        yield from turns_of_person(colleague)
