"""Everything about one person that a fold needs, and the municipality it is folded in."""

from dataclasses import dataclass, field
from datetime import tzinfo

from connector.domain.calendar import WorkCalendar
from connector.domain.catalogue import Catalogue
from connector.domain.evidence import Evidence
from connector.domain.levels import Scales
from connector.domain.people import Organisation, StaffMember
from connector.domain.records import HandmadeEvidence, Mentorship, Support
from connector.domain.routes import Route


@dataclass(frozen=True, slots=True)
class StallPolicy:
    """Working days without progress, and after a due date, until a route is stalled (domain 4)."""

    idle_days: int = 20
    grace_days: int = 5
    head_after: int = 5
    specialist_after: int = 10


@dataclass(frozen=True, slots=True)
class Setting:
    """One municipality: what is common to all of its people."""

    municipality: str
    zone: tzinfo
    catalogue: Catalogue
    organisation: Organisation
    calendar: WorkCalendar
    scales: Scales = field(default_factory=Scales)
    stalls: StallPolicy = field(default_factory=StallPolicy)


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
