"""Everything about one person that a fold needs, and the municipality it is folded in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from connector.domain.because import SubjectKind
from connector.domain.calendar import WorkCalendar
from connector.domain.catalogue import Catalogue
from connector.domain.evidence import Evidence
from connector.domain.levels import Scales
from connector.domain.people import Organisation, StaffMember
from connector.domain.records import (
    Assessment,
    HandmadeEvidence,
    Mentorship,
    Registers,
    Support,
)
from connector.domain.requests import RouteRequest
from connector.domain.routes import Route
from connector.domain.stall_answers import StallAnswer
from connector.domain.stall_policy import StallPolicy


@dataclass(frozen=True, slots=True)
class DraftPolicy:
    """How drafts of routes are planned: working days, and what builds on what.

    begins_after: working days until a route that is proposed today begins. hours_a_day: hours of a
    programme that a working person does in a working day; least_days: what the shortest takes.
    prerequisites: by course, the courses that have to be completed before it.
    """

    begins_after: int = 5
    hours_a_day: int = 2
    least_days: int = 10
    prerequisites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def days(self, hours: int | None) -> int:
        """Working days that a programme takes."""
        return max(self.least_days, -(-(hours or 0) // self.hours_a_day))


@dataclass(frozen=True, slots=True)
class Setting:
    """One municipality: what is common to all of its people.

    peopled: kinds of subjects whose judging looks at the people in them: their cases are loaded
    with these, which costs as much as judging each of them.
    """

    municipality: str
    zone: tzinfo
    catalogue: Catalogue
    organisation: Organisation
    calendar: WorkCalendar
    scales: Scales = field(default_factory=Scales)
    stalls: StallPolicy = field(default_factory=StallPolicy)
    drafts: DraftPolicy = field(default_factory=DraftPolicy)
    registers: Registers = field(default_factory=Registers)
    peopled: frozenset[SubjectKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Dossier:
    """One person's inputs. mentorships: those in which the person is the mentee.

    assigned: the colleagues whose regional methodist the person is, nobody where they never had the
    status; regional_methodists: those the person was ever assigned to, by personnel number.
    """

    person: StaffMember
    evidence: tuple[Evidence, ...] = ()
    handmade: tuple[HandmadeEvidence, ...] = ()
    routes: tuple[Route, ...] = ()
    supports: tuple[Support, ...] = ()
    mentorships: tuple[Mentorship, ...] = ()
    assigned: tuple[StaffMember, ...] = ()
    regional_methodists: tuple[StaffMember, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    stall_answers: tuple[StallAnswer, ...] = ()
    requests: tuple[RouteRequest, ...] = ()
