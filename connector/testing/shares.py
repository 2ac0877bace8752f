"""Shares counted in full over a handful of cases, to hold against sums worked out by hand."""

from collections.abc import Iterable
from datetime import date

from connector.domain.because import WHOLE, Slice
from connector.domain.cases import Case, Moment
from connector.domain.indicators import Indicator, judge
from connector.domain.periods import Period, parse_period
from connector.domain.shares import Share


def moment(period: str, as_of: date | None = None) -> Moment:
    """`2026` or `2026/2027`, judged on `as_of`, by default on the period's last day."""
    parsed: Period = parse_period(period)
    return Moment(parsed, parsed.as_of(as_of or parsed.last))


def counted(
    indicator: Indicator, cases: Iterable[Case], when: Moment, where: Slice = WHOLE
) -> Share:
    """The share of a slice, from the judgements of all cases of the indicator's subject."""
    population = achieved = 0
    for case in cases:
        if case.kind is not indicator.subject:
            continue
        judgement = judge(indicator, case, when)
        population += judgement.in_population and where in judgement.population_slices
        achieved += judgement.achieved and where in judgement.achieved_slices
    return Share(indicator.kind, population, achieved)
