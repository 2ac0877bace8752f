"""Deficit states of a person's competencies as on a day (domain 3)."""

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


def deficits_on(
    day: date, results: Iterable[Result], covered: Mapping[str, tuple[Proof, ...]]
) -> dict[str, Deficit]:
    """The state of every competency measured by the end of `day`, by code.

    `results` in time order. A state follows the latest final attempt that measures the competency,
    whichever quiz, whatever the policy.
    """
    runs: dict[str, list[Result]] = {}
    ever: set[str] = set()
    latest: dict[str, Result] = {}
    for result in results:
        if result.day > day:
            continue
        for code, level in result.levels.items():
            latest[code] = result
            if level is Level.BELOW_BASE:
                runs.setdefault(code, []).append(result)
                ever.add(code)
            else:
                runs.pop(code, None)
    return {
        code: _deficit(code, result, runs.get(code), code in ever, covered.get(code, ()), day)
        for code, result in sorted(latest.items())
    }


def _deficit(
    code: str,
    latest: Result,
    run: list[Result] | None,
    ever: bool,
    proofs: tuple[Proof, ...],
    day: date,
) -> Deficit:
    if not run:
        state = DeficitState.CLOSED if ever else DeficitState.NONE
        return Deficit(code, state, latest, None, None)
    after = [p for p in proofs if p.at > latest.taken_at and p.day <= day]
    if after:
        return Deficit(code, DeficitState.ADDRESSED, latest, run[0], after[0])
    return Deficit(code, DeficitState.OPEN, latest, run[0], None)
