"""What learning brought: each competency before and after a programme or a route (domain 3).

The last final result before it began is held against the first after it ended. When a course was
begun nobody tells us, so for a programme both are counted from its completion; a result of the very
day on which a route starts is what the route was made from, and lies before it. A route that its
last step, a diagnosis, completes has ended with that very result: all that was to be learnt on it
lies before, so it is the first after.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from connector.domain.folding import Folded
from connector.domain.levels import Level
from connector.domain.progress import ProgrammeCompletion, RouteProgress
from connector.domain.results import Result


class Learning(StrEnum):
    PROGRAMME = "programme"
    ROUTE = "route"


@dataclass(frozen=True, slots=True)
class Effect:
    """One competency measured on both sides; percent exact, 0..100.

    covered: whether the programme or route was meant for it.
    """

    competency: str
    covered: bool
    before: Result
    after: Result

    @property
    def change(self) -> Fraction:
        """Percentage points; negative where it became worse."""
        return self.after.percents[self.competency] - self.before.percents[self.competency]

    @property
    def had_deficit(self) -> bool:
        return self.before.levels[self.competency] is Level.BELOW_BASE

    @property
    def is_closed(self) -> bool:
        """A deficit before, base or above after."""
        return self.had_deficit and self.after.levels[self.competency] is not Level.BELOW_BASE


@dataclass(frozen=True, slots=True)
class Ended:
    """A programme completed or a route gone through, with what it changed; nothing measured, no
    effects. source, code: the programme's source and course; of a route, nothing and its number."""

    kind: Learning
    source: str
    code: str
    on: date
    effects: tuple[Effect, ...]


def ended_by(folded: Folded, day: date) -> tuple[Ended, ...]:
    """All that a person had gone through by the end of `day`, in time order.

    A programme counts once its final assessment was passed, a route once it is completed. Only
    results taken by `day` are looked at.
    """
    results = [result for result in folded.results if result.day <= day]
    found = [
        _programme(one, results)
        for one in folded.completions
        if one.passed and one.proof.day <= day
    ]
    found += [_route(one, results) for one in folded.routes if one.is_completed(day)]
    return tuple(sorted(found, key=lambda one: (one.on, one.kind, one.source, one.code)))


def _programme(completion: ProgrammeCompletion, results: Iterable[Result]) -> Ended:
    programme, proof = completion.programme, completion.proof
    effects = _effects(
        results, lambda one: one.taken_at < proof.at, proof.at, programme.competencies
    )
    return Ended(Learning.PROGRAMME, programme.source, programme.course, proof.day, effects)


def _route(progress: RouteProgress, results: Iterable[Result]) -> Ended:
    assert progress.completed_on is not None
    start = progress.route.starts_on
    done = [one.done for one in progress.steps if one.step.required and one.done]
    ended = max(proof.at for proof in done)
    ending = {proof.key for proof in done if proof.at == ended}
    covered = [code for step in progress.steps for code in step.competencies]
    effects = _effects(results, lambda one: one.day <= start, ended, covered, ending)
    return Ended(Learning.ROUTE, "", progress.route.number, progress.completed_on, effects)


def _effects(
    results: Iterable[Result],
    is_before: Callable[[Result], bool],
    ended: datetime,
    covered: Iterable[str],
    ending: Collection[str] = (),
) -> tuple[Effect, ...]:
    """`results` in time order: the last before and the first after stay. ending: keys of the
    evidence by which it ended."""
    before: dict[str, Result] = {}
    after: dict[str, Result] = {}
    for result in results:
        if is_before(result):
            before |= dict.fromkeys(result.percents, result)
        elif result.taken_at > ended or result.key in ending:
            for code in result.percents:
                after.setdefault(code, result)
    meant = frozenset(covered)
    return tuple(
        Effect(code, code in meant, before[code], after[code])
        for code in sorted(before.keys() & after.keys())
    )
