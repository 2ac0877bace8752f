"""all, any, not: how conditions are put together. They are grammar, not words.

A condition may name a day that is past; it must not hide the later day of its neighbour, so days
are compared only after the moment has dropped those that can change nothing any more.
"""

from collections.abc import Sequence
from datetime import date

from connector.domain.because import Because, Finding
from connector.domain.cases import Case, Moment
from connector.domain.indicators import Condition, Indicator


def all_of(*conditions: Condition) -> Condition:
    """Every condition holds; the reasons are those of the first that does not, else of all."""

    def condition(case: Case, moment: Moment) -> Finding:
        findings = []
        for one in conditions:
            finding = one(case, moment)
            findings.append(finding)
            if not finding.holds:
                # Only what fails now can make the whole hold later, or what held can stop before.
                days = moment.changes(*(f.changes_on for f in findings))
                return Finding(False, finding.because, days)
        return _joined(True, findings, moment)

    return condition


def any_of(*conditions: Condition) -> Condition:
    """At least one holds; the reasons are those of the ones that do, else of all."""

    def condition(case: Case, moment: Moment) -> Finding:
        findings = [one(case, moment) for one in conditions]
        holding = [finding for finding in findings if finding.holds]
        joined = _joined(bool(holding), holding or findings, moment)
        return Finding(
            joined.holds,
            joined.because,
            moment.changes(*(f.changes_on for f in findings)),
            joined.slices,
        )

    return condition


def not_(condition: Condition) -> Condition:
    """The opposite, for the same reasons."""

    def negated(case: Case, moment: Moment) -> Finding:
        finding = condition(case, moment)
        return Finding(not finding.holds, finding.because, finding.changes_on)

    return negated


def achieved_in(indicator: Indicator) -> Condition:
    """Whether the subject is in another indicator's population and achieves it."""

    def condition(case: Case, moment: Moment) -> Finding:
        population = indicator.population(case, moment)
        if not population.holds:
            return population
        achieved = indicator.achieved(case, moment)
        return Finding(
            achieved.holds,
            achieved.because,
            moment.changes(population.changes_on, achieved.changes_on),
        )

    return condition


def in_force(versions: Sequence[tuple[date | None, Condition]]) -> Condition:
    """Of conditions in order of their first day, the one in force on the period's last day: what
    holds from next year on does not rewrite this year (domain 5)."""

    def condition(case: Case, moment: Moment) -> Finding:
        held = versions[0][1]
        for valid_from, one in versions[1:]:
            if valid_from is not None and valid_from <= moment.period.last:
                held = one
        return held(case, moment)

    return condition


def _joined(holds: bool, findings: list[Finding], moment: Moment) -> Finding:
    because: list[Because] = []
    for finding in findings:
        because += [reason for reason in finding.because if reason not in because]
    slices = next((f.slices for f in findings if f.slices is not None), None)
    return Finding(holds, tuple(because), moment.changes(*(f.changes_on for f in findings)), slices)
