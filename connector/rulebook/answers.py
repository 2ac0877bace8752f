"""What is owed about a subject, as the core's plugin and the municipality's own have it."""

from dataclasses import dataclass
from datetime import date

from connector.domain.owed import Owed
from connector.rulebook.faults import RuleFault


@dataclass(frozen=True, slots=True)
class Answer:
    """owed: sorted by key. turn: the next day on which time alone could change it.

    faults: of the rules that could not say; heard: the rules that could. is_whole: everybody was
    heard. Where it is not, the absence of a notice from `owed` proves nothing.
    """

    owed: tuple[Owed, ...] = ()
    turn: date | None = None
    faults: tuple[RuleFault, ...] = ()
    heard: frozenset[str] = frozenset()
    is_whole: bool = True
