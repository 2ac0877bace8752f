"""Whom an import touches: those, and only those, are judged again."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.models import Record
from connector.services.cases import subjects
from connector.services.imports.plan import Change
from connector.services.imports.stored_rows import CHUNK, chunks

_WHOLE = frozenset(("competencies", "programmes", "diagnostics", "questions", "closed_days"))
"""Sheets that bear on everybody: what tests mean, and which days are working days."""

_PERSONAL = frozenset(
    ("support", "routes", "steps", "pauses", "evidence", "contests", "assessments", "assignments",
     "mentorships", "practices")
)  # fmt: skip
_PERSON_COLUMNS = ("personnel_no", "mentor", "mentee", "author", "of")
"""Columns of personal sheets that name the people concerned (`of` may also name a place)."""

_REPORTED = frozenset(("documents", "practices", "contests", "analyses", "decisions"))
"""Sheets that the municipality itself is judged by."""

_PLACES_AND_PEOPLE = frozenset(("staff", "schools", "associations"))
_ROWS = {
    sheet: kind for sheet, kind in subjects.KIND_OF_SHEET.items() if sheet not in _PLACES_AND_PEOPLE
}
"""Sheets whose rows are subjects and nothing else, by kind of subject."""

_SCHOOL_FACTS = ("kind", "rural", "low_results", "biased_results")
_ASSOCIATION_FACTS = ("level", "school", "parent")


@dataclass(slots=True)
class Touched:
    """Codes of subjects by kind; whole: everybody in the municipality."""

    staff: set[str] = field(default_factory=set)
    school: set[str] = field(default_factory=set)
    team: set[str] = field(default_factory=set)
    association: set[str] = field(default_factory=set)
    roadmap_item: set[str] = field(default_factory=set)
    document: set[str] = field(default_factory=set)
    analysis: set[str] = field(default_factory=set)
    practice: set[str] = field(default_factory=set)
    contest: set[str] = field(default_factory=set)
    municipality: bool = False
    whole: bool = False

    def mark(self, session: Session, municipality: str) -> None:
        if self.whole:
            subjects.mark_all_dirty(session, municipality)
            return
        subjects.mark_dirty(session, municipality, "staff", self.staff)
        subjects.mark_dirty(session, municipality, "school", self.school)
        subjects.mark_dirty(session, municipality, "team", self.team)
        subjects.mark_dirty(session, municipality, "association", self.association)
        for kind in _ROWS.values():
            subjects.mark_dirty(session, municipality, kind, getattr(self, kind))
        if self.municipality:
            subjects.mark_dirty(session, municipality, "municipality", [municipality])


def touched(session: Session, municipality: str, changes: Iterable[Change]) -> Touched:
    """Reads who belongs to the changed places and teams; the changes must be written already."""
    found = Touched()
    known: set[str] = set()
    schools: set[str] = set()
    associations: set[str] = set()
    for change in changes:
        _add(found, change)
        if change.sheet == "staff" and change.before is not None:
            known.add(change.key)
        if change.sheet == "schools" and change.differs_in(*_SCHOOL_FACTS):
            schools.add(change.key)
        if change.sheet == "associations" and change.differs_in(*_ASSOCIATION_FACTS):
            associations.add(change.key)
    if not found.whole:
        found.staff |= _people_in(session, municipality, schools, associations)
        found.staff |= _assigned_to(session, municipality, known)
        found.team |= schools | _teams_of(session, municipality, found.staff)
        found.association |= _below(session, municipality, found.association)
        found.contest |= _contests_of(session, municipality, known)
    return found


def _add(found: Touched, change: Change) -> None:
    sheet, bodies = change.sheet, [b for b in (change.body, change.before) if b is not None]
    found.whole = found.whole or sheet in _WHOLE
    found.municipality = found.municipality or sheet in _REPORTED
    if sheet == "staff":
        found.staff.add(change.key)
        found.staff.update(b["regional_methodist"] for b in bodies if b.get("regional_methodist"))
        if change.before is not None:
            # Places may be judged by their people. Folding the person marks those of all versions,
            # but this one may have been amended, and then nobody knows any more where they were.
            left = {change.before.get("school")} - {change.body.get("school"), None}
            found.school.update(code for code in left if code)
            found.association.update(
                set(change.before.get("associations") or ())
                - set(change.body.get("associations") or ())
            )
    elif sheet == "schools":
        found.school.add(change.key)
        # Whoever heads a school may be judged by it.
        found.staff.update(b["head"] for b in bodies if b.get("head"))
    elif sheet == "associations":
        found.association.add(change.key)
    elif sheet == "teams":
        found.team.update(body["school"] for body in bodies)
    elif sheet in ("plans", "meetings"):
        found.association.update(body["association"] for body in bodies)
    if sheet in _ROWS:
        getattr(found, _ROWS[sheet]).add(change.key)
    if sheet == "decisions":
        found.analysis.update(body["analysis"] for body in bodies if body.get("analysis"))
    for body in bodies:
        if sheet in _PERSONAL:
            found.staff.update(body[name] for name in _PERSON_COLUMNS if body.get(name))
        if "scope" in body:
            _add_scope(found, body["scope"])


def _add_scope(found: Touched, scope: str) -> None:
    """`municipality`, `school:X`, `association:X`, or the bare association of a roadmap."""
    kind, _, code = scope.rpartition(":")
    if scope == "municipality":
        found.municipality = True
    elif kind == "school":
        found.school.add(code)
    else:
        found.association.add(code)


def _people_in(
    session: Session, municipality: str, schools: set[str], associations: set[str]
) -> set[str]:
    """Everybody who was ever there: what counts for a past day may change too."""
    if not schools and not associations:
        return set()
    rows = session.execute(
        select(Record.key, Record.body)
        .where(Record.municipality == municipality, Record.sheet == "staff")
        .execution_options(yield_per=CHUNK)
    )
    return {
        key
        for key, body in rows
        if body.get("school") in schools
        or not associations.isdisjoint(body.get("associations") or ())
    }


def _assigned_to(session: Session, municipality: str, methodists: set[str]) -> set[str]:
    """Colleagues of regional methodists: they count only while theirs is one and is employed."""
    found: set[str] = set()
    for chunk in chunks(methodists):
        found.update(
            session.scalars(
                select(Record.key).where(
                    Record.municipality == municipality,
                    Record.sheet == "staff",
                    Record.related.in_(chunk),
                )
            )
        )
    return found


def _teams_of(session: Session, municipality: str, people: set[str]) -> set[str]:
    """A team is judged by what its members are and by what they completed."""
    if not people:
        return set()
    rows = session.execute(
        select(Record.person, Record.related).where(
            Record.municipality == municipality, Record.sheet == "teams"
        )
    )
    return {school for person, school in rows if person in people and school}


def _below(session: Session, municipality: str, associations: set[str]) -> set[str]:
    """Associations that belong to these: they are judged by the meetings of the one above."""
    if not associations:
        return set()
    rows = session.execute(
        select(Record.key, Record.body).where(
            Record.municipality == municipality, Record.sheet == "associations"
        )
    )
    return {key for key, body in rows if body.get("parent") in associations}


def _contests_of(session: Session, municipality: str, people: set[str]) -> set[str]:
    """Participations count where the participant belonged."""
    found: set[str] = set()
    for chunk in chunks(people):
        found.update(
            session.scalars(
                select(Record.key).where(
                    Record.municipality == municipality,
                    Record.sheet == "contests",
                    Record.person.in_(chunk),
                )
            )
        )
    return found
