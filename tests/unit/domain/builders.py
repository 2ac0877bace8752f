"""Plain values to test the domain with: a municipality of two competencies and one person."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connector.domain.calendar import WorkCalendar
from connector.domain.cases import Case, Moment, StaffCase
from connector.domain.catalogue import Audience, Catalogue, Diagnostic, Policy, Programme, Question
from connector.domain.dates import Span
from connector.domain.dossier import Dossier, Setting
from connector.domain.evidence import (
    LAST_SEQ,
    Evidence,
    Kind,
    Says,
    Statement,
    Version,
    digest_of,
)
from connector.domain.facts import (
    ActivityState,
    Attempt,
    CourseCompletion,
    Mark,
    activity_register,
    attempt_register,
    completion_register,
)
from connector.domain.folding import Folded, fold
from connector.domain.indicators import Condition
from connector.domain.levels import Scales
from connector.domain.people import Association, Dated, Organisation, Role, School, StaffMember
from connector.domain.people import StaffTerm as Term
from connector.domain.periods import Period, PeriodKind
from connector.domain.routes import Route
from connector.domain.stall_policy import StallPolicy

MOSCOW = ZoneInfo("Europe/Moscow")
VLADIVOSTOK = ZoneInfo("Asia/Vladivostok")
SOURCE = "moodle"
ALWAYS = Span()


def utc(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def noon(day: date) -> datetime:
    """An instant that lies on `day` in Moscow."""
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def so_body(name: str) -> dict[str, Any]:
    return {"said": name}


def said(
    says: Says,
    at: datetime,
    *,
    register: str = "attempt:moodle:1",
    kind: Kind = Kind.ATTEMPT,
    happened_at: datetime | None = None,
    body: Mapping[str, Any] | None = None,
    seq: int = 1,
    event_id: str = "e",
    delivery: int | None = None,
    confirmed: bool = False,
) -> Statement:
    """One statement; its digest is its body's."""
    body = {"said": str(says)} if body is None else body
    version = Version(at, seq, event_id, digest_of(body))
    return Statement(
        kind, register, SOURCE, "5", says, version, happened_at, body, delivery, confirmed
    )


def reading(happened_at: datetime | None, read_at: datetime, **more: Any) -> Statement:
    """What a REST reading of a course completion says: the only one of its year, or none."""
    body = {"found": None if happened_at is None else happened_at.isoformat()}
    return said(
        Says.ONLY,
        read_at,
        register=completion_register(SOURCE, "3", "5"),
        kind=Kind.COMPLETION,
        happened_at=happened_at,
        seq=LAST_SEQ,
        event_id="",
        body=body,
        **more,
    )


def marks(*pairs: tuple[Any, Any]) -> tuple[Mark, ...]:
    """(mark, maximum) by slot; even slots are category `B`, odd ones `A`."""
    return tuple(
        Mark(
            slot,
            None if got is None else Decimal(str(got)),
            Decimal(str(most)),
            "B" if slot % 2 == 0 else "A",
        )
        for slot, (got, most) in enumerate(pairs, 1)
    )


def attempt(
    at: datetime,
    *pairs: tuple[Any, Any],
    quiz: str = "7",
    number: int = 1,
    id: str | None = None,
    state: str = "finished",
    provisional: bool = False,
    idnumber: str | None = None,
    grade: Any = None,
    max_grade: Any = "10",
    source: str = SOURCE,
) -> Evidence:
    """An attempt as it stands in evidence."""
    id = id or f"{quiz}{number:03}"
    fact = Attempt(
        quiz_id=quiz,
        quiz_cmid=None,
        quiz_idnumber=idnumber,
        quiz_name=None,
        attempt_id=id,
        number=number,
        state=state,
        provisional=provisional,
        started_at=None,
        finished_at=at,
        grade=None if grade is None else Decimal(str(grade)),
        max_grade=None if max_grade is None else Decimal(str(max_grade)),
        marks=marks(*pairs),
    )
    key = attempt_register(source, id)
    return Evidence(Kind.ATTEMPT, key, source, "5", at, fact.as_body())


