"""Percent → level by the municipality's dated scale (domain 3)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction


class Level(StrEnum):
    BELOW_BASE = "below_base"
    BASE = "base"
    ELEVATED = "elevated"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for below base to 3 for high."""
        return list(Level).index(self)

    def reaches(self, other: "Level") -> bool:
        return self.rank >= other.rank


@dataclass(frozen=True, slots=True)
class Scale:
    """Least percents (0..100) of the levels, and the order that set them."""

    high: Fraction = Fraction(85)
    elevated: Fraction = Fraction(70)
    base: Fraction = Fraction(50)
    source: str | None = None

    def level(self, percent: Fraction) -> Level:
        """The level of an exact, unrounded percent."""
        if _reaches(percent, self.high):
            return Level.HIGH
        if _reaches(percent, self.elevated):
            return Level.ELEVATED
        return Level.BASE if _reaches(percent, self.base) else Level.BELOW_BASE


def _reaches(percent: Fraction, least: Fraction) -> bool:
    # The same as >=, several times as fast; a fold compares hundreds of percents.
    return percent.numerator * least.denominator >= least.numerator * percent.denominator


@dataclass(frozen=True, slots=True)
class Scales:
    """A dated parameter: scales in order of their first day; the first one holds before it too."""

    versions: tuple[tuple[date | None, Scale], ...] = ((None, Scale()),)

    def on(self, day: date) -> Scale:
        """The scale in force on the day a result was taken; the result keeps it for ever."""
        held = self.versions[0][1]
        for valid_from, scale in self.versions[1:]:
            if valid_from is not None and valid_from <= day:
                held = scale
        return held
