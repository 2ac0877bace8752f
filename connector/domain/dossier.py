"""Everything about one person that a fold needs, and the municipality it is folded in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum

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
from connector.domain.routes import Route


class Rung(StrEnum):
    """Who can be told of a route that is stalled, one after the other."""

    METHODIST = "methodist"
    HEAD = "head"
    SPECIALIST = "specialist"


@dataclass(frozen=True, slots=True)
class StallPolicy:
    """Working days without progress, and after a due date, until a route is stalled (domain 4).

    ladder: who hears of it, lowest first: the methodist at once, each other rung after its own
    working days. A municipality whose methodists answer to a specialist alone leaves the heads out
    (khankaysky 4).
    """

    idle_days: int = 20
    grace_days: int = 5
    head_after: int = 5
    specialist_after: int = 10
    ladder: tuple[Rung, ...] = tuple(Rung)

    def after(self, rung: Rung) -> int:
        """Working days from the first stalled day on until the rung is told."""
        return {Rung.HEAD: self.head_after, Rung.SPECIALIST: self.specialist_after}.get(rung, 0)


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
