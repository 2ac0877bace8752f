"""Words about diagnostics, routes and programmes (korolev VI.1–VI.3, kuznetsk 4.1.2)."""

from collections.abc import Iterator

from connector.domain.because import Because, Finding
from connector.domain.cases import Case, Moment, StaffCase
from connector.domain.dates import Span
from connector.domain.indicators import Condition
from connector.domain.levels import Level
from connector.domain.progress import ProgrammeCompletion, RouteProgress
from connector.domain.results import Result, counting_results
from connector.domain.words.staff import STAFF
from connector.domain.words.vocabulary import Param, ParamType, Word


def _case(case: Case) -> StaffCase:
    assert isinstance(case, StaffCase)
    return case


def diagnosed(level: str = "any") -> Condition:
    """A counting result in the period up to as_of, with at least the overall level."""
    wanted = None if level == "any" else Level(level)

    def condition(case: Case, moment: Moment) -> Finding:
        window = Span(moment.period.first, moment.as_of)
        counting = counting_results(_case(case).folded.results, window)
        fitting = [r for r in counting if _reaches(r, wanted)]
        if fitting:
            return Finding(True, tuple(_told("diagnosed", r) for r in fitting))
        if counting:
            return Finding(False, tuple(_told("diagnosed_too_low", r) for r in counting))
        return Finding(False, (Because("not_diagnosed"),))

    return condition


def _reaches(result: Result, wanted: Level | None) -> bool:
    level = result.overall_level
    return wanted is None or (level is not None and level.reaches(wanted))


def _told(code: str, result: Result) -> Because:
    overall = result.overall
    return Because(
        code,
        {
            "title": result.diagnostic.title,
            "on": result.day.isoformat(),
            "level": str(result.overall_level),
            "percent": None if overall is None else float(round(overall, 2)),
        },
        (result.key,),
    )


def _routes(case: StaffCase, moment: Moment, based: bool) -> Iterator[RouteProgress]:
    """Approved, started by as_of, neither completed nor cancelled before the period began."""
    for progress in case.folded.routes:
        route = progress.route
        if not route.is_approved(moment.as_of) or route.starts_on > moment.as_of:
            continue
        if based and not progress.is_based_on_diagnosis:
            continue
        if progress.is_open_after(moment.period.first):
            yield progress


def has_route(based_on_diagnosis: bool = False) -> Condition:
    def condition(case: Case, moment: Moment) -> Finding:
        staff = _case(case)
        routes = tuple(_routes(staff, moment, based_on_diagnosis))
        if routes:
            return Finding(True, tuple(_route("route", r) for r in routes))
        others = [r for r in staff.folded.routes if r.route.starts_on <= moment.as_of]
        if others:
            because = tuple(_route(_why_not(r, moment, based_on_diagnosis), r) for r in others)
            return Finding(False, because)
        return Finding(False, (Because("no_route"),))

    return condition


def _why_not(progress: RouteProgress, moment: Moment, based: bool) -> str:
    if not progress.route.is_approved(moment.as_of):
        return "route_draft"
    if based and not progress.is_based_on_diagnosis:
        return "route_without_diagnosis"
    return "route_closed_earlier"


def _route(code: str, progress: RouteProgress) -> Because:
    route = progress.route
    params = {"number": route.number, "starts_on": route.starts_on.isoformat()}
    return Because(code, params, (progress.based_on,) if progress.based_on else ())


def route_completed(based_on_diagnosis: bool = False) -> Condition:
    def condition(case: Case, moment: Moment) -> Finding:
        routes = tuple(_routes(_case(case), moment, based_on_diagnosis))
        done = [r for r in routes if r.is_completed(moment.as_of)]
        if done:
            return Finding(True, tuple(_completed(r) for r in done))
        return Finding(False, tuple(_unfinished(r, moment) for r in routes))

    return condition


