"""Dated records that Moodle does not give but the documents judge by (domain 5, contract 3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from connector.domain.calendar import WorkCalendar
from connector.domain.dates import Span
from connector.domain.people import Duty
from connector.domain.stall_days import first_where

EXPIRY_NOTICE = timedelta(days=30)
"""How long before a document expires its owner is told: a new one takes some weeks."""

WARN_BEFORE = 5
"""Working days before its term on which whoever answers for a decision is reminded: a week is long
enough to do something yet, and short enough not to be put off."""

_FURTHEST = timedelta(days=90)
"""The school holidays of a summer lie between, at most."""


@dataclass(frozen=True, slots=True)
class Mentorship:
    mentor: str
    mentee: str
    span: Span


@dataclass(frozen=True, slots=True)
class Support:
    """A participation in a club, workshop or another form of support (korolev III, VI.5)."""

    personnel_no: str
    form: str
    span: Span


@dataclass(frozen=True, slots=True)
class TeamMembership:
    """A member of a school's management team (korolev VI.4)."""

    school: str
    personnel_no: str
    span: Span


@dataclass(frozen=True, slots=True)
class Assignment:
    """Whom a methodist, specialist or deputy looks after: a school, an association or a person."""

    personnel_no: str
    duty: Duty
    of: str
    span: Span


@dataclass(frozen=True, slots=True)
class HandmadeEvidence:
    """Evidence entered by hand; happened_at is a local day (its start). kind: programme or step.

    valid_until: the last day of a document that expires; what it proved stays proved.
    """

    id: str
    personnel_no: str
    kind: str
    target: str
    happened_on: date
    document: str | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class RoadmapItem:
    """scope: `municipality` or an association's code; level: municipal, regional or federal.

    responsible: a personnel number; owner: who answers for it in the document's words.
    """

    scope: str
    number: str
    title: str
    level: str | None = None
    term: str | None = None
    occurrence: str | None = None
    due_on: date | None = None
    responsible: str | None = None
    expected_result: str | None = None
    started_on: date | None = None
    done_on: date | None = None
    proof: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class WorkPlan:
    """An association's plan for an academic year (`2026/2027`), published with its link."""

    association: str
    academic_year: str
    published_on: date | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    number: str
    scope: str
    made_on: date
    about: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision or addressed recommendation that follows from an analysis. text: what is to be
    done; basis: the document and clause it rests on."""

    number: str
    analysis: str | None
    scope: str
    decided_on: date
    due_on: date | None = None
    responsible: str | None = None
    done_on: date | None = None
    text: str | None = None
    basis: str | None = None

    @property
    def is_addressed(self) -> bool:
        """Whether it is addressed to a school or an association, not to everybody."""
        return self.scope.startswith(("school:", "association:"))

    def is_done(self, day: date) -> bool:
        return self.done_on is not None and self.done_on <= day

    def warn_on(self, calendar: WorkCalendar) -> date | None:
        """The first day from which at most WARN_BEFORE working days are left; None without a
        term."""
        due = self.due_on
        if due is None:
            return None
        return first_where(
            lambda day: calendar.count(day, due) <= WARN_BEFORE, due - _FURTHEST, due
        )


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the methodical service (todzhinsky, annex 4)."""

    code: str
    title: str
    present_since: date | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Practice:
    """A practice in the register of best ones (todzhinsky, annex 1, 10; khankaysky 2.1)."""

    title: str
    author: str
    school: str | None = None
    published_on: date | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Contest:
    """One person's participation in a contest (todzhinsky, annex 4, 3.2-3.4)."""

    personnel_no: str
    title: str
    level: str | None = None
    held_on: date | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """An association's meeting. agenda: analysis, coordination, planning, other."""

    association: str
    held_on: date
    topic: str | None = None
    agenda: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """A head's assessment on one criterion (todzhinsky, annex 2, III 3.1)."""

    personnel_no: str
    criterion: str
    assessed_on: date
    result: str | None = None
    recommendation: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A municipality's figures of a period as they were reported on a day.

    schools: those whose own slice was reported with them.
    """

    period: str
    as_of: date
    taken_on: date
    schools: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Registers:
    """What the rules say there ought to be, whether a sheet tells of it or not.

    documents: of the service, by code. roadmap: occurrences, by the code that their subject has.
    """

    documents: Mapping[str, Document] = field(default_factory=dict)
    roadmap: Mapping[str, RoadmapItem] = field(default_factory=dict)
