"""Cases of what Moodle knows nothing of: roadmap items, documents, analyses, practices, contests.

Each is one row of a sheet, or, where the rules list what there ought to be, one entry of that list
with whatever the sheets say of it (`Registers`).
"""

from dataclasses import dataclass
from datetime import date

from connector.domain.because import Because, Slice, SubjectKind
from connector.domain.dossier import Setting
from connector.domain.people import StaffMember
from connector.domain.records import (
    Analysis,
    Contest,
    Decision,
    Document,
    Practice,
    RoadmapItem,
)
from connector.domain.slices import WHOLE_ONLY, places, scope_places, slices_of
from connector.domain.turns import next_turn


@dataclass(frozen=True, slots=True)
class RoadmapCase:
    """One occurrence of a roadmap's item. is_listed: the rules' own roadmap names it."""

    code: str
    item: RoadmapItem
    is_listed: bool
    setting: Setting

    kind = SubjectKind.ROADMAP_ITEM

    def slices(self, day: date) -> tuple[Slice, ...]:
        return scope_places(self.item.scope)

    def absent(self, day: date) -> Because | None:
        """Why the subject does not count at all on `day`, None if it may."""
        return None

    def next_turn(self, after: date) -> date | None:
        """The next day on which time alone brings another fact into play."""
        item = self.item
        return next_turn((item.due_on, item.started_on, item.done_on), after)


@dataclass(frozen=True, slots=True)
class DocumentCase:
    """A document of the methodical service. is_listed: the rules ask for it."""

    document: Document
    is_listed: bool
    setting: Setting

    kind = SubjectKind.DOCUMENT

    @property
    def code(self) -> str:
        return self.document.code

    def slices(self, day: date) -> tuple[Slice, ...]:
        return WHOLE_ONLY

    def absent(self, day: date) -> Because | None:
        """Why the subject does not count at all on `day`, None if it may."""
        return None

    def next_turn(self, after: date) -> date | None:
        """The next day on which time alone brings another fact into play."""
        return next_turn((self.document.present_since,), after)


@dataclass(frozen=True, slots=True)
class AnalysisCase:
    """An analysis with the decisions and recommendations that follow from it, by number."""

    analysis: Analysis
    decisions: tuple[Decision, ...]
    setting: Setting

    kind = SubjectKind.ANALYSIS

    @property
    def code(self) -> str:
        return self.analysis.number

    def slices(self, day: date) -> tuple[Slice, ...]:
        return scope_places(self.analysis.scope)

    def absent(self, day: date) -> Because | None:
        """Why the subject does not count at all on `day`, None if it may."""
        return None

    def next_turn(self, after: date) -> date | None:
        """The next day on which time alone brings another fact into play."""
        days = [self.analysis.made_on, *(decision.decided_on for decision in self.decisions)]
        return next_turn(days, after)


@dataclass(frozen=True, slots=True)
class PracticeCase:
    code: str
    practice: Practice
    setting: Setting

    kind = SubjectKind.PRACTICE

    def slices(self, day: date) -> tuple[Slice, ...]:
        return places(self.practice.school)

    def absent(self, day: date) -> Because | None:
        """Why the subject does not count at all on `day`, None if it may."""
        return None

    def next_turn(self, after: date) -> date | None:
        """The next day on which time alone brings another fact into play."""
        return next_turn((self.practice.published_on,), after)


@dataclass(frozen=True, slots=True)
class ContestCase:
    """One participation in a contest. It counts where the participant belonged on the day it was
    held, and stays when they leave. participant: None where the staff sheet has nobody."""

    code: str
    contest: Contest
    participant: StaffMember | None
    setting: Setting

    kind = SubjectKind.CONTEST

    def slices(self, day: date) -> tuple[Slice, ...]:
        if self.participant is None or self.contest.held_on is None:
            return WHOLE_ONLY
        return slices_of(self.participant, self.contest.held_on)

    def absent(self, day: date) -> Because | None:
        """Why the subject does not count at all on `day`, None if it may."""
        return None

    def next_turn(self, after: date) -> date | None:
        """The next day on which time alone brings another fact into play."""
        return next_turn((self.contest.held_on,), after)
