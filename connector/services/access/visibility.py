"""Who may see what: the one place that decides, for the pages and for the API (domain 7).

A viewer is bound to a municipality and a role. `Sight` is what the role comes to on a day: which
people, which slices. Everything that shows something asks it; nobody compares roles elsewhere.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from connector.domain.because import SliceKind, SubjectKind
from connector.domain.indicators import Indicator
from connector.domain.people import Duty
from connector.services.records import reading as records

SMALLEST_SLICE = 5
"""A slice of fewer people shows no share to those who may not see its people (domain 7)."""


class Role(StrEnum):
    """As models.login.ROLES."""

    ADMINISTRATOR = "administrator"
    METHODIST = "methodist"
    SPECIALIST = "specialist"
    HEAD = "head"
    MENTOR = "mentor"
    TEACHER = "teacher"
    VIEWER = "viewer"


_WHOLE = frozenset({Role.METHODIST, Role.SPECIALIST})
_NEIGHBOURS = frozenset({Role.HEAD, Role.MENTOR})


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever looks. actor: how the audit names them; municipality None: the whole installation.

    person: the viewer's own personnel number, if any. name: of whoever has no log-in.
    """

    actor: str
    role: Role
    municipality: str | None
    person: str | None = None
    name: str | None = None

    def may_enter(self, municipality: str) -> bool:
        """Whether anything of that municipality may be shown at all."""
        if self.municipality is None:
            # A role without a municipality means nothing but an administrator's.
            return self.role is Role.ADMINISTRATOR
        return self.municipality == municipality

    @property
    def sees_all_people(self) -> bool:
        """Methodists and specialists look after the whole municipality."""
        return self.role in _WHOLE

    @property
    def sees_some_people(self) -> bool:
        """Whether lists of people mean anything to this viewer."""
        return self.sees_all_people or self.person is not None

    @property
    def sees_deliveries(self) -> bool:
        """Deliveries name accounts and marks: for those who mend them."""
        return self.role is Role.ADMINISTRATOR or self.sees_all_people

    @property
    def decides(self) -> bool:
        """Whether this viewer may replay deliveries and confirm whose an account is."""
        return self.sees_deliveries

    @property
    def administers(self) -> bool:
        """Whether this viewer sets up the installation: its administrator alone."""
        return self.role is Role.ADMINISTRATOR and self.municipality is None

    @property
    def enters_records(self) -> bool:
        """Whether this viewer may enter, change and take back records of the municipality."""
        return self.role is Role.ADMINISTRATOR or self.sees_all_people

    @property
    def decides_routes(self) -> bool:
        """Whether this viewer may approve routes, decide about requests and review proofs."""
        return self.sees_all_people

    @property
    def answers_stalls(self) -> bool:
        """Whether this viewer has a board of stalled routes to answer on."""
        return self.sees_all_people or (self.role in _NEIGHBOURS and self.person is not None)

    @property
    def deliveries_of(self) -> frozenset[str] | None:
        """The municipalities whose deliveries may be seen; None: all, and those of nobody yet."""
        return None if self.municipality is None else frozenset({self.municipality})


@dataclass(frozen=True, slots=True)
class Sight:
    """What a viewer sees of one municipality on one day.

    people: personnel numbers that may be seen, None: everybody. associations, schools: codes of
    slices whose people may all be seen.
    """

    people: frozenset[str] | None = frozenset()
    associations: frozenset[str] = frozenset()
    schools: frozenset[str] = frozenset()

    def covers(self, number: str) -> bool:
        """Whether this person's profile may be seen."""
        return self.people is None or number in self.people

    def covers_subject(self, kind: SubjectKind, code: str) -> bool:
        """Whether a subject's judgement, with its reasons, may be seen."""
        if self.people is None:
            return True
        if kind in OF_ONE_PERSON:
            # A route's, a completion's, a participation's code begins with its person's number.
            return code.partition("|")[0] in self.people
        if kind is SubjectKind.ASSOCIATION:
            return code in self.associations
        # Teams name their members; schools and the municipality are figures, open to all who enter.
        return kind is not SubjectKind.TEAM

    def covers_judgement(self, indicator: Indicator, code: str) -> bool:
        """The same of a subject of this indicator: where a school is judged by its people, its
        reasons tell how many of them have what, and which results say so."""
        if tells_of_people(indicator) and self.people is not None:
            return code in self.schools
        return self.covers_subject(indicator.subject, code)

    def covers_slice(self, kind: SliceKind, code: str) -> bool:
        """Whether all people of a slice may be seen, so that nothing of it is hidden."""
        if self.people is None:
            return True
        if kind is SliceKind.ASSOCIATION:
            return code in self.associations
        return kind is SliceKind.SCHOOL and code in self.schools


@dataclass(frozen=True, slots=True)
class SliceSize:
    """A slice by its number of people, for deciding what to hide."""

    kind: SliceKind
    code: str
    population: int


