"""How near somebody is to counting, read off the reasons why they do not count yet.

Only an order is promised, for «до плана не хватает N; ближе всего»: whoever lacks one step stands
before whoever lacks four, a failed final test before no programme at all. It judges nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from heapq import nsmallest
from typing import Any, TypeVar

from connector.domain.because import Because

T = TypeVar("T")

NOT_AT_ALL = Fraction(0)
ALMOST = Fraction(99, 100)
"""Nobody who does not count is as near as 1."""


@dataclass(frozen=True, slots=True)
class Nearness:
    """near: 0 (nothing of it yet) to just below 1; left: steps that are missing, where counted.

    because: the reason that says how near, None where nothing was begun.
    """

    near: Fraction
    left: int = 0
    because: Because | None = None


def _of_steps(done: str, needed: str, least: Fraction, most: Fraction) -> "_Measure":
    """Between the two as steps are done."""

    def measure(params: Mapping[str, Any]) -> Nearness | None:
        made, all_of_them = params.get(done), params.get(needed)
        if not isinstance(made, int) or not isinstance(all_of_them, int) or all_of_them <= 0:
            return None
        part = Fraction(min(max(made, 0), all_of_them), all_of_them)
        return Nearness(least + (most - least) * part, max(all_of_them - made, 0))

    return measure


def _of_percent(params: Mapping[str, Any]) -> Nearness | None:
    percent = params.get("percent")
    if isinstance(percent, bool) or not isinstance(percent, int | float) or not 0 <= percent <= 100:
        return None
    return Nearness(Fraction(percent) / 100)


def _fixed(hundredths: int) -> "_Measure":
    return lambda params: Nearness(Fraction(hundredths, 100))


_Measure = Callable[[Mapping[str, Any]], Nearness | None]

_MEASURES: Mapping[str, _Measure] = {
    "diagnosed_too_low": _of_percent,
    "route_unfinished": _of_steps("done", "required", Fraction(1, 10), ALMOST),
    "route_draft": _fixed(80),
    "route_without_diagnosis": _fixed(60),
    "route_cancelled": _of_steps("done", "required", NOT_AT_ALL, Fraction(1, 10)),
    "route_closed_earlier": _fixed(10),
    "programme_final_not_passed": _fixed(90),
    "programme_without_deficit": _fixed(50),
    "programme_not_registered": _fixed(40),
    "programme_not_for_staff": _fixed(20),
    "team_completed": _of_steps("done", "needed", NOT_AT_ALL, ALMOST),
    "roadmap_not_started": _fixed(60),
    "roadmap_lacks": _fixed(30),
    "deficits_not_covered": _of_steps("covered", "deficits", NOT_AT_ALL, ALMOST),
    "no_quiz_around": _fixed(50),
    "no_recommendation": _fixed(66),
    "no_analysis": _fixed(33),
}
"""Reasons of the core. What a plugin brings is measured by the parameters it gives."""

_COUNTED = (("done", "required"), ("done", "needed"), ("present", "needed"))


def nearness(because: Iterable[Because]) -> Nearness:
    """Of several reasons, the one that brings nearest: of two routes the one further on."""
    best = Nearness(NOT_AT_ALL)
    for one in because:
        found = _measured(one)
        if found is not None and (found.near, -found.left) > (best.near, -best.left):
            best = Nearness(min(found.near, ALMOST), found.left, one)
    return best


def nearest(
    subjects: Iterable[tuple[T, tuple[Because, ...]]], limit: int
) -> list[tuple[T, Nearness]]:
    """The nearest first; who stands equal keeps the order given. Holds `limit` at a time."""
    ranked = (
        (-found.near, found.left, place, subject, found)
        for place, (subject, because) in enumerate(subjects)
        for found in [nearness(because)]
    )
    best = nsmallest(limit, ranked, key=lambda one: one[:3])
    return [(subject, found) for *_, subject, found in best]


def _measured(because: Because) -> Nearness | None:
    measure = _MEASURES.get(because.code)
    if measure is not None:
        return measure(because.params)
    if because.code in _HOLDING:
        return None
    for done, needed in _COUNTED:
        if done in because.params and needed in because.params:
            return _of_steps(done, needed, NOT_AT_ALL, ALMOST)(because.params)
    return _of_percent(because.params) if "percent" in because.params else None


_HOLDING = frozenset({"diagnosed", "route_completed", "programme", "programme_by_diagnosis"})
"""Reasons why somebody counts, which may stand beside those why not."""
