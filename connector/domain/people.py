"""People, schools and associations of a municipality, as dated records (domain 1, 2).

What changes over time (school, role, associations, status) is held as versions, each from a day;
what was merely written down wrong (a name, a birth date) holds in its latest form for all days.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from connector.domain.dates import Span, add_years

T = TypeVar("T")


class Role(StrEnum):
    TEACHER = "teacher"
    MANAGER = "manager"


class SchoolKind(StrEnum):
    SCHOOL = "school"
    KINDERGARTEN = "kindergarten"
    ADDITIONAL = "additional"
    OTHER = "other"


class AssociationLevel(StrEnum):
    MUNICIPAL = "municipal"
    SCHOOL = "school"
    COMMUNITY = "community"


class Duty(StrEnum):
    METHODIST = "methodist"
    SPECIALIST = "specialist"
    DEPUTY = "deputy"


@dataclass(frozen=True, slots=True)
class StaffTerm:
    """What holds of a person from `valid_from` (None: from the beginning) until the next term."""

    valid_from: date | None
    role: Role
    school: str | None = None
    position: str | None = None
    subjects: tuple[str, ...] = ()
    associations: tuple[str, ...] = ()
    regional_methodist_since: date | None = None
    regional_methodist: str | None = None

    def is_regional_methodist(self, day: date) -> bool:
        since = self.regional_methodist_since
        return since is not None and since <= day


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person employed in the municipality; `terms` are in order of `valid_from`, at least one."""

    personnel_no: str
    last_name: str
    first_name: str
    terms: tuple[StaffTerm, ...]
    employments: tuple[Span, ...]
    middle_name: str | None = None
    email: str | None = None
    birth_date: date | None = None
    teaching_since: date | None = None
    attestation_on: date | None = None

    @property
    def full_name(self) -> str:
        """Фамилия Имя Отчество, in the nominative."""
        parts = (self.last_name, self.first_name, self.middle_name)
        return " ".join(part for part in parts if part)

    def at(self, day: date) -> StaffTerm:
        """The term in force on `day`; before the first one, the first one."""
        held = self.terms[0]
        for term in self.terms[1:]:
            if term.valid_from is not None and term.valid_from <= day:
                held = term
        return held

    def is_employed(self, day: date) -> bool:
        return any(day in span for span in self.employments)

    def is_younger_than(self, years: int, day: date) -> bool | None:
        """Whether the `years`-th birthday lies after `day`; None without a birth date."""
        if self.birth_date is None:
            return None
        return add_years(self.birth_date, years) > day

    def first_years(self, years: int) -> Span | None:
        """From teaching_since to the day before its anniversary; None without it (domain 5)."""
        if self.teaching_since is None:
            return None
        end = add_years(self.teaching_since, years)
        return Span(self.teaching_since, date.fromordinal(end.toordinal() - 1))


@dataclass(frozen=True, slots=True)
class School:
    code: str
    name: str
    kind: SchoolKind = SchoolKind.SCHOOL
    rural: bool = False
    low_results: bool = False
    biased_results: bool = False
    head: str | None = None
    mentoring_since: date | None = None
    internship_since: date | None = None


@dataclass(frozen=True, slots=True)
class Association:
    code: str
    name: str
    level: AssociationLevel = AssociationLevel.MUNICIPAL
    school: str | None = None
    parent: str | None = None
    head: str | None = None


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """Versions of a record, each from a day on; the first holds from the beginning."""

    versions: tuple[tuple[date | None, T], ...]

    def at(self, day: date) -> T:
        held = self.versions[0][1]
        for valid_from, value in self.versions[1:]:
            if valid_from is not None and valid_from <= day:
                held = value
        return held

    @property
    def latest(self) -> T:
        return self.versions[-1][1]


@dataclass(frozen=True, slots=True)
class Organisation:
    """The schools and associations of one municipality, by code."""

    schools: Mapping[str, Dated[School]] = field(default_factory=dict)
    associations: Mapping[str, Dated[Association]] = field(default_factory=dict)

    def school(self, code: str | None, day: date) -> School | None:
        found = self.schools.get(code) if code else None
        return found.at(day) if found else None

    def association(self, code: str, day: date) -> Association | None:
        found = self.associations.get(code)
        return found.at(day) if found else None
