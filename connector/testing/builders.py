"""People, evidence and cases in a line each, as rule plugins' tests need them.

Everything happens at noon of a local day. A quiz measures competencies by question category: one
category a competency, 100 points each, so that points are percents.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connector.domain.calendar import WorkCalendar
from connector.domain.cases import StaffCase
from connector.domain.catalogue import Audience, Catalogue, Diagnostic, Programme, Question, Target
from connector.domain.dates import Span
from connector.domain.dossier import Dossier, Setting
from connector.domain.evidence import Evidence, Kind
from connector.domain.facts import (
    ActivityState,
    Attempt,
    CourseCompletion,
    Mark,
    activity_register,
    attempt_register,
    completion_register,
)
from connector.domain.folding import fold
from connector.domain.people import Organisation, Role, StaffMember, StaffTerm
from connector.domain.routes import Route, RouteStep

SOURCE = "moodle"
USER = "1"
MOSCOW = ZoneInfo("Europe/Moscow")


def noon(day: date, zone: tzinfo = MOSCOW) -> datetime:
    """Noon of a local day, in UTC."""
    return datetime.combine(day, time(12), zone).astimezone(UTC)


def staff(
    personnel_no: str = "1",
    *,
    role: str = "teacher",
    school: str | None = "s1",
    subjects: Sequence[str] = (),
    associations: Sequence[str] = (),
    employed: Span | None = None,
    regional_methodist_since: date | None = None,
    regional_methodist: str | None = None,
    **personal: Any,
) -> StaffMember:
    """A person employed for ever, unless `employed` says otherwise; nothing else is known.

    personal: birth_date, teaching_since and whatever else StaffMember takes.
    """
    term = StaffTerm(
        None,
        Role(role),
        school,
        subjects=tuple(subjects),
        associations=tuple(associations),
        regional_methodist_since=regional_methodist_since,
        regional_methodist=regional_methodist,
    )
    return StaffMember(
        personnel_no,
        personal.pop("last_name", "Фамилия"),
        personal.pop("first_name", "Имя"),
        (term,),
        (employed or Span(),),
        **personal,
    )


def attempt(
    on: date,
    percents: Mapping[str, Decimal | int],
    *,
    quiz: str = "diagnostic",
    number: int = 1,
    final: bool = True,
    zone: tzinfo = MOSCOW,
) -> Evidence:
    """A quiz attempt with a percent by competency; its grade is their mean of 100."""
    marks = tuple(
        Mark(slot, Decimal(percent), Decimal(100), category=competency)
        for slot, (competency, percent) in enumerate(percents.items(), 1)
    )
    total = sum((mark.mark or Decimal(0) for mark in marks), Decimal(0))
    at = noon(on, zone)
    body = Attempt(
        quiz_id=quiz,
        quiz_cmid=None,
        quiz_idnumber=quiz,
        quiz_name=None,
        attempt_id=f"{quiz}-{number}",
        number=number,
        state="finished",
        provisional=not final,
        started_at=at,
        finished_at=at,
        grade=total / len(marks) if marks else None,
        max_grade=Decimal(100),
        marks=marks,
    )
    key = attempt_register(SOURCE, body.attempt_id)
    return Evidence(Kind.ATTEMPT, key, SOURCE, USER, at, body.as_body())


def completion(on: date, course: str, zone: tzinfo = MOSCOW) -> Evidence:
    """A course completed on a day."""
    at = noon(on, zone)
    key = f"{completion_register(SOURCE, course, USER)}:{at:%Y-%m-%dT%H:%M:%SZ}"
    body = CourseCompletion(course, course, None).as_body()
    return Evidence(Kind.COMPLETION, key, SOURCE, USER, at, body)


def activity(on: date, cmid: str, state: int = 1, zone: tzinfo = MOSCOW) -> Evidence:
    """An activity's completion state set on a day."""
    key = activity_register(SOURCE, cmid, USER, on.year)
    body = ActivityState(cmid, cmid, None, state).as_body()
    return Evidence(Kind.ACTIVITY, key, SOURCE, USER, noon(on, zone), body)


def route(
    starts_on: date,
    steps: Iterable[RouteStep | Target] = (),
    *,
    number: str = "1",
    personnel_no: str = "1",
    approved: bool = True,
    **decided: Any,
) -> Route:
    """An approved route; bare targets become required steps in order.

    decided: based_on, approved_on, cancelled_on, pauses.
    """
    numbered = tuple(
        step if isinstance(step, RouteStep) else RouteStep(order, step)
        for order, step in enumerate(steps, 1)
    )
    approver = "methodist" if approved else None
    return Route(personnel_no, number, starts_on, approved_by=approver, steps=numbered, **decided)


def programme(course: str, competencies: Iterable[str] = (), **more: Any) -> Programme:
    """A programme for staff in the federal register without an end, unless `more` differs."""
    more.setdefault("register_no", f"R-{course}")
    audience = Audience(more.pop("audience", "staff"))
    return Programme(
        SOURCE,
        course,
        more.pop("title", f"Программа {course}"),
        audience=audience,
        competencies=tuple(competencies),
        **more,
    )


def catalogue(
    quizzes: Mapping[str, Iterable[str]] | None = None, programmes: Iterable[Programme] = ()
) -> Catalogue:
    """quizzes: each with the competencies it measures, by question category."""
    measured = {quiz: tuple(found) for quiz, found in (quizzes or {}).items()}
    return Catalogue(
        programmes=tuple(programmes),
        diagnostics=tuple(Diagnostic(SOURCE, quiz, f"Диагностика {quiz}") for quiz in measured),
        questions=tuple(
            Question(SOURCE, quiz, competency, category=competency)
            for quiz, competencies in measured.items()
            for competency in competencies
        ),
    )


def five_day_calendar(
    first_year: int = 2020, last_year: int = 2035, closed: Iterable[Span] = ()
) -> WorkCalendar:
    """Monday to Friday worked, no holidays: what a test can count in its head."""
    first, last = date(first_year, 1, 1), date(last_year, 12, 31)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return WorkCalendar(first, last, (day for day in days if day.weekday() > 4), closed)


def setting(
    municipality: str = "test",
    *,
    zone: tzinfo = MOSCOW,
    known: Catalogue | None = None,
    organisation: Organisation | None = None,
    **more: Any,
) -> Setting:
    """A municipality's common ground. more: scales, stalls, calendar, registers, peopled."""
    more.setdefault("calendar", five_day_calendar())
    return Setting(municipality, zone, known or Catalogue(), organisation or Organisation(), **more)


def staff_case(dossier: Dossier, ground: Setting) -> StaffCase:
    """A person's case, folded as the connector folds it."""
    return StaffCase(fold(dossier, ground), ground)
