"""Final attempts → percents and levels by competency (domain 3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from connector.domain.catalogue import Catalogue, Diagnostic, Policy
from connector.domain.dates import Span, local_day
from connector.domain.dossier import Setting
from connector.domain.evidence import Evidence, Kind
from connector.domain.facts import Attempt, rounded_mark
from connector.domain.levels import Level


@dataclass(frozen=True, slots=True)
class Result:
    """One final attempt of a mapped quiz. percents: exact, 0..100, of what was measured.

    overall: over all mapped questions; None where their maximum is 0 (not measured).
    """

    key: str
    source: str
    attempt: Attempt
    diagnostic: Diagnostic
    taken_at: datetime
    day: date
    percents: Mapping[str, Fraction]
    levels: Mapping[str, Level]
    overall: Fraction | None
    overall_level: Level | None

    @property
    def order(self) -> tuple[datetime, str, str, int]:
        """Time order; equal times by source, quiz, attempt number (domain 3)."""
        return (self.taken_at, self.source, self.attempt.quiz_id, self.attempt.number)


def results_of(evidence: Iterable[Evidence], setting: Setting) -> tuple[Result, ...]:
    """Every final result in time order."""
    found = (_result(item, setting) for item in evidence if item.kind is Kind.ATTEMPT)
    return tuple(sorted((r for r in found if r is not None), key=lambda r: r.order))


def _result(item: Evidence, setting: Setting) -> Result | None:
    attempt = Attempt.from_body(item.body)
    diagnostic = setting.catalogue.diagnostic(item.source, attempt)
    if diagnostic is None or not attempt.is_final:
        return None
    percents, overall = _percents(setting.catalogue, item.source, attempt)
    day = local_day(item.happened_at, setting.zone)
    scale = setting.scales.on(day)
    return Result(
        item.key,
        item.source,
        attempt,
        diagnostic,
        item.happened_at,
        day,
        percents,
        {code: scale.level(percent) for code, percent in percents.items()},
        overall,
        None if overall is None else scale.level(overall),
    )


def _percents(
    catalogue: Catalogue, source: str, attempt: Attempt
) -> tuple[dict[str, Fraction], Fraction | None]:
    questions = catalogue.questions_of(source, attempt)
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    total = (Decimal(0), Decimal(0))
    for mark in attempt.marks:
        covered = {question.competency for question in questions if question.covers(mark)}
        if not covered:
            continue
        got, most = rounded_mark(mark.mark), rounded_mark(mark.max_mark)
        total = (total[0] + got, total[1] + most)
        for code in covered:
            held = sums.get(code, (Decimal(0), Decimal(0)))
            sums[code] = (held[0] + got, held[1] + most)
    percents = {
        code: Fraction(got) / Fraction(most) * 100
        for code, (got, most) in sorted(sums.items())
        if most > 0
    }
    overall = Fraction(total[0]) / Fraction(total[1]) * 100 if total[1] > 0 else None
    return percents, overall


def counting_results(results: Iterable[Result], span: Span) -> tuple[Result, ...]:
    """The counting result of every quiz: its policy's pick among the results within `span`."""
    by_quiz: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        if result.day in span and result.overall is not None:
            by_quiz.setdefault((result.source, result.attempt.quiz_id), []).append(result)
    picked = (_pick(sorted(group, key=lambda r: r.order)) for group in by_quiz.values())
    return tuple(sorted(picked, key=lambda r: r.order))


def _pick(group: list[Result]) -> Result:
    match group[0].diagnostic.policy:
        case Policy.FIRST:
            return group[0]
        case Policy.LAST:
            return group[-1]
        case Policy.BEST:
            # max() keeps the first of equals, and the group is in time order: the earlier wins.
            return max(group, key=lambda r: r.overall or Fraction(0))
