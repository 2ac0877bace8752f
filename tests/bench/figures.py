"""What a row of the table consists of, and the arithmetic of its ratios."""

import json
import operator
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from statistics import median
from typing import Any

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "≥": operator.ge,
    "≤": operator.le,
    "=": operator.eq,
}


@dataclass(frozen=True)
class Spread:
    """The middle of several measurements, and how far they lie apart."""

    least: float
    lower: float
    middle: float
    upper: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Quartiles by the nearest rank. Raises ValueError for nothing measured."""
        if not values:
            raise ValueError("nothing was measured")
        found = sorted(values)
        return cls(found[0], percentile(found, 25), median(found), percentile(found, 75), found[-1])


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest rank: a value that was measured, none between two."""
    found = sorted(values)
    rank = -(-len(found) * percent // 100)
    return found[max(int(rank), 1) - 1]


@dataclass(frozen=True)
class Goal:
    """What issue and table ask of one figure; compared exactly, rounded only when shown."""

    comparison: str
    value: float
    unit: str = "×"

    def is_reached(self, measured: float) -> bool:
        return COMPARISONS[self.comparison](measured, self.value)


@dataclass(frozen=True)
class Check:
    """One figure that is judged. what: in a few words, as the table shows it."""

    what: str
    measured: float
    goal: Goal

    @property
    def is_reached(self) -> bool:
        return self.goal.is_reached(self.measured)


@dataclass(frozen=True)
class Pair:
    """One turn: ours, then the baseline's, seconds apart. Both in the row's unit."""

    ours: float
    baseline: float

    @property
    def ratio(self) -> float:
        return self.ours / self.baseline


@dataclass
class Result:
    """One measured row.

    pairs: turn by turn; ratio_is: what ours / baseline means. absolute: reported, not judged.
    values: figures that docs/capacity.md reckons with. series: what a picture over time shows.
    where: shares (0..1) of the time by group of functions or by process. notes: what a reader must
    know to read the figures rightly. missing: why the row could not be measured here; then nothing
    else is filled in.
    """

    name: str
    title: str
    baseline: str
    unit: str = ""
    pairs: list[Pair] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    absolute: dict[str, str] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    series: dict[str, list[float]] = field(default_factory=dict)
    where: dict[str, dict[str, float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    missing: str = ""
    is_quick: bool = False
    took_s: float = 0.0
    measured_at: str = ""
    revision: str = ""

    @property
    def ratios(self) -> Spread | None:
        return Spread.of([pair.ratio for pair in self.pairs]) if self.pairs else None

    @property
    def is_reached(self) -> bool | None:
        """None: nothing was measured."""
        return all(check.is_reached for check in self.checks) if self.checks else None

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / f"{self.name}.json").write_text(text, encoding="utf-8")


def load(path: Path) -> Result:
    """A saved result."""
    saved: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    known = {one.name for one in fields(Result)}
    saved = {name: value for name, value in saved.items() if name in known}
    saved["pairs"] = [Pair(**one) for one in saved["pairs"]]
    saved["checks"] = [
        Check(one["what"], one["measured"], Goal(**one["goal"])) for one in saved["checks"]
    ]
    return Result(**saved)
