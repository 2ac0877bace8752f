"""What proves that a target was met: evidence of one person, read once (domain 4)."""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from connector.domain.catalogue import Target, TargetKind
from connector.domain.dates import local_day, start_of
from connector.domain.dossier import Dossier, Setting
from connector.domain.evidence import Evidence, Kind
from connector.domain.facts import ActivityState, Attempt, CompetencyRating, CourseCompletion
from connector.domain.records import HandmadeEvidence


@dataclass(frozen=True, slots=True)
class Proof:
    """That a target was met: when, and by which evidence."""

    at: datetime
    day: date
    key: str


class Proofs:
    """Finds what meets a target among one person's evidence; each body is read once.

    attempts, completions, ratings: the evidence of these kinds with what its body says.
    """

    def __init__(self, dossier: Dossier, setting: Setting) -> None:
        self._zone = setting.zone
        self.attempts: list[tuple[Proof, Evidence, Attempt]] = []
        self._activities: list[tuple[Proof, Evidence, ActivityState]] = []
        self.completions: list[tuple[Proof, Evidence, CourseCompletion]] = []
        self.ratings: list[tuple[Proof, CompetencyRating]] = []
        self.handmade: list[tuple[Proof, HandmadeEvidence]] = []
        for item in dossier.evidence:
            proof = Proof(item.happened_at, local_day(item.happened_at, self._zone), item.key)
            match item.kind:
                case Kind.ATTEMPT:
                    self.attempts.append((proof, item, Attempt.from_body(item.body)))
                case Kind.ACTIVITY:
                    self._activities.append((proof, item, ActivityState.from_body(item.body)))
                case Kind.COMPLETION:
                    completion = CourseCompletion.from_body(item.body)
                    self.completions.append((proof, item, completion))
                case Kind.RATING:
                    self.ratings.append((proof, CompetencyRating.from_body(item.body)))
        for record in dossier.handmade:
            at = start_of(record.happened_on, self._zone)
            proof = Proof(at, record.happened_on, f"{Kind.HANDMADE}:{record.id}")
            self.handmade.append((proof, record))

    def meeting(self, target: Target, source: str | None = None) -> list[Proof]:
        """What meets `target`, wherever it happened.

        source: where the target itself belongs, if that is known. Moodle's numbers are a site's
        own, so there a number means a thing of that site; an idnumber means it everywhere.
        """
        match target.kind:
            case TargetKind.COURSE:
                return [p for p, e, c in self.completions if _is_meant(c, target, e, source)] + [
                    p for p, h in self.handmade if h.kind == "programme" and h.target == target.ref
                ]
            case TargetKind.ACTIVITY:
                return [
                    p
                    for p, e, a in self._activities
                    if a.is_complete and _is_meant(a, target, e, source)
                ]
            case TargetKind.QUIZ:
                return [
                    p
                    for p, e, a in self.attempts
                    if _is_meant(a, target, e, source) and _reaches(a, target)
                ]
            case TargetKind.MANUAL:
                return []

    def by_hand(self, number: str, order: int) -> list[Proof]:
        names = (f"{number}/{order}", f"{number}:{order}")
        return [p for p, h in self.handmade if h.kind == "step" and h.target in names]

    def diagnosed_with(self, quiz: str, until: date) -> str | None:
        keys = [
            (p.at, p.key)
            for p, _, a in self.attempts
            if a.is_final and a.is_called(quiz) and p.day <= until
        ]
        return max(keys)[1] if keys else None


def _is_meant(
    fact: Attempt | CourseCompletion | ActivityState,
    target: Target,
    item: Evidence,
    source: str | None,
) -> bool:
    if not fact.is_called(target.ref):
        return False
    if source is None or source == item.source:
        return True
    match fact:
        case Attempt():
            return fact.quiz_idnumber == target.ref
        case CourseCompletion():
            return fact.course_idnumber == target.ref
        case ActivityState():
            return fact.idnumber == target.ref


def _reaches(attempt: Attempt, target: Target) -> bool:
    if not attempt.is_final or attempt.grade is None or not attempt.max_grade:
        return False
    percent = 100 * Fraction(attempt.grade) / Fraction(attempt.max_grade)
    return percent >= Fraction(target.mark or 0)
