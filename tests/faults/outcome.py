"""What a trial showed, and the table of many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

HEADS = ("case", "runs", "acknowledged", "lost", "doubled", "worst recovery, s", "broken")


@dataclass(frozen=True)
class Outcome:
    """acknowledged: deliveries answered 200. lost: of those, not stored or not dealt with in time,
    and notices owed and not told. doubled: stored, counted or told more often than allowed.
    recovery_s: from the end of the trouble until nothing was left to do, on the town's clock.
    broken: a sentence for each invariant that did not hold.
    """

    acknowledged: int
    lost: int
    doubled: int
    recovery_s: float
    broken: Sequence[str] = ()


@dataclass
class Findings:
    lost: int = 0
    doubled: int = 0
    broken: list[str] = field(default_factory=list)

    def found(self, number: int, sentence: str) -> int:
        """Notes the sentence if there is any such thing; the number."""
        if number:
            self.broken.append(f"{number} {sentence}")
        return number


@dataclass
class Row:
    """One case's line."""

    case: str
    outcomes: list[Outcome] = field(default_factory=list)

    def cells(self) -> tuple[str, ...]:
        return (
            self.case,
            str(len(self.outcomes)),
            str(sum(o.acknowledged for o in self.outcomes)),
            str(sum(o.lost for o in self.outcomes)),
            str(sum(o.doubled for o in self.outcomes)),
            f"{max((o.recovery_s for o in self.outcomes), default=0.0):.0f}",
            str(sum(bool(o.broken) for o in self.outcomes)),
        )


def table(rows: Iterable[Row]) -> str:
    """In Markdown, with its columns aligned: to be read in a terminal and in docs."""
    lines = [HEADS, *(row.cells() for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(HEADS))]

    def told(line: Sequence[str]) -> str:
        first, *numbers = (cell for cell in line)
        cells = [
            first.ljust(widths[0]),
            *(n.rjust(w) for n, w in zip(numbers, widths[1:], strict=True)),
        ]
        return f"| {' | '.join(cells)} |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    head, *others = lines
    return "\n".join([told(head), f"| {' | '.join(rule)} |", *map(told, others)])
