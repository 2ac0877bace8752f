"""The fold: a dossier becomes results, completions and route progress; asked as of any day.

Nothing here depends on the day of asking. `as_of` cuts by the day things happened (domain 5), so
one fold answers for every day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from connector.domain.deficits import (
    Deficit,
    Timeline,
    deficits_from,
    timeline_of,
)
from connector.domain.dossier import Dossier, Setting
from connector.domain.facts import CompetencyRating
from connector.domain.progress import (
    ProgrammeCompletion,
    RouteProgress,
    covered_since,
    programme_completions,
    route_progress,
)
from connector.domain.proofs import Proof, Proofs
from connector.domain.results import Result, results_from
from connector.domain.turns import turns_of_dossier


@dataclass(frozen=True, slots=True)
class Folded:
    """One person, folded. turns: the days on which a dated fact comes into play, in order.

    ratings: what the person was rated in Moodle, in time order.
    """

    dossier: Dossier
    results: tuple[Result, ...]
    completions: tuple[ProgrammeCompletion, ...]
    routes: tuple[RouteProgress, ...]
    covered: Mapping[str, tuple[Proof, ...]]
    timeline: Timeline
    turns: tuple[date, ...]
    ratings: tuple[tuple[Proof, CompetencyRating], ...] = ()

    def deficits(self, day: date) -> dict[str, Deficit]:
        """By competency, as at the end of `day`."""
        return deficits_from(day, self.timeline, self.covered)

    def diagnosed_competencies(self, completion: ProgrammeCompletion) -> tuple[str, ...]:
        """What made a completed programme one "by diagnosis": the competencies it covers whose
        deficit was open or addressed at the end of the day before (domain 5)."""
        before = self.deficits(completion.proof.day - timedelta(days=1))
        return tuple(
            code
            for code in completion.programme.competencies
            if code in before and before[code].state.is_deficit
        )


def fold(dossier: Dossier, setting: Setting) -> Folded:
    """Folds one person. Pure; the same inputs give the same value."""
    proofs = Proofs(dossier, setting)
    completions = programme_completions(dossier, setting, proofs)
    routes = route_progress(dossier, setting, proofs)
    results = results_from(((item, attempt) for _, item, attempt in proofs.attempts), setting)
    return Folded(
        dossier,
        results,
        completions,
        routes,
        covered_since(completions, routes, proofs.ratings),
        timeline_of(results),
        turns_of_dossier(dossier, setting),
        tuple(sorted(proofs.ratings, key=lambda rated: (rated[0].at, rated[0].key))),
    )
