"""Cases of people: one, a team of them, and what is counted piece by piece."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

from connector.domain.because import Because, Slice, SubjectKind
from connector.domain.dossier import Setting
from connector.domain.folding import Folded
from connector.domain.progress import ProgrammeCompletion, RouteProgress
from connector.domain.records import TeamMembership
from connector.domain.slices import places, slices_of
from connector.domain.turns import next_turn, turns_of_span


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
        return places(self.school)

    def absent(self, day: date) -> Because | None:
        """Why the subject does not count at all on `day`, None if it may."""
        return None

    def next_turn(self, after: date) -> date | None:
        """The next day on which time alone brings another fact into play."""
        days = [day for m, _ in self.members for day in turns_of_span(m.span)]
        days += [case.next_turn(after) for _, case in self.members]
        return next_turn(days, after)


@dataclass(frozen=True, slots=True)
class CompletionCase:
    """One completion of a programme. completion: None where the evidence was taken back."""

    code: str
    completion: ProgrammeCompletion | None
    staff: StaffCase

    kind = SubjectKind.COMPLETION

    @property
    def setting(self) -> Setting:
        return self.staff.setting

    def slices(self, day: date) -> tuple[Slice, ...]:
        return self.staff.slices(day)

    def absent(self, day: date) -> Because | None:
        """Why the subject does not count at all on `day`, None if it may."""
        gone = Because("completion_withdrawn") if self.completion is None else None
        return gone or self.staff.absent(day)

    def next_turn(self, after: date) -> date | None:
        """The next day on which time alone brings another fact into play."""
        return self.staff.next_turn(after)


@dataclass(frozen=True, slots=True)
class RouteCase:
    """One route. route: None where no record names it any more."""

    code: str
    route: RouteProgress | None
    staff: StaffCase

    kind = SubjectKind.ROUTE

    @property
    def setting(self) -> Setting:
        return self.staff.setting

    def slices(self, day: date) -> tuple[Slice, ...]:
        return self.staff.slices(day)

    def absent(self, day: date) -> Because | None:
        """Why the subject does not count at all on `day`, None if it may."""
        gone = Because("no_route") if self.route is None else None
        return gone or self.staff.absent(day)

    def next_turn(self, after: date) -> date | None:
        """The next day on which time alone brings another fact into play."""
        return self.staff.next_turn(after)
