"""Indicators: who counts at all, who of them counts, and what was planned (domain 5)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from connector.domain.because import Because, Finding, Judgement, SubjectKind
from connector.domain.cases import Case, Frame, Moment, frame
from connector.domain.periods import PeriodKind

Condition = Callable[[Case, Moment], Finding]
"""A named, documented word of the rule vocabulary with its parameters filled in."""


class IndicatorKind(StrEnum):
    SHARE = "share"
    RATIO = "ratio"
    COUNT = "count"
    PRESENCE = "presence"


@dataclass(frozen=True, slots=True)
class Basis:
    """The document and clause an indicator comes from."""

    document: str
    clause: str


@dataclass(frozen=True, slots=True)
class Plan:
    """From `valid_from` (None: from the beginning) at least `at_least` (0..1), set by `source`."""

    at_least: Fraction
    valid_from: date | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """An indicator's conditions as its rule file writes them, as JSON values: for the passport,
    which says them in words. Nothing is judged by them."""

    population: Any
    achieved: Any


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of one municipality. plans: in order of valid_from.

    population, achieved: conditions; `achieved` is asked only of whom the population holds, except
    for a ratio, whose numerator stands apart from its denominator. looks_at_people: a condition
    about a place looks at the people in it, who must then be loaded with it.
    exclusions, unit, collected: what a passport says besides: who stays outside, in what it is
    counted, how the facts are gathered.
    """

    code: str
    title: str
    subject: SubjectKind
    kind: IndicatorKind
    period: PeriodKind
    population: Condition
    achieved: Condition
    basis: Basis
    plans: tuple[Plan, ...] = ()
    owner: str | None = None
    note: str | None = None
    exclusions: str | None = None
    unit: str | None = None
    collected: str | None = None
    wording: Wording | None = field(default=None, compare=False)
    looks_at_people: bool = False

    def plan_on(self, day: date) -> Plan | None:
        """The plan in force on `day` (for a period: on its last day), None if there is none."""
        held = None
        for plan in self.plans:
            if plan.valid_from is None or plan.valid_from <= day:
                held = plan
        return held


def judge(
    indicator: Indicator, case: Case, moment: Moment, framed: Frame | None = None
) -> Judgement:
    """Judges one subject on its state at `moment.as_of`. Pure.

    framed: the subject on that day, from whoever judges it by many indicators. Raises whatever a
    condition raises; isolating faults is the rulebook's part.
    """
    framed = framed or frame(case, moment.as_of)
    own, turn = framed.slices, framed.turn
    if framed.absent is not None:
        return Judgement(False, False, (framed.absent,), moment.changes(turn), own, own)
    population = indicator.population(case, moment)
    if not population.holds and indicator.kind is not IndicatorKind.RATIO:
        return Judgement(
            False, False, population.because, moment.changes(population.changes_on, turn), own, own
        )
    achieved = indicator.achieved(case, moment)
    return Judgement(
        population.holds,
        achieved.holds,
        _reasons(population, achieved),
        moment.changes(population.changes_on, achieved.changes_on, turn),
        population.slices or own,
        achieved.slices or own,
    )


def _reasons(population: Finding, achieved: Finding) -> tuple[Because, ...]:
    if not population.because:
        return achieved.because
    return population.because + tuple(b for b in achieved.because if b not in population.because)