def _completed(progress: RouteProgress) -> Because:
    assert progress.completed_on is not None
    keys = tuple(sorted({s.done.key for s in progress.steps if s.done and s.step.required}))
    params = {"number": progress.route.number, "on": progress.completed_on.isoformat()}
    return Because("route_completed", params, keys)


def _unfinished(progress: RouteProgress, moment: Moment) -> Because:
    required = [s for s in progress.steps if s.step.required]
    done = [s for s in required if s.done is not None and s.done.day <= moment.as_of]
    cancelled = progress.route.is_cancelled(moment.as_of)
    code = "route_cancelled" if cancelled else "route_unfinished"
    params = {"number": progress.route.number, "done": len(done), "required": len(required)}
    return Because(code, params)


def completed_programme(by_diagnosis: bool = False) -> Condition:
    """In the period up to as_of. by_diagnosis: domain 5, "Programme by diagnosis"."""

    def condition(case: Case, moment: Moment) -> Finding:
        staff = _case(case)
        window = Span(moment.period.first, moment.as_of)
        inside = [c for c in staff.folded.completions if c.proof.day in window]
        told = [programme_finding(staff, c, by_diagnosis) for c in inside]
        fitting = tuple(because for holds, because in told if holds)
        if fitting:
            return Finding(True, fitting)
        if told:
            return Finding(False, tuple(because for _, because in told))
        return Finding(False, (Because("no_programme"),))

    return condition


def programme_finding(
    staff: StaffCase, completion: ProgrammeCompletion, by_diagnosis: bool
) -> tuple[bool, Because]:
    """Whether one completion counts, and why; when it happened is not asked."""
    params = {
        "title": completion.programme.title,
        "on": completion.proof.day.isoformat(),
        "register_no": completion.programme.register_no,
    }
    keys = (completion.proof.key,)
    if not completion.is_for_staff:
        return False, Because("programme_not_for_staff", params, keys)
    if not completion.passed:
        return False, Because("programme_final_not_passed", params, keys)
    if not by_diagnosis:
        return True, Because("programme", params, keys)
    if not completion.is_registered:
        return False, Because("programme_not_registered", params, keys)
    competencies = staff.folded.diagnosed_competencies(completion)
    if not competencies:
        return False, Because("programme_without_deficit", params, keys)
    named = [staff.setting.catalogue.competency(code) for code in competencies]
    titles = [competency.title or competency.code for competency in named]
    return True, Because("programme_by_diagnosis", {**params, "competencies": titles}, keys)


_BASED = Param(
    "based_on_diagnosis",
    ParamType.BOOLEAN,
    "true — только маршруты, построенные на результатах диагностики",
    default=False,
)

WORDS = (
    Word(
        "diagnosed",
        STAFF,
        "есть засчитываемый результат диагностики в периоде, общий уровень не ниже указанного",
        "diagnosed: base",
        diagnosed,
        (
            Param(
                "level",
                ParamType.CHOICE,
                "any — любой уровень",
                default="any",
                choices=("any", "below_base", "base", "elevated", "high"),
            ),
        ),
    ),
    Word(
        "has_route",
        STAFF,
        "утверждён и начат ИОМ, не завершённый и не отменённый до начала периода",
        "has_route: {based_on_diagnosis: true}",
        has_route,
        (_BASED,),
    ),
    Word(
        "route_completed",
        STAFF,
        "такой ИОМ завершён к отчётной дате",
        "route_completed: {based_on_diagnosis: true}",
        route_completed,
        (_BASED,),
    ),
    Word(
        "completed_programme",
        STAFF,
        "освоил в периоде программу ДПО; by_diagnosis — из федерального реестра и под дефицит",
        "completed_programme: {by_diagnosis: true}",
        completed_programme,
        (
            Param(
                "by_diagnosis",
                ParamType.BOOLEAN,
                "true — в федеральном реестре на день завершения и закрывает найденный дефицит",
                default=False,
            ),
        ),
    ),
)
