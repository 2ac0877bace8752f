"""In whose charge the people are about whose routes something is to be decided.

The letter of what waits, the lists, and the numbers on the first page all ask here, so none of them
counts otherwise. It is no right: a deputy, or a colleague, decides about anybody's people
(services.access.visibility).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from connector.domain.circle import circle_of
from connector.domain.people import Duty
from connector.services.cases.setting import Ground
from connector.services.notices.circles import posts
from connector.services.records import reading as records


@dataclass(frozen=True, slots=True)
class InCharge:
    """methodists: by person, as notices name them; who has left is nobody's. assigned: whoever has
    anybody by an assignment, or stands in for one who has."""

    methodists: Mapping[str, tuple[str, ...]]
    assigned: frozenset[str]

    def has_own(self, methodist: str) -> bool:
        """Whether some people are this methodist's: assigned, or of these and nobody else's."""
        return methodist in self.assigned or bool(self.people_of(methodist))

    def people_of(self, methodist: str) -> frozenset[str]:
        return frozenset(n for n, found in self.methodists.items() if methodist in found)


def in_charge(session: Session, ground: Ground, people: Collection[str], day: date) -> InCharge:
    """A fixed number of queries, however many people."""
    setting = ground.setting
    held = posts(session, setting.municipality, ground.posts)
    found = records.staff(session, setting.municipality, sorted(set(people))) if people else {}
    assigned = held.told(held.duties.on(Duty.METHODIST, None, day), day)
    return InCharge(
        {
            number: tuple(
                one.personnel_no
                for one in circle_of(person, day, setting.organisation, held).methodists
            )
            for number, person in found.items()
            if person.is_employed(day)
        },
        frozenset(one.personnel_no for one in assigned),
    )
