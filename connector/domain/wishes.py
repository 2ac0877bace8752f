"""What a municipality wants done in its Moodles: enrolments of approved routes, and cohorts.

Whatever acts outside is off until the municipality's own rules ask for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from connector.domain.people import Role, StaffMember

STUDENT = 5
"""Moodle's number of the student role on a site that was installed as it comes."""


@dataclass(frozen=True, slots=True)
class CohortWish:
    """One cohort, by its idnumber, and who is to be in it: whoever fits every condition named.

    source: in which Moodle; None: in each that has one of this name. is_ours: the municipality
    gives the cohort to the connector, which then also removes members that it did not add. young:
    under so many years of age. mentee: has a mentor on that day.
    """

    idnumber: str
    source: str | None = None
    is_ours: bool = False
    role: Role | None = None
    school: str | None = None
    association: str | None = None
    young: int | None = None
    mentee: bool = False

    def has(self, person: StaffMember, mentees: frozenset[str], day: date) -> bool:
        """Whether the person is to be in it on `day`. mentees: personnel numbers on that day."""
        if not person.is_employed(day):
            return False
        term = person.at(day)
        return not (
            (self.role is not None and term.role is not self.role)
            or (self.school is not None and term.school != self.school)
            or (self.association is not None and self.association not in term.associations)
            or (self.young is not None and not person.is_younger_than(self.young, day))
            or (self.mentee and person.personnel_no not in mentees)
        )


@dataclass(frozen=True, slots=True)
class MoodleWishes:
    """student_role: the role that an enrolment gives, by its number in Moodle. ratings: whether
    ratings of competencies are read there, which takes a question a person and night."""

    enrol: bool = False
    student_role: int = STUDENT
    cohorts: tuple[CohortWish, ...] = ()
    ratings: bool = False

    @property
    def are_any(self) -> bool:
        return self.enrol or bool(self.cohorts)


def members_wanted(
    wish: CohortWish, people: Sequence[StaffMember], mentees: frozenset[str], day: date
) -> frozenset[str]:
    """Personnel numbers of those who are to be in the cohort on `day`."""
    return frozenset(p.personnel_no for p in people if wish.has(p, mentees, day))
