"""What is put before an indicator: a subject with everything its judgement may look at."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from connector.domain.because import WHOLE, Because, Slice, SliceKind, SubjectKind
from connector.domain.dossier import Setting
from connector.domain.folding import Folded
from connector.domain.people import Association, Dated, School, StaffMember
from connector.domain.periods import Period
from connector.domain.records import (
    Analysis,
    Decision,
    RoadmapItem,
    Snapshot,
    TeamMembership,
    WorkPlan,
)
from connector.domain.turns import (
    next_turn,
    turns_of_span,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a judgement is made: `as_of` lies within the period or on its last day."""

    period: Period
    as_of: date

    def changes(self, *days: date | None) -> date | None:
        """The earliest of `days` that can still change this judgement.

        A day up to `as_of` is past; a day after the period's end is cut off by it.
        """
        found: date | None = None
        for day in days:
            if day is not None and day > self.as_of and (found is None or day < found):
                found = day
        return found if found is None or found <= self.period.last else None


@dataclass(frozen=True, slots=True)
class Frame:
    """What is the same of a subject on a day, whichever indicator it is judged by.

    absent: why it does not count at all. turn: the next day on which time alone brings another fact
    into play.
    """

    slices: tuple[Slice, ...]
    absent: Because | None
    turn: date | None


def slices_of(person: StaffMember, day: date) -> tuple[Slice, ...]:
    """Where a person counts on `day`: the whole, the school, each association."""
    term = person.at(day)
    return _slices(term.school, term.associations)


@lru_cache(maxsize=4096)
def _slices(school: str | None, associations: tuple[str, ...]) -> tuple[Slice, ...]:
    """Colleagues share them."""
    own = (Slice(SliceKind.SCHOOL, school),) if school else ()
    return (WHOLE, *own, *(Slice(SliceKind.ASSOCIATION, c) for c in sorted(set(associations))))


@dataclass(frozen=True, slots=True)
class StaffCase:
    """A person, folded."""

    folded: Folded
    setting: Setting

    kind = SubjectKind.STAFF

    @property
    def code(self) -> str:
        return self.folded.dossier.person.personnel_no

    def slices(self, day: date) -> tuple[Slice, ...]:
        """The whole, the person's school and each association, as on `day`."""
        return slices_of(self.folded.dossier.person, day)

    def absent(self, day: date) -> Because | None:
        """Why the subject does not count at all on `day`, None if it may."""
        person = self.folded.dossier.person
        return None if person.is_employed(day) else Because("not_employed")

    def next_turn(self, after: date) -> date | None:
        """The next day on which time alone brings another fact into play."""
        turns = self.folded.turns
        at = bisect_right(turns, after)
        return turns[at] if at < len(turns) else None


@dataclass(frozen=True, slots=True)
class TeamCase:
    """A school's management team with its members."""

    school: str
    members: tuple[tuple[TeamMembership, StaffCase], ...]
    setting: Setting

    kind = SubjectKind.TEAM

    @property
    def code(self) -> str:
        return self.school

    def slices(self, day: date) -> tuple[Slice, ...]:
        return (WHOLE, Slice(SliceKind.SCHOOL, self.school))

    def absent(self, day: date) -> Because | None:
        """Why the subject does not count at all on `day`, None if it may."""
        return None

    def next_turn(self, after: date) -> date | None:
        """The next day on which time alone brings another fact into play."""
        days = [day for m, _ in self.members for day in turns_of_span(m.span)]
        days += [case.next_turn(after) for _, case in self.members]
        return next_turn(days, after)


@dataclass(frozen=True, slots=True)
class SchoolCase:
    school: Dated[School]
    setting: Setting

    kind = SubjectKind.SCHOOL

    @property
    def code(self) -> str:
        return self.school.latest.code

    def slices(self, day: date) -> tuple[Slice, ...]:
        return (WHOLE, Slice(SliceKind.SCHOOL, self.code))

    def absent(self, day: date) -> Because | None:
        """Why the subject does not count at all on `day`, None if it may."""
        return None

    def next_turn(self, after: date) -> date | None:
        """The next day on which time alone brings another fact into play."""
        days = [day for day, _ in self.school.versions]
        for _, school in self.school.versions:
            days += [school.mentoring_since, school.internship_since]
        return next_turn(days, after)


@dataclass(frozen=True, slots=True)
class AssociationCase:
    association: Dated[Association]
    roadmap: tuple[RoadmapItem, ...]
    work_plans: tuple[WorkPlan, ...]
    setting: Setting

    kind = SubjectKind.ASSOCIATION

    @property
    def code(self) -> str:
        return self.association.latest.code

    def slices(self, day: date) -> tuple[Slice, ...]:
        return (WHOLE, Slice(SliceKind.ASSOCIATION, self.code))

    def absent(self, day: date) -> Because | None:
        """Why the subject does not count at all on `day`, None if it may."""
        return None

    def next_turn(self, after: date) -> date | None:
        """The next day on which time alone brings another fact into play."""
        days = [day for day, _ in self.association.versions]
        for item in self.roadmap:
            days += [item.started_on, item.done_on]
        days += [plan.published_on for plan in self.work_plans]
        return next_turn(days, after)


@dataclass(frozen=True, slots=True)
class MunicipalityCase:
    snapshots: tuple[Snapshot, ...]
    analyses: tuple[Analysis, ...]
    decisions: tuple[Decision, ...]
    setting: Setting

    kind = SubjectKind.MUNICIPALITY

    @property
    def code(self) -> str:
        return self.setting.municipality

    def slices(self, day: date) -> tuple[Slice, ...]:
        return (WHOLE,)

    def absent(self, day: date) -> Because | None:
        """Why the subject does not count at all on `day`, None if it may."""
        return None

    def next_turn(self, after: date) -> date | None:
        """The next day on which time alone brings another fact into play."""
        days = [snapshot.taken_on for snapshot in self.snapshots]
        days += [analysis.made_on for analysis in self.analyses]
        days += [decision.decided_on for decision in self.decisions]
        return next_turn(days, after)


def frame(case: "Case", day: date) -> Frame:
    """The subject on `day`."""
    return Frame(case.slices(day), case.absent(day), case.next_turn(day))


Case = StaffCase | TeamCase | SchoolCase | AssociationCase | MunicipalityCase
