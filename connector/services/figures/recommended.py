"""Recommendations as their reader gets them: in the document's words, and by which clause."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from connector.domain.indicators import Basis, Indicator
from connector.domain.recommendations import Recommendation, rounds_of
from connector.domain.records import Assessment
from connector.domain.wordings import meant


@dataclass(frozen=True, slots=True)
class Part:
    """What was recommended by one clause; basis None: by one that no rule file says."""

    basis: Basis | None
    recommendations: tuple[Recommendation, ...]


@dataclass(frozen=True, slots=True)
class RecommendedRound:
    year: int
    parts: tuple[Part, ...]

    @property
    def count(self) -> int:
        return sum(len(part.recommendations) for part in self.parts)


def recommended(
    assessments: Iterable[Assessment], indicators: Iterable[Indicator], day: date
) -> tuple[RecommendedRound, ...]:
    """Up to a day, the latest round first, and in it the clause of the latest."""
    asked = [(one.basis, criteria) for one in indicators for criteria in _criteria(one)]
    found = []
    for one in rounds_of(assessments, day):
        parts: dict[Basis | None, list[Recommendation]] = {}
        for recommendation in one.recommendations:
            worded, basis = _in_words(recommendation, asked)
            parts.setdefault(basis, []).append(worded)
        told = (Part(basis, tuple(all_)) for basis, all_ in parts.items())
        found.append(RecommendedRound(one.year, tuple(told)))
    return tuple(found)


def _in_words(
    recommendation: Recommendation, asked: Sequence[tuple[Basis, tuple[str, ...]]]
) -> tuple[Recommendation, Basis | None]:
    for basis, criteria in asked:
        criterion = meant(recommendation.criterion, criteria)
        if criterion is not None:
            return replace(recommendation, criterion=criterion), basis
    return recommendation, None


def _criteria(indicator: Indicator) -> Iterator[tuple[str, ...]]:
    if indicator.wording is not None:
        yield from _asked_in(indicator.wording.population)
        yield from _asked_in(indicator.wording.achieved)


def _asked_in(condition: Any) -> Iterator[tuple[str, ...]]:
    match condition:
        case {"assessed_on_all": {"criteria": [*criteria]} | [*criteria]}:
            yield tuple(map(str, criteria))
        case {"all": [*parts]} | {"any": [*parts]}:
            for part in parts:
                yield from _asked_in(part)
        case {"not": inner}:
            yield from _asked_in(inner)
