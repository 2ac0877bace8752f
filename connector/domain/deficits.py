"""Deficit states of a person's competencies as on a day (domain 3)."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from connector.domain.levels import Level
from connector.domain.proofs import Proof
from connector.domain.results import Result


class DeficitState(StrEnum):
    NONE = "none"
    OPEN = "open"
    ADDRESSED = "addressed"
    CLOSED = "closed"

    @property
    def is_deficit(self) -> bool:
        """Open or addressed: not yet shown to be gone."""
        return self in (DeficitState.OPEN, DeficitState.ADDRESSED)


@dataclass(frozen=True, slots=True)
class Deficit:
    """One competency's state. latest: the result it follows; opened_by: the result that first
    found the deficit that is open now (of an unbroken run below base); addressed_by: its proof."""

    competency: str
    state: DeficitState
    latest: Result
    opened_by: Result | None
    addressed_by: Proof | None


@dataclass(frozen=True, slots=True)
class Measured:
    """One result's word about a competency, and what it follows from.

    opened_by: the first of the unbroken run below base it belongs to, None at base or above.
    ever: whether this or any earlier result was below base.
    """

    day: date
    latest: Result
    opened_by: Result | None
    ever: bool


Timeline = Mapping[str, tuple[Measured, ...]]
"""By competency, every result that measures it, in time order."""


def timeline_of(results: Iterable[Result]) -> Timeline:
    """Whichever quiz, whatever the policy (domain 3). `results` in time order."""
    found: dict[str, list[Measured]] = {}
    for result in results:
        for code, level in result.levels.items():
            held = found.setdefault(code, [])
            before = held[-1] if held else None
            below = level is Level.BELOW_BASE
            opened_by = None
            if below:
                opened_by = (before.opened_by if before else None) or result
            ever = below or (before is not None and before.ever)
            held.append(Measured(result.day, result, opened_by, ever))
    return {code: tuple(measured) for code, measured in sorted(found.items())}


def deficits_on(
    day: date, results: Iterable[Result], covered: Mapping[str, tuple[Proof, ...]]
) -> dict[str, Deficit]:
    """The state of every competency measured by the end of `day`, by code.

    `results` in time order. A state follows the latest final attempt that measures the competency,
    whichever quiz, whatever the policy.
    """
    return deficits_from(day, timeline_of(results), covered)


def deficits_from(
    day: date, timeline: Timeline, covered: Mapping[str, tuple[Proof, ...]]
) -> dict[str, Deficit]:
    """As `deficits_on`, of a timeline that was built before."""
    found: dict[str, Deficit] = {}
    for code, measured in timeline.items():
        upto = bisect_right(measured, day, key=lambda one: one.day)
        if upto:
            found[code] = _deficit(code, measured[upto - 1], covered.get(code, ()), day)
    return found


def _deficit(code: str, last: Measured, proofs: tuple[Proof, ...], day: date) -> Deficit:
    if last.opened_by is None:
        state = DeficitState.CLOSED if last.ever else DeficitState.NONE
        return Deficit(code, state, last.latest, None, None)
    for proof in proofs:
        if proof.at > last.latest.taken_at and proof.day <= day:
            return Deficit(code, DeficitState.ADDRESSED, last.latest, last.opened_by, proof)
    return Deficit(code, DeficitState.OPEN, last.latest, last.opened_by, None)
