"""Who stands around a person on a day: mentors, heads, methodists, specialists (domain 6).

Roles are found in the organisation as it is that day. Whoever has a deputy is told through the
deputy while the deputy's term runs; whoever is not employed is not told; nobody is told of
themselves in another role.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from connector.domain.because import Slice, SliceKind
from connector.domain.owed import Circle
from connector.domain.people import Duty, Organisation, StaffMember
from connector.domain.records import Assignment, Decision, Mentorship
from connector.domain.slices import scope_places


class Duties:
    """Who has which duty over whom, found by what they look after: a region has thousands."""

    def __init__(self, assignments: Iterable[Assignment] = ()) -> None:
        self._over: dict[tuple[Duty, str], list[Assignment]] = {}
        self._of: dict[Duty, list[Assignment]] = {}
        for assignment in assignments:
            self._over.setdefault((assignment.duty, assignment.of), []).append(assignment)
            self._of.setdefault(assignment.duty, []).append(assignment)

    def on(self, duty: Duty, of: Iterable[str] | None, day: date) -> list[str]:
        """Whoever has `duty` on `day` over one of `of` (None: over anybody)."""
        if of is None:
            found: Iterable[Assignment] = self._of.get(duty, ())
        else:
            found = (a for place in of for a in self._over.get((duty, place), ()))
        return [a.personnel_no for a in found if day in a.span]


@dataclass(frozen=True, slots=True)
class Posts:
    """The dated records that roles are found in; `staff` by personnel number.

    mentorships: by mentee. methodists, specialists: who signs in as such, told where nobody is
    assigned to the person.
    """

    staff: Mapping[str, StaffMember]
    duties: Duties = field(default_factory=Duties, compare=False)
    mentorships: Mapping[str, Sequence[Mentorship]] = field(default_factory=dict)
    methodists: tuple[StaffMember, ...] = ()
    specialists: tuple[StaffMember, ...] = ()

    def mentors(self, mentee: str, day: date) -> list[str]:
        return [m.mentor for m in self.mentorships.get(mentee, ()) if day in m.span]

    def told(self, numbers: Iterable[str], day: date) -> tuple[StaffMember, ...]:
        """The employed people to tell for these numbers, deputies in their place, sorted."""
        found: dict[str, StaffMember] = {}
        for number in numbers:
            for member in self._in_place_of(number, day, frozenset()):
                found[member.personnel_no] = member
        return tuple(found[number] for number in sorted(found))

    def _in_place_of(self, number: str, day: date, seen: frozenset[str]) -> list[StaffMember]:
        # Two who stand in for each other must not send us round for ever.
        if number in seen:
            return []
        seen |= {number}
        deputies = [
            member
            for deputy in self.duties.on(Duty.DEPUTY, (number,), day)
            for member in self._in_place_of(deputy, day, seen)
        ]
        if deputies:
            return deputies
        member = self.staff.get(number)
        return [member] if member is not None and member.is_employed(day) else []


def circle_of(person: StaffMember, day: date, organisation: Organisation, posts: Posts) -> Circle:
    """Who stands around `person` on `day`.

    A specialist is the one over the person's school or associations, or over the methodists found
    (khankaysky 4); where there is none of these, every specialist of the municipality.
    """
    me = person.personnel_no
    term = person.at(day)
    places = [me, *term.associations, *((term.school,) if term.school else ())]
    methodists, specialists = _in_charge(places, day, posts, me)
    return Circle(
        mentors=_others(posts.told(posts.mentors(me, day), day), me),
        heads=_heads(term.associations, day, organisation, posts, me),
        methodists=methodists,
        specialists=specialists,
    )


def municipal_circle(day: date, posts: Posts) -> Circle:
    """Who stands around what belongs to nobody in particular: every methodist and specialist of
    the municipality; where nobody has the duty, those who sign in as such."""
    assigned = posts.duties.on(Duty.METHODIST, None, day)
    above = posts.duties.on(Duty.SPECIALIST, None, day)
    return Circle(
        methodists=posts.told(assigned, day) or posts.methodists,
        specialists=posts.told(above, day) or posts.specialists,
    )


def circle_of_place(
    slices: Iterable[Slice], day: date, organisation: Organisation, posts: Posts
) -> Circle:
    """Who stands around what belongs to these slices: the heads of the associations, whoever looks
    after the places. Where nobody does, the methodists who sign in and every specialist; what
    belongs to no place at all is the municipality's (`municipal_circle`)."""
    places = [one for one in slices if one.kind is not SliceKind.WHOLE]
    if not places:
        return municipal_circle(day, posts)
    associations = [one.code for one in places if one.kind is SliceKind.ASSOCIATION]
    methodists, specialists = _in_charge([one.code for one in places], day, posts, "")
    heads = _heads(associations, day, organisation, posts, "")
    return Circle(heads=heads, methodists=methodists, specialists=specialists)


def circle_of_decisions(
    decisions: Iterable[Decision], day: date, organisation: Organisation, posts: Posts
) -> Circle:
    """The municipality's circle, with those whom these decisions concern: who is responsible, who
    stands around the places they are for, who heads these."""
    known = list(decisions)
    named = named_by_decisions(known, day, organisation)
    return replace(
        municipal_circle(day, posts),
        colleagues={number: posts.told([number], day) for number in sorted(named)},
        scopes={
            scope: circle_of_place(scope_places(scope), day, organisation, posts)
            for scope in sorted({decision.scope for decision in known})
        },
    )


def named_by_decisions(
    decisions: Iterable[Decision], day: date, organisation: Organisation
) -> set[str]:
    """Personnel numbers of whoever is responsible, and of the heads of the places."""
    named = set()
    for decision in decisions:
        named |= {decision.responsible, head_of(decision.scope, day, organisation)}
    return {number for number in named if number is not None}


def head_of(scope: str, day: date, organisation: Organisation) -> str | None:
    """Personnel number of whoever heads the school or association; the municipality has none."""
    kind, _, code = scope.rpartition(":")
    place = (
        organisation.school(code, day)
        if kind == SliceKind.SCHOOL
        else organisation.association(code, day)
    )
    return place.head if place is not None else None


def _in_charge(
    places: Sequence[str], day: date, posts: Posts, me: str
) -> tuple[tuple[StaffMember, ...], tuple[StaffMember, ...]]:
    """Methodists and specialists."""
    assigned = posts.duties.on(Duty.METHODIST, places, day)
    methodists = _others(posts.told(assigned, day), me) or _others(posts.methodists, me)
    above = posts.duties.on(Duty.SPECIALIST, [*places, *assigned], day)
    specialists = (
        _others(posts.told(above, day), me)
        or _others(posts.told(posts.duties.on(Duty.SPECIALIST, None, day), day), me)
        or _others(posts.specialists, me)
    )
    return methodists, specialists


def _heads(
    associations: Iterable[str], day: date, organisation: Organisation, posts: Posts, me: str
) -> dict[str, StaffMember]:
    heads: dict[str, StaffMember] = {}
    for code in sorted(set(associations)):
        association = organisation.association(code, day)
        if association is None or association.head is None:
            continue
        told = _others(posts.told((association.head,), day), me)
        if told:
            # An association has one head, and one deputy speaks for it.
            heads[code] = told[0]
    return heads


def _others(members: Iterable[StaffMember], me: str) -> tuple[StaffMember, ...]:
    return tuple(member for member in members if member.personnel_no != me)
