"""What becomes of a proposal, given what was proposed before: pure.

Once for each diagnosis result; never over what a methodist has edited; a draft that nobody touched
follows the newest result (issue: drafts).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from connector.domain.proposals import ProposedRoute
from connector.rulebook.answers import Proposed


class Act(StrEnum):
    """`create`, `renew` the untouched draft, `keep` it as it is, `withdraw` it; `hold`: say that
    there is a newer result than the edited draft has; `tell`: that nothing covers the deficits."""

    NOTHING = "nothing"
    CREATE = "create"
    RENEW = "renew"
    KEEP = "keep"
    WITHDRAW = "withdraw"
    HOLD = "hold"
    TELL = "tell"


@dataclass(frozen=True, slots=True)
class Untouched:
    """A draft of ours that is as it was written."""

    number: str
    result: str
    version: str
    route: ProposedRoute


@dataclass(frozen=True, slots=True)
class Standing:
    """states: of the person's results that were proposed for. edited: the number of a draft of ours
    that somebody has changed, and nobody approved yet."""

    states: Mapping[str, str] = field(default_factory=dict)
    untouched: Untouched | None = None
    edited: str | None = None


_BLOCKING = frozenset({"proposed", "held", "dismissed"})
"""A result in these states has had its draft: approved since, edited, taken back, or refused."""


def decide(proposed: Proposed, standing: Standing, today: date) -> Act:
    """What is to be done about a person."""
    proposal, mine = proposed.proposal, standing.untouched
    if proposal is None:
        return Act.WITHDRAW if mine is not None else Act.NOTHING
    state = standing.states.get(proposal.result)
    if state == "dismissed":
        return Act.NOTHING
    if proposed.route is None:
        if mine is not None:
            return Act.WITHDRAW
        return Act.NOTHING if state in (*_BLOCKING, "uncovered") else Act.TELL
    if mine is not None:
        is_same = mine.result == proposal.result and mine.route.is_alike(proposed.route)
        return Act.KEEP if is_same and mine.route.starts_on >= today else Act.RENEW
    if state in _BLOCKING:
        return Act.NOTHING
    return Act.HOLD if standing.edited is not None else Act.CREATE
