"""Routes and programmes folded from evidence: what was done when (domain 4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from connector.domain.catalogue import Audience, Programme, Target, TargetKind
from connector.domain.dates import local_day, start_of
from connector.domain.dossier import Dossier, Setting
from connector.domain.evidence import Evidence, Kind
from connector.domain.facts import ActivityState, Attempt, CourseCompletion
from connector.domain.records import HandmadeEvidence
from connector.domain.routes import Route, RouteStep


@dataclass(frozen=True, slots=True)
class Proof:
    """That a target was met: when, and by which evidence."""

    at: datetime
    day: date
    key: str


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


class _Proofs:
    """Finds what meets a target among one person's evidence."""

    def __init__(self, dossier: Dossier, setting: Setting) -> None:
        self._zone = setting.zone
        self._attempts: list[tuple[Proof, Attempt]] = []
        self._activities: list[tuple[Proof, ActivityState]] = []
        self.completions: list[tuple[Proof, Evidence, CourseCompletion]] = []
        self.handmade: list[tuple[Proof, HandmadeEvidence]] = []
        for item in dossier.evidence:
            proof = Proof(item.happened_at, local_day(item.happened_at, self._zone), item.key)
            match item.kind:
                case Kind.ATTEMPT:
                    self._attempts.append((proof, Attempt.from_body(item.body)))
                case Kind.ACTIVITY:
                    self._activities.append((proof, ActivityState.from_body(item.body)))
                case Kind.COMPLETION:
                    completion = CourseCompletion.from_body(item.body)
                    self.completions.append((proof, item, completion))
        for record in dossier.handmade:
            at = start_of(record.happened_on, self._zone)
            proof = Proof(at, record.happened_on, f"{Kind.HANDMADE}:{record.id}")
            self.handmade.append((proof, record))

    def meeting(self, target: Target) -> list[Proof]:
        match target.kind:
            case TargetKind.COURSE:
                return [p for p, _, c in self.completions if c.is_called(target.ref)] + [
                    p for p, h in self.handmade if h.kind == "programme" and h.target == target.ref
                ]
            case TargetKind.ACTIVITY:
                return [p for p, a in self._activities if a.is_complete and a.is_called(target.ref)]
            case TargetKind.QUIZ:
                return [p for p, a in self._attempts if _reaches(a, target)]
            case TargetKind.MANUAL:
                return []

    def by_hand(self, number: str, order: int) -> list[Proof]:
        names = (f"{number}/{order}", f"{number}:{order}")
        return [p for p, h in self.handmade if h.kind == "step" and h.target in names]

    def diagnosed_with(self, quiz: str, until: date) -> str | None:
        keys = [
            (p.at, p.key)
            for p, a in self._attempts
            if a.is_final and a.is_called(quiz) and p.day <= until
        ]
        return max(keys)[1] if keys else None


def _reaches(attempt: Attempt, target: Target) -> bool:
    if not attempt.is_final or not attempt.is_called(target.ref):
        return False
    if attempt.grade is None or not attempt.max_grade:
        return False
    percent = 100 * Fraction(attempt.grade) / Fraction(attempt.max_grade)
    return percent >= Fraction(target.mark or 0)


def route_progress(dossier: Dossier, setting: Setting) -> tuple[RouteProgress, ...]:
    """Every route of a person with its steps' proofs, in order of start and number."""
    proofs = _Proofs(dossier, setting)
    routes = sorted(dossier.routes, key=lambda r: (r.starts_on, r.number))
    return tuple(_progress(route, proofs, setting) for route in routes)


def _progress(route: Route, proofs: _Proofs, setting: Setting) -> RouteProgress:
    steps = tuple(_step(route, step, proofs, setting) for step in route.steps)
    required = [progress.done for progress in steps if progress.step.required]
    completed_on: date | None = None
    if required and all(required):
        completed_on = max(proof.day for proof in required if proof is not None)
        if route.cancelled_on is not None and route.cancelled_on <= completed_on:
            completed_on = None
    based_on = proofs.diagnosed_with(route.based_on, route.starts_on) if route.based_on else None
    return RouteProgress(route, steps, based_on, completed_on)


def _step(route: Route, step: RouteStep, proofs: _Proofs, setting: Setting) -> StepProgress:
    fitting = proofs.meeting(step.target) + proofs.by_hand(route.number, step.order)
    fitting = [proof for proof in fitting if proof.day >= route.starts_on]
    competencies = step.competencies
    if not competencies and step.target.kind is TargetKind.COURSE:
        programme = setting.catalogue.programme_called(step.target.ref)
        competencies = programme.competencies if programme else ()
    done = min(fitting, key=lambda proof: (proof.at, proof.key), default=None)
    return StepProgress(step, competencies, done)


def programme_completions(dossier: Dossier, setting: Setting) -> tuple[ProgrammeCompletion, ...]:
    """Every completion of a catalogued programme, in time order."""
    proofs = _Proofs(dossier, setting)
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


def _completion(programme: Programme, proof: Proof, proofs: _Proofs) -> ProgrammeCompletion:
    passed = programme.final is None or any(
        final.day <= proof.day for final in proofs.meeting(programme.final)
    )
    return ProgrammeCompletion(programme, proof, passed)


def covered_since(
    completions: Iterable[ProgrammeCompletion], routes: Iterable[RouteProgress]
) -> Mapping[str, tuple[Proof, ...]]:
    """By competency, the proofs of a programme or route step that covers it (domain 3)."""
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
    return {code: tuple(sorted(p, key=lambda x: (x.at, x.key))) for code, p in covered.items()}