def completion(
    at: datetime, course: str = "3", idnumber: str | None = None, source: str = SOURCE
) -> Evidence:
    key = f"{completion_register(source, course, '5')}:{at:%Y-%m-%dT%H:%M:%SZ}"
    body = CourseCompletion(course, idnumber, None).as_body()
    return Evidence(Kind.COMPLETION, key, source, "5", at, body)


def activity(at: datetime, cmid: str = "90", state: int = 1) -> Evidence:
    key = activity_register(SOURCE, cmid, "5", at.year)
    return Evidence(
        Kind.ACTIVITY, key, SOURCE, "5", at, ActivityState(cmid, None, None, state).as_body()
    )


CATALOGUE = Catalogue(
    programmes=(
        Programme(SOURCE, "3", "Сильная", "R-1", competencies=("A",)),
        Programme(SOURCE, "4", "Команды", "R-2", audience=Audience.TEAMS, competencies=("B",)),
    ),
    diagnostics=(
        Diagnostic(SOURCE, "7", "Входная"),
        Diagnostic(SOURCE, "8", "Вторая", Policy.BEST),
    ),
    questions=(
        Question(SOURCE, "7", "A", slot=1),
        Question(SOURCE, "7", "B", slot=2),
        Question(SOURCE, "8", "A", category="A"),
        Question(SOURCE, "8", "B", category="B"),
    ),
)


def weekends(first: date, last: date) -> Iterable[date]:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return (day for day in days if day.weekday() >= 5)


def calendar(*closed: Span, off: Iterable[date] = ()) -> WorkCalendar:
    """2025 to 2027, weekends off."""
    first, last = date(2025, 1, 1), date(2027, 12, 31)
    return WorkCalendar(first, last, (*weekends(first, last), *off), closed)


CALENDAR = calendar()

ORGANISATION = Organisation(
    {code: Dated(((None, School(code, f"Школа {code}")),)) for code in ("s1", "s2")},
    {code: Dated(((None, Association(code, f"ГМО {code}")),)) for code in ("a1", "a2")},
)


def setting(
    catalogue: Catalogue = CATALOGUE,
    *,
    scales: Scales | None = None,
    zone: ZoneInfo = MOSCOW,
    organisation: Organisation = ORGANISATION,
    work: WorkCalendar = CALENDAR,
    policy: StallPolicy | None = None,
) -> Setting:
    return Setting(
        "korolev",
        zone,
        catalogue,
        organisation,
        work,
        scales or Scales(),
        policy or StallPolicy(),
    )


def person(number: str = "p1", **more: Any) -> StaffMember:
    given: dict[str, Any] = {
        "terms": (Term(None, Role.TEACHER, "s1", associations=("a1",)),),
        "employments": (ALWAYS,),
        **more,
    }
    return StaffMember(number, "Иванова", "Анна", **given)


def route(**more: Any) -> Route:
    given: dict[str, Any] = {
        "starts_on": date(2026, 3, 2),
        "approved_by": "m1",
        "approved_on": None,
        **more,
    }
    return Route("p1", "1", **given)


def folded(*evidence: Evidence, in_: Setting | None = None, **more: Any) -> Folded:
    """A person folded from evidence and whatever else the dossier is given."""
    given: dict[str, Any] = {"person": person(), **more}
    return fold(Dossier(evidence=evidence, **given), in_ or setting())


def local(instant: datetime) -> date:
    """The day of an instant in Moscow, which keeps UTC+3 all year: told without zone rules."""
    return (instant + timedelta(hours=3)).date()


def year(as_of: date, start: int = 2026) -> Moment:
    """A judgement about a calendar year."""
    return Moment(Period(PeriodKind.YEAR, start), as_of)


def case(*evidence: Evidence, in_: Setting | None = None, **more: Any) -> StaffCase:
    """A person put before an indicator."""
    within = in_ or setting()
    return StaffCase(folded(*evidence, in_=within, **more), within)


def holds(condition: Condition, case: Case, moment: Moment) -> tuple[bool, list[str]]:
    """Whether a condition holds, and the codes of its reasons."""
    finding = condition(case, moment)
    return finding.holds, [because.code for because in finding.because]
