"""Effect over a municipality: which programmes and routes close which deficits (domain 3, Effect).

Summed from what each person's last fold left behind, so nobody is folded anew for it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.catalogue import Catalogue
from connector.domain.effects import Learning
from connector.models import Subject
from connector.services.access.visibility import SMALLEST_SLICE, Sight


@dataclass(slots=True)
class EffectFigure:
    """What one programme, or routes as a whole, did for one competency.

    measured: cases with a result on both sides. before, after: their average percent, 0..100.
    deficits: how many of them had one before; closed: how many of these have none after. hidden:
    too few people to show to those who may not see them all (domain 7); the figures are 0 then.
    few: so is who had a deficit alone; deficits and closed are 0 then.
    """

    competency: str
    covered: bool
    measured: int = 0
    before: float = 0.0
    after: float = 0.0
    deficits: int = 0
    closed: int = 0
    hidden: bool = False
    few: bool = False
    people: set[str] = field(default_factory=set, repr=False)
    needy: set[str] = field(default_factory=set, repr=False)

    @property
    def change(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class LearningFigure:
    """One programme, or all routes of the municipality. ended: how many times it was gone through;
    measured: how many of these times anything was measured before and after."""

    kind: Learning
    source: str
    code: str
    title: str
    ended: int
    measured: int
    effects: tuple[EffectFigure, ...]


@dataclass(frozen=True, slots=True)
class HelpFigure:
    """For one competency: whatever closed deficits in it, the most effective first."""

    competency: str
    helps: tuple[tuple[LearningFigure, EffectFigure], ...]


class EffectService:
    """Takes a session, only reads."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(
        self, municipality: str, catalogue: Catalogue, sight: Sight, year: int | None = None
    ) -> list[LearningFigure]:
        """By title, routes first. year: only what ended in that calendar year, local days."""
        found: dict[tuple[str, str, str], _Sum] = {}
        for person, one in self._ended(municipality):
            if year is not None and not one["on"].startswith(f"{year:04}-"):
                continue
            # Every route is somebody's own: what they do is asked of all of them together.
            is_route = one["kind"] == Learning.ROUTE
            key = (one["kind"], one["source"], "" if is_route else one["code"])
            found.setdefault(key, _Sum()).add(person, one["effects"])
        figures = [
            LearningFigure(
                Learning(kind), source, code, _title(catalogue, source, code), *sums.told(sight)
            )
            for (kind, source, code), sums in found.items()
        ]
        return sorted(figures, key=lambda f: (f.kind is not Learning.ROUTE, f.title, f.code))

    def _ended(self, municipality: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        rows = self._session.execute(
            select(Subject.code, Subject.state["ended"])
            .where(Subject.municipality == municipality, Subject.kind == "staff")
            .order_by(Subject.code)
        )
        for person, ended in rows:
            for one in ended or ():
                yield person, one


def helps_by_competency(figures: Iterable[LearningFigure]) -> list[HelpFigure]:
    """By competency code; only what was meant for it and met a deficit that was measured again."""
    found: dict[str, list[tuple[LearningFigure, EffectFigure]]] = defaultdict(list)
    for figure in figures:
        for effect in figure.effects:
            if effect.covered and effect.deficits and not effect.hidden:
                found[effect.competency].append((figure, effect))
    return [
        HelpFigure(code, tuple(sorted(helps, key=lambda h: _rank(h[1]), reverse=True)))
        for code, helps in sorted(found.items())
    ]


def _rank(effect: EffectFigure) -> tuple[float, int]:
    return effect.closed / effect.deficits, effect.closed


def _title(catalogue: Catalogue, source: str, code: str) -> str:
    titles = (p.title for p in catalogue.programmes if (p.source, p.course) == (source, code))
    return next(titles, code)


class _Sum:
    """Sums of one programme, or of all routes."""

    def __init__(self) -> None:
        self.ended = 0
        self.measured = 0
        self.effects: dict[str, EffectFigure] = {}

    def add(self, person: str, effects: Mapping[str, Any]) -> None:
        self.ended += 1
        self.measured += bool(effects)
        for code, (before, after, deficit, closed, covered) in effects.items():
            figure = self.effects.setdefault(code, EffectFigure(code, covered))
            figure.measured += 1
            figure.before += before
            figure.after += after
            figure.deficits += deficit
            figure.closed += closed
            # One route may be meant for what another only touched.
            figure.covered = figure.covered or covered
            figure.people.add(person)
            if deficit:
                figure.needy.add(person)

    def told(self, sight: Sight) -> tuple[int, int, tuple[EffectFigure, ...]]:
        told = []
        for code in sorted(self.effects, key=lambda c: (not self.effects[c].covered, c)):
            figure = self.effects[code]
            if sight.people is not None and len(figure.people) < SMALLEST_SLICE:
                told.append(EffectFigure(code, figure.covered, hidden=True))
                continue
            if sight.people is not None and 0 < len(figure.needy) < SMALLEST_SLICE:
                figure.few, figure.deficits, figure.closed = True, 0, 0
            figure.before /= figure.measured
            figure.after /= figure.measured
            told.append(figure)
        return self.ended, self.measured, tuple(told)
