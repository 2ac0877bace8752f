"""Routes and programmes folded from evidence: what was done when (domain 4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from connector.domain.catalogue import Audience, Programme, TargetKind
from connector.domain.dossier import Dossier, Setting
from connector.domain.facts import CompetencyRating
from connector.domain.proofs import Proof, Proofs
from connector.domain.routes import Route, RouteStep


@dataclass(frozen=True, slots=True)
class StepProgress:
    step: RouteStep
    competencies: tuple[str, ...]
    done: Proof | None


@dataclass(frozen=True, slots=True)
class RouteProgress:
    """completed_on: the last of the required steps' days; None while one is open or cancelled."""

    route: Route
    steps: tuple[StepProgress, ...]
    based_on: str | None
    completed_on: date | None

    @property
    def is_based_on_diagnosis(self) -> bool:
        return self.based_on is not None

    def is_completed(self, day: date) -> bool:
        done = self.completed_on
        return done is not None and done <= day and self.route.is_approved(day)

    def is_open_after(self, day: date) -> bool:
        """Neither completed nor cancelled before `day`."""
        completed = self.completed_on is not None and self.completed_on < day
        cancelled = self.route.cancelled_on is not None and self.route.cancelled_on < day
        return not completed and not cancelled

    def is_active(self, day: date) -> bool:
        route = self.route
        return (
            route.is_approved(day)
            and route.starts_on <= day
            and not self.is_completed(day)
            and not route.is_cancelled(day)
        )

    def state(self, day: date) -> str:
        """draft, active, completed or cancelled, as on `day` (domain 4)."""
        if self.is_completed(day):
            return "completed"
        if self.route.is_cancelled(day):
            return "cancelled"
        return "active" if self.route.is_approved(day) else "draft"


@dataclass(frozen=True, slots=True)
class ProgrammeCompletion:
    """A programme's course completed. passed: its final assessment was, by that day (domain 5)."""

    programme: Programme
    proof: Proof
    passed: bool

    @property
    def is_registered(self) -> bool:
        return self.programme.is_registered(self.proof.day)

    @property
    def is_for_staff(self) -> bool:
        return self.programme.audience is Audience.STAFF


def route_progress(
    dossier: Dossier, setting: Setting, proofs: Proofs | None = None
) -> tuple[RouteProgress, ...]:
    """Every route of a person with its steps' proofs, in order of start and number.

    proofs: those of the dossier, if they were read before.
    """
    proofs = proofs or Proofs(dossier, setting)
    routes = sorted(dossier.routes, key=lambda r: (r.starts_on, r.number))
    return tuple(_progress(route, proofs, setting) for route in routes)


def _progress(route: Route, proofs: Proofs, setting: Setting) -> RouteProgress:
    steps = tuple(_step(route, step, proofs, setting) for step in route.steps)
    required = [progress.done for progress in steps if progress.step.required]
    completed_on: date | None = None
    if required and all(required):
        completed_on = max(proof.day for proof in required if proof is not None)
        if route.cancelled_on is not None and route.cancelled_on <= completed_on:
            completed_on = None
    based_on = proofs.diagnosed_with(route.based_on, route.starts_on) if route.based_on else None
    return RouteProgress(route, steps, based_on, completed_on)


def _step(route: Route, step: RouteStep, proofs: Proofs, setting: Setting) -> StepProgress:
    fitting = proofs.meeting(step.target) + proofs.by_hand(route.number, step.order)
    fitting = [proof for proof in fitting if proof.day >= route.starts_on]
    competencies = step.competencies
    if not competencies and step.target.kind is TargetKind.COURSE:
        programme = setting.catalogue.programme_called(step.target.ref)
        competencies = programme.competencies if programme else ()
    done = min(fitting, key=lambda proof: (proof.at, proof.key), default=None)
    return StepProgress(step, competencies, done)


def programme_completions(
    dossier: Dossier, setting: Setting, proofs: Proofs | None = None
) -> tuple[ProgrammeCompletion, ...]:
    """Every completion of a catalogued programme, in time order.

    proofs: those of the dossier, if they were read before.
    """
    proofs = proofs or Proofs(dossier, setting)
    found: list[ProgrammeCompletion] = []
    for proof, item, completion in proofs.completions:
        programme = setting.catalogue.programme(item.source, completion)
        if programme is not None:
            found.append(_completion(programme, proof, proofs))
    for proof, record in proofs.handmade:
        programme = setting.catalogue.programme_called(record.target)
        if record.kind == "programme" and programme is not None:
            found.append(_completion(programme, proof, proofs))
    return tuple(sorted(found, key=lambda c: (c.proof.at, c.proof.key)))


def _completion(programme: Programme, proof: Proof, proofs: Proofs) -> ProgrammeCompletion:
    passed = programme.final is None or any(
        final.day <= proof.day for final in proofs.meeting(programme.final, programme.source)
    )
    return ProgrammeCompletion(programme, proof, passed)


def covered_since(
    completions: Iterable[ProgrammeCompletion],
    routes: Iterable[RouteProgress],
    ratings: Iterable[tuple[Proof, CompetencyRating]] = (),
) -> Mapping[str, tuple[Proof, ...]]:
    """By competency, the proofs of a programme or route step that covers it (domain 3), and of a
    rating in Moodle that calls the person proficient: somebody has looked and found it done. That
    a deficit is gone only a later diagnosis says.
    """
    covered: dict[str, list[Proof]] = {}
    for completion in completions:
        if completion.passed:
            for code in completion.programme.competencies:
                covered.setdefault(code, []).append(completion.proof)
    for route in routes:
        for step in route.steps:
            if step.done is not None:
                for code in step.competencies:
                    covered.setdefault(code, []).append(step.done)
    for proof, rating in ratings:
        if rating.proficient:
            covered.setdefault(rating.code, []).append(proof)
    return {code: tuple(sorted(p, key=lambda x: (x.at, x.key))) for code, p in covered.items()}
