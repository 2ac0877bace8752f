"""Cases of places: schools, associations, the municipality itself."""

from dataclasses import dataclass
from datetime import date

from connector.domain.because import Because, Slice, SubjectKind
from connector.domain.dossier import Setting
from connector.domain.people import Association, Dated, School
from connector.domain.records import (
    Analysis,
    Decision,
    Meeting,
    RoadmapItem,
    Snapshot,
    WorkPlan,
)
from connector.domain.slices import WHOLE_ONLY, places
from connector.domain.staff_cases import StaffCase
from connector.domain.turns import next_turn, turns_of_decision


@dataclass(frozen=True, slots=True)
class SchoolCase:
    """people: whoever ever worked there, where the rules look at them (`Setting.peopled`).

    analyses: of this school. snapshots: those of the municipality that tell of this school.
    """

    school: Dated[School]
    setting: Setting
    analyses: tuple[Analysis, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    people: tuple[StaffCase, ...] = ()

    kind = SubjectKind.SCHOOL

    @property
    def code(self) -> str:
        return self.school.latest.code

    def slices(self, day: date) -> tuple[Slice, ...]:
        return places(self.code)

    def absent(self, day: date) -> Because | None:
        """Why the subject does not count at all on `day`, None if it may."""
        return None

    def next_turn(self, after: date) -> date | None:
        """The next day on which time alone brings another fact into play."""
        days = [day for day, _ in self.school.versions]
        for _, school in self.school.versions:
            days += [school.mentoring_since, school.internship_since]
        days += [analysis.made_on for analysis in self.analyses]
        days += [snapshot.taken_on for snapshot in self.snapshots]
        days += [person.next_turn(after) for person in self.people]
        return next_turn(days, after)


@dataclass(frozen=True, slots=True)
class AssociationCase:
    """meetings: its own and those of the associations it ever belonged to (`parent`).

    people: whoever was ever a member, where the rules look at them (`Setting.peopled`).
    """

    association: Dated[Association]
    roadmap: tuple[RoadmapItem, ...]
    work_plans: tuple[WorkPlan, ...]
    setting: Setting
    meetings: tuple[Meeting, ...] = ()
    analyses: tuple[Analysis, ...] = ()
    people: tuple[StaffCase, ...] = ()

    kind = SubjectKind.ASSOCIATION

    @property
    def code(self) -> str:
        return self.association.latest.code

    def slices(self, day: date) -> tuple[Slice, ...]:
        return places(None, (self.code,))

    def absent(self, day: date) -> Because | None:
        """Why the subject does not count at all on `day`, None if it may."""
        return None

    def next_turn(self, after: date) -> date | None:
        """The next day on which time alone brings another fact into play."""
        days = [day for day, _ in self.association.versions]
        for item in self.roadmap:
            days += [item.started_on, item.done_on]
        days += [plan.published_on for plan in self.work_plans]
        days += [meeting.held_on for meeting in self.meetings]
        days += [analysis.made_on for analysis in self.analyses]
        days += [person.next_turn(after) for person in self.people]
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
        return WHOLE_ONLY

    def absent(self, day: date) -> Because | None:
        """Why the subject does not count at all on `day`, None if it may."""
        return None

    def next_turn(self, after: date) -> date | None:
        """The next day on which time alone brings another fact into play."""
        days: list[date | None] = [snapshot.taken_on for snapshot in self.snapshots]
        days += [analysis.made_on for analysis in self.analyses]
        for decision in self.decisions:
            days += turns_of_decision(decision, self.setting.calendar)
        return next_turn(days, after)
