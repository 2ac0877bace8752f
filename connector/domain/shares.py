"""Shares, plans and what is missing (domain 5, contract 4). Exact until the very end."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from connector.domain.indicators import IndicatorKind, Plan


@dataclass(frozen=True, slots=True)
class Share:
    """population and achieved of one slice; of a ratio: denominator and numerator."""

    kind: IndicatorKind
    population: int
    achieved: int

    @property
    def exact(self) -> Fraction | None:
        """achieved / population; None for an empty population and for a count."""
        if self.kind is IndicatorKind.COUNT or self.population == 0:
            return None
        return Fraction(self.achieved, self.population)

    @property
    def rounded(self) -> float | None:
        """Rounded half up to 4 places, as the API shows it."""
        if self.kind is IndicatorKind.COUNT or self.population == 0:
            return None
        # In whole numbers, not of a float: 0.00005 must go up. A Fraction takes ten times as long,
        # and a region's page shows thousands of these.
        return (20000 * self.achieved + self.population) // (2 * self.population) / 10000

    def meets(self, plan: Plan) -> bool | None:
        """Compared exactly; None for an empty population (neither met nor missing)."""
        if self.population == 0:
            return None
        return Fraction(self.achieved, self.population) >= plan.at_least

    def missing(self, plan: Plan) -> int | None:
        """max(0, ceil(plan × population) − achieved); None for an empty population."""
        if self.population == 0:
            return None
        return max(0, ceil(plan.at_least * self.population) - self.achieved)


def percent(value: float | Fraction | None) -> str:
    """A share as people read it: `61,5 %`, half up; an em dash where there is none."""
    if value is None:
        return "—"
    # Through its shortest text: 0.2855 as a binary float times 100 lies below 28.55.
    exact = value if isinstance(value, Fraction) else Fraction(str(value))
    tenths = floor(exact * 1000 + Fraction(1, 2))
    return f"{tenths // 10},{tenths % 10} %"
