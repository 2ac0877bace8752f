"""Words about a person's attestation and the support before it (todzhinsky, annex 2, III 3.3)."""

from collections.abc import Iterator
from datetime import timedelta

from connector.domain.because import Because, Finding
from connector.domain.cases import Case, Moment, StaffCase
from connector.domain.dates import Span, add_years
from connector.domain.indicators import Condition
from connector.domain.progress import RouteProgress
from connector.domain.words.staff import STAFF, person_of, supports_in
from connector.domain.words.vocabulary import Param, ParamType, Word

_DAY = timedelta(days=1)


def attestation_in_period() -> Condition:
    """On any day of the period, after as_of too: support comes before it."""

    def condition(case: Case, moment: Moment) -> Finding:
        on = person_of(case).attestation_on
        if on is None:
            return Finding(False, (Because("no_attestation"),))
        holds = on in Span(moment.period.first, moment.period.last)
        code = "attestation" if holds else "attestation_elsewhen"
        return Finding(holds, (Because(code, {"on": on.isoformat()}),))

    return condition


def supported_before_attestation(years: int = 1) -> Condition:
    """On some day of so many years before the attestation, up to as_of: a form of support, a
    mentor, an approved route under way, or a programme completed."""

    def condition(case: Case, moment: Moment) -> Finding:
        assert isinstance(case, StaffCase)
        on = case.folded.dossier.person.attestation_on
        if on is None:
            return Finding(False, (Because("no_attestation"),))
        first, last = add_years(on, -years), on - _DAY
        params = {"from": first.isoformat(), "until": last.isoformat()}
        none = (Because("no_support_before_attestation", params),)
        window = Span(first, last).overlap(Span(None, moment.as_of))
        if window is None:
            # A support that is already going on begins to count on the first of these days.
            return Finding(False, none, first)
        because = (
            *supports_in(case.folded.dossier, window),
            *_routes(case, window, moment),
            *_programmes(case, window),
        )
        return Finding(bool(because), because or none)

    return condition


def _routes(case: StaffCase, window: Span, moment: Moment) -> Iterator[Because]:
    for progress in case.folded.routes:
        route = progress.route
        if route.is_approved(moment.as_of) and _is_under_way_in(progress, window):
            params = {"number": route.number, "starts_on": route.starts_on.isoformat()}
            yield Because("route", params)


def _is_under_way_in(progress: RouteProgress, window: Span) -> bool:
    route = progress.route
    first = max(route.starts_on, route.approved_on or route.starts_on)
    ends = [day for day in (progress.completed_on, route.cancelled_on) if day is not None]
    last = min(ends, default=None)
    if last is not None and last < first:
        return False
    return Span(first, last).overlap(window) is not None


def _programmes(case: StaffCase, window: Span) -> Iterator[Because]:
    for completion in case.folded.completions:
        if completion.passed and completion.proof.day in window:
            params = {
                "title": completion.programme.title,
                "on": completion.proof.day.isoformat(),
                "register_no": completion.programme.register_no,
            }
            yield Because("programme", params, (completion.proof.key,))


WORDS = (
    Word(
        "attestation_in_period",
        STAFF,
        "дата аттестации приходится на отчётный период",
        "attestation_in_period: true",
        attestation_in_period,
    ),
    Word(
        "supported_before_attestation",
        STAFF,
        "поддержан до аттестации: форма поддержки, наставник, ИОМ или освоенная программа",
        "supported_before_attestation: 1",
        supported_before_attestation,
        (Param("years", ParamType.INTEGER, "за столько лет до неё", default=1),),
    ),
)
