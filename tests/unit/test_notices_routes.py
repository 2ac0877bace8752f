"""What is told of a route that goes on: once to each, kindly, and only while it is news."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from connector.domain.cases import StaffCase
from connector.domain.catalogue import parse_target
from connector.domain.dossier import Dossier
from connector.domain.evidence import Evidence
from connector.domain.notices import owed_for
from connector.domain.owed import Circle, Owed
from connector.domain.records import HandmadeEvidence
from connector.domain.routes import Route, RouteStep
from connector.testing import builders
from connector.testing.builders import completion, programme, route, staff

DAY = timedelta(days=1)
BEGAN = date(2026, 3, 2)
STEPS = (
    RouteStep(1, parse_target("course:a"), due_on=date(2026, 4, 1)),
    RouteStep(2, parse_target("manual")),
)
AROUND = Circle(
    mentors=(staff("mentor"),), heads={"a": staff("head")}, methodists=(staff("methodist"),)
)
TOLD = [("mentor", "mentor"), ("methodist", "methodist"), ("teacher", "1")]


def case(*evidence: Evidence, own: Route | None = None, **more: object) -> StaffCase:
    known = builders.catalogue({}, [programme("a", ["A"], title="Современный урок")])
    held = own or route(BEGAN, STEPS)
    dossier = Dossier(staff(), tuple(evidence), routes=(held,), **more)  # type: ignore[arg-type]
    return builders.staff_case(dossier, builders.setting(known=known))


def owed(kind: str, one: StaffCase, day: date) -> list[Owed]:
    return [notice for notice in owed_for(one, AROUND, day) if notice.kind == kind]


def test_an_approved_route_is_told_to_the_teacher_the_mentor_and_the_methodist() -> None:
    found = owed("route_approved", case(), BEGAN)
    assert [(str(o.role), o.recipient) for o in found] == TOLD
    assert not any(o.urgent for o in found)
    assert found[2].params["steps"] == [
        {"title": "Современный урок", "order": 1, "due": "2026-04-01", "required": True},
        {"title": None, "order": 2, "due": None, "required": True},
    ]
    later = replace(route(BEGAN, STEPS), approved_on=BEGAN + 3 * DAY)
    assert owed("route_approved", case(own=later), BEGAN + 2 * DAY) == []
    (key, *_) = [o.key for o in owed("route_approved", case(own=later), BEGAN + 3 * DAY)]
    assert key == "route_approved:1/1:2026-03-05:mentor:mentor"


@pytest.mark.parametrize(("after", "count"), [(0, 3), (30, 3), (31, 0)])
def test_an_approval_of_long_ago_is_no_news(after: int, count: int) -> None:
    assert len(owed("route_approved", case(), BEGAN + after * DAY)) == count


def test_drafts_and_cancelled_routes_owe_nothing() -> None:
    draft = route(BEGAN, STEPS, approved=False)
    assert owed("route_approved", case(own=draft), BEGAN) == []
    cancelled = replace(route(BEGAN, STEPS), cancelled_on=BEGAN + DAY)
    done = completion(BEGAN, "a")
    assert owed_for(case(done, own=cancelled), AROUND, BEGAN + DAY) == ()
    assert len(owed("step_done", case(done, own=cancelled), BEGAN)) == 3


def test_a_step_is_told_when_it_is_done_and_the_last_one_as_the_route() -> None:
    done = completion(BEGAN + DAY, "a")
    found = owed("step_done", case(done), BEGAN + DAY)
    assert [(str(o.role), o.recipient) for o in found] == TOLD
    assert found[0].key == "step_done:1/1:1:2026-03-03:mentor:mentor"
    assert found[0].params["title"] == "Современный урок"
    assert owed("step_done", case(done), BEGAN) == []
    document = HandmadeEvidence("x", "1", "step", "1/2", BEGAN + 2 * DAY)
    whole = case(done, handmade=(document,))
    assert [o.params["order"] for o in owed("step_done", whole, BEGAN + DAY)] == [1, 1, 1]
    assert owed("step_done", whole, BEGAN + 2 * DAY) == []
    assert len(owed("route_completed", whole, BEGAN + 2 * DAY)) == 3


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2026, 8, 1), []),
        (date(2026, 8, 2), ["methodist", "teacher"]),
        (date(2026, 9, 1), ["methodist", "teacher"]),
        (date(2026, 9, 2), []),
    ],
)
def test_a_document_that_expires_is_told_before_and_leaves_the_step_done(
    day: date, told: list[str]
) -> None:
    document = HandmadeEvidence(
        "proof-1", "1", "step", "1/2", BEGAN, "справка.pdf", date(2026, 9, 1)
    )
    one = case(handmade=(document,))
    assert [str(o.role) for o in owed("proof_expiring", one, day)] == told
    (_, manual) = one.folded.routes[0].steps
    assert manual.done is not None


def test_time_alone_brings_the_warning_up() -> None:
    document = HandmadeEvidence("proof-1", "1", "step", "1/2", BEGAN, None, date(2026, 9, 1))
    one = case(handmade=(document,))
    assert one.next_turn(date(2026, 7, 1)) == date(2026, 8, 2)
    assert one.next_turn(date(2026, 8, 2)) == date(2026, 9, 2)
