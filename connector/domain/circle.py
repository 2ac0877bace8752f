"""Who stands around a person on a day: mentors, heads, methodists, specialists (domain 6).

Roles are found in the organisation as it is that day. Whoever has a deputy is told through the
deputy while the deputy's term runs; whoever is not employed is not told; nobody is told of
themselves in another role.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from connector.domain.owed import Circle
from connector.domain.people import Duty, Organisation, StaffMember
from connector.domain.records import Assignment, Mentorship


@dataclass(frozen=True, slots=True)
class Posts:
    """The dated records that roles are found in; `staff` by personnel number.

    methodists, specialists: who signs in as such, told where nobody is assigned to the person.
    """

    staff: Mapping[str, StaffMember]
    assignments: tuple[Assignment, ...] = ()
    mentorships: tuple[Mentorship, ...] = ()
    methodists: tuple[StaffMember, ...] = ()
    specialists: tuple[StaffMember, ...] = ()
    _by_mentee: Mapping[str, list[Mentorship]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_mentee: dict[str, list[Mentorship]] = {}
        for mentorship in self.mentorships:
            by_mentee.setdefault(mentorship.mentee, []).append(mentorship)
        object.__setattr__(self, "_by_mentee", by_mentee)

    def mentors(self, mentee: str, day: date) -> list[str]:
        return [m.mentor for m in self._by_mentee.get(mentee, ()) if day in m.span]

    def on_duty(self, duty: Duty, of: Iterable[str] | None, day: date) -> list[str]:
        """Whoever has `duty` on `day` over one of `of` (None: over anybody)."""
        over = None if of is None else set(of)
        return [
            a.personnel_no
            for a in self.assignments
            if a.duty is duty and day in a.span and (over is None or a.of in over)
        ]

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
            for deputy in self.on_duty(Duty.DEPUTY, (number,), day)
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
    assigned = posts.on_duty(Duty.METHODIST, places, day)
    methodists = _others(posts.told(assigned, day), me) or _others(posts.methodists, me)
    above = posts.on_duty(Duty.SPECIALIST, [*places, *assigned], day)
    specialists = (
        _others(posts.told(above, day), me)
        or _others(posts.told(posts.on_duty(Duty.SPECIALIST, None, day), day), me)
        or _others(posts.specialists, me)
    )
    return Circle(
        mentors=_others(posts.told(posts.mentors(me, day), day), me),
        heads=_heads(person, day, organisation, posts),
        methodists=methodists,
        specialists=specialists,
    )


def _heads(
    person: StaffMember, day: date, organisation: Organisation, posts: Posts
) -> dict[str, StaffMember]:
    heads: dict[str, StaffMember] = {}
    for code in sorted(set(person.at(day).associations)):
        association = organisation.association(code, day)
        if association is None or association.head is None:
            continue
        told = _others(posts.told((association.head,), day), person.personnel_no)
        if told:
            # An association has one head, and one deputy speaks for it.
            heads[code] = told[0]
    return heads


def _others(members: Iterable[StaffMember], me: str) -> tuple[StaffMember, ...]:
    return tuple(member for member in members if member.personnel_no != me)
