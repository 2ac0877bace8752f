"""People come and go: routes of those who left rest, and go on when they return."""

from datetime import date, timedelta

import pytest

from connector.domain.cases import StaffCase
from connector.domain.catalogue import parse_target
from connector.domain.dates import Span
from connector.domain.dossier import Dossier
from connector.domain.notices import owed_for
from connector.domain.owed import Circle
from connector.domain.people import Role, StaffMember, StaffTerm
from connector.domain.proposing import propose
from connector.domain.routes import RouteStep
from connector.services.folding.person_state import person_state
from connector.testing import builders
from connector.testing.builders import attempt, programme, route, staff

DAY = timedelta(days=1)
BEGAN = date(2026, 3, 2)
LAST = date(2026, 3, 20)
BACK = date(2026, 9, 1)
STALLED = date(2026, 3, 30)
"""Twenty working days after the beginning."""

AROUND = Circle(mentors=(staff("mentor"),), methodists=(staff("methodist"),))
STEPS = (RouteStep(1, parse_target("course:a"), due_on=date(2026, 12, 1)),)
PROGRAMMES = [programme("a", ["A"]), programme("b", ["B"])]
GROUND = builders.setting(known=builders.catalogue({"quiz": ["A", "B"]}, PROGRAMMES))


def case(*employments: Span, member: StaffMember | None = None) -> StaffCase:
    person = member or staff(employed=employments[0])
    if len(employments) > 1:
        person = StaffMember("1", "Фамилия", "Имя", person.terms, tuple(employments))
    taken = attempt(date(2026, 2, 25), {"A": 30, "B": 30}, quiz="quiz")
    dossier = Dossier(person, (taken,), routes=(route(BEGAN, STEPS),))
    return builders.staff_case(dossier, GROUND)


def kinds(one: StaffCase, day: date) -> set[str]:
    return {notice.kind for notice in owed_for(one, AROUND, day)}


def stalled(one: StaffCase, day: date) -> bool:
    (told,) = person_state(one.folded, day, GROUND)["routes"]
    return told["stalled_since"] is not None


def test_the_route_of_somebody_who_left_rests() -> None:
    left = case(Span(None, LAST))
    assert "route_approved" in kinds(left, LAST)
    for day in (LAST + DAY, STALLED, date(2026, 12, 2)):
        assert kinds(left, day) == set()
        assert not stalled(left, day)
        assert propose(left, day) is None
    assert stalled(case(Span()), STALLED), "of whoever stayed it is stalled"
    # It is neither completed nor cancelled: nothing was decided about it.
    assert left.folded.routes[0].state(STALLED) == "active"


def test_the_route_of_somebody_who_returns_goes_on() -> None:
    back = case(Span(None, LAST), Span(BACK, None))
    assert kinds(back, BACK - DAY) == set()
    assert back.next_turn(STALLED) == BACK
    assert kinds(back, BACK) == {"route_stalled"}, "the methodist hears that it waits"
    assert stalled(back, BACK)
    proposal = propose(back, BACK)
    assert proposal is not None
    assert proposal.deficits == ("B",), "A has its step still"


@pytest.mark.parametrize("day", [date(2026, 4, 30), date(2026, 5, 1)])
def test_another_school_changes_nothing_about_a_route(day: date) -> None:
    terms = (
        StaffTerm(None, Role.TEACHER, "s1"),
        StaffTerm(date(2026, 5, 1), Role.TEACHER, "s2"),
    )
    moved = StaffMember("1", "Фамилия", "Имя", terms, (Span(),))
    one = case(Span(), member=moved)
    assert one.folded.routes[0].state(day) == "active"
    assert stalled(one, day)
    assert kinds(one, day) == {"route_stalled"}


def test_of_two_jobs_that_touch_or_overlap_the_route_is_one() -> None:
    """Two employments of one person, in one school and then in another or in both."""
    touching = case(Span(None, LAST), Span(LAST + DAY, None))
    both = case(Span(None, STALLED), Span(LAST, None))
    for one in (touching, both):
        assert kinds(one, STALLED) == {"route_approved", "route_stalled"}
        assert [o.key for o in owed_for(one, AROUND, STALLED)] == [
            o.key for o in owed_for(case(Span()), AROUND, STALLED)
        ]
