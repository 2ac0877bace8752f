"""What is owed about a subject, as the core's plugin and the municipality's own have it."""

from dataclasses import dataclass
from datetime import date

from connector.domain.owed import Owed
from connector.domain.proposals import Proposal, ProposedRoute
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


@dataclass(frozen=True, slots=True)
class Proposed:
    """What is proposed for one person. proposal: the core's, None where nothing is open.

    route: the municipality's own where it has one, else the core's; None where there is nothing to
    do. faults: of rules that could not say; the core's stands then. heard: the rules that could.
    """

    proposal: Proposal | None = None
    route: ProposedRoute | None = None
    faults: tuple[RuleFault, ...] = ()
    heard: frozenset[str] = frozenset()
