"""Final attempts → percents and levels by competency (domain 3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from connector.domain.catalogue import Catalogue, Diagnostic, Policy
from connector.domain.dates import Span, local_day
from connector.domain.dossier import Setting
from connector.domain.evidence import Evidence, Kind
from connector.domain.facts import Attempt
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
    def order(self) -> tuple[datetime, str, str, int, str]:
        """Time order; equal times by source, quiz, attempt number (domain 3).

        Two accounts of one person at one site can have all of that alike: the key decides.
        """
        return (self.taken_at, self.source, self.attempt.quiz_id, self.attempt.number, self.key)


def results_of(evidence: Iterable[Evidence], setting: Setting) -> tuple[Result, ...]:
    """Every final result in time order."""
    attempts = (
        (item, Attempt.from_body(item.body)) for item in evidence if item.kind is Kind.ATTEMPT
    )
    return results_from(attempts, setting)


def results_from(
    attempts: Iterable[tuple[Evidence, Attempt]], setting: Setting
) -> tuple[Result, ...]:
    """As `results_of`, of evidence whose bodies were read before."""
    found = (_result(item, attempt, setting) for item, attempt in attempts)
    return tuple(sorted((r for r in found if r is not None), key=lambda r: r.order))


def _result(item: Evidence, attempt: Attempt, setting: Setting) -> Result | None:
    if not attempt.is_final:
        return None
    diagnostic = setting.catalogue.diagnostic(item.source, attempt)
    if diagnostic is None:
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
    measured = catalogue.measured_by(source, attempt)
    sums: dict[str, tuple[int, int]] = {}
    total_got = total_most = 0
    for mark in attempt.marks:
        covered = measured.competencies(mark)
        if not covered:
            continue
        got, most = mark.hundredths
        total_got, total_most = total_got + got, total_most + most
        for code in covered:
            held = sums.get(code, (0, 0))
            sums[code] = (held[0] + got, held[1] + most)
    percents = {
        code: Fraction(100 * got, most) for code, (got, most) in sorted(sums.items()) if most > 0
    }
    overall = Fraction(100 * total_got, total_most) if total_most > 0 else None
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