OF_ONE_PERSON = frozenset(
    {SubjectKind.STAFF, SubjectKind.ROUTE, SubjectKind.COMPLETION, SubjectKind.CONTEST}
)
"""Kinds of subjects that each tell of one person."""


def tells_of_people(indicator: Indicator) -> bool:
    """Whether the judgement of a school looks at the people there."""
    return indicator.looks_at_people and indicator.subject is SubjectKind.SCHOOL


Hidden = frozenset[tuple[SliceKind, str]]


def hidden_slices(subject: SubjectKind, slices: Sequence[SliceSize], sight: Sight) -> Hidden:
    """The slices whose figures this viewer must not see.

    Fewer than SMALLEST_SLICE people, and of the same kind the next smallest ones for as long as
    what is hidden could be told by subtraction from the whole: one slice alone, or several that
    together are still fewer. Only shares of people are hidden; an empty slice tells nothing.
    """
    if subject not in OF_ONE_PERSON:
        return frozenset()
    hidden: set[tuple[SliceKind, str]] = set()
    for kind in sorted({piece.kind for piece in slices}):
        candidates = sorted(
            (
                piece
                for piece in slices
                if piece.kind is kind
                and piece.population > 0
                and kind is not SliceKind.WHOLE
                and not sight.covers_slice(kind, piece.code)
            ),
            key=lambda piece: (piece.population, piece.code),
        )
        hidden.update((kind, code) for code in _hidden_of_kind(candidates))
    return frozenset(hidden)


def _hidden_of_kind(candidates: Sequence[SliceSize]) -> list[str]:
    """Codes to hide, of slices from the smallest to the greatest."""
    chosen: list[str] = []
    people = 0
    for piece in candidates:
        is_small = piece.population < SMALLEST_SLICE
        is_deducible = bool(chosen) and (len(chosen) == 1 or people < SMALLEST_SLICE)
        if not is_small and not is_deducible:
            break
        chosen.append(piece.code)
        people += piece.population
    return chosen


@dataclass(frozen=True, slots=True)
class VisibilityService:
    """Finds what a viewer sees. Takes a session, only reads."""

    session: Session = field(repr=False)

    def sight(self, viewer: Viewer, municipality: str, day: date) -> Sight:
        """The sight of a viewer who may enter; of any other, nothing at all."""
        if not viewer.may_enter(municipality):
            return Sight()
        if viewer.sees_all_people:
            return Sight(people=None)
        if viewer.person is None:
            return Sight()
        seen = {viewer.person}
        associations: frozenset[str] = frozenset()
        if viewer.role not in _NEIGHBOURS:
            return Sight(frozenset(seen))
        parts = self._parts(municipality, viewer.person, day)
        seen |= self._mentees(municipality, parts, day)
        if viewer.role is Role.HEAD:
            associations = self._headed(municipality, parts, day)
            seen |= self._members(municipality, associations, day)
        return Sight(frozenset(seen), associations)

    def attends(self, viewer: Viewer, municipality: str, number: str, day: date) -> bool:
        """Whether the viewer may act on a person's routes: the person, their mentor, and whoever
        decides about them. A head sees routes and acts on none."""
        if not viewer.may_enter(municipality):
            return False
        if viewer.decides_routes or viewer.person == number:
            return True
        if viewer.person is None or viewer.role not in _NEIGHBOURS:
            return False
        parts = self._parts(municipality, viewer.person, day)
        return number in self._mentees(municipality, parts, day)

    def parts(self, viewer: Viewer, municipality: str, day: date) -> frozenset[str]:
        """In whose place the viewer looks; nobody's where it is no person of the municipality."""
        if viewer.person is None or not viewer.may_enter(municipality):
            return frozenset()
        return self._parts(municipality, viewer.person, day)

    def _parts(self, municipality: str, person: str, day: date) -> frozenset[str]:
        """In whose place somebody looks: their own, and that of those they deputise for on the day.

        Nobody's once they have left: a log-in outlives an employment.
        """
        member = records.staff(self.session, municipality, [person]).get(person)
        if member is None or not member.is_employed(day):
            return frozenset()
        deputised = {
            one.of
            for one in records.assignments(self.session, municipality)
            if one.duty is Duty.DEPUTY and one.personnel_no == person and day in one.span
        }
        return frozenset({person, *deputised})

    def _mentees(self, municipality: str, mentors: Collection[str], day: date) -> set[str]:
        held = records.mentorships_of_mentors(self.session, municipality, mentors)
        return {m.mentee for found in held.values() for m in found if day in m.span}

    def _headed(self, municipality: str, heads: Collection[str], day: date) -> frozenset[str]:
        associations = records.organisation(self.session, municipality).associations
        return frozenset(code for code, one in associations.items() if one.at(day).head in heads)

    def _members(self, municipality: str, associations: Iterable[str], day: date) -> set[str]:
        wanted = set(associations)
        if not wanted:
            return set()
        people = records.staff(self.session, municipality)
        return {
            number
            for number, person in people.items()
            if person.is_employed(day) and wanted & set(person.at(day).associations)
        }
