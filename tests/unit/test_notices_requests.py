"""What is told of requests about routes: to whoever decides, and back to those whom it concerns."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from connector.domain.cases import StaffCase
from connector.domain.dossier import Dossier
from connector.domain.notices import owed_for
from connector.domain.owed import Circle, Owed
from connector.domain.requests import RequestState, RouteRequest
from connector.testing import builders
from connector.testing.builders import route, staff

DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)
ASKED = RouteRequest(
    7, "1", "pause", MONDAY, first=MONDAY + DAY, last=MONDAY + 5 * DAY, asked_by="1"
)
GRANTED = replace(
    ASKED, state=RequestState.GRANTED, decided_on=MONDAY + DAY, decided_by="methodist",
    decision="согласовано\n- и поправляйтесь",
)  # fmt: skip
MENTOR, METHODIST, OTHER = staff("mentor"), staff("methodist"), staff("other")
AROUND = Circle(
    mentors=(MENTOR,), heads={"a": staff("head")}, methodists=(METHODIST, OTHER),
    colleagues={"1": (staff(),), "mentor": (MENTOR,), "methodist": (METHODIST,)},
)  # fmt: skip


def case(request: RouteRequest, number: str = "1") -> StaffCase:
    held = replace(route(MONDAY - 5 * DAY, ()), number=number)
    dossier = Dossier(staff(), routes=(held,), requests=(request,))
    return builders.staff_case(dossier, builders.setting())


def owed(request: RouteRequest, day: date, around: Circle = AROUND) -> list[Owed]:
    found = owed_for(case(request), around, day)
    return [notice for notice in found if notice.kind.startswith("request_")]


def told(request: RouteRequest, day: date, around: Circle = AROUND) -> list[tuple[str, str, str]]:
    return [(o.kind, str(o.role), str(o.recipient)) for o in owed(request, day, around)]


MADE = [("request_made", "methodist", "methodist"), ("request_made", "methodist", "other")]


def test_a_request_is_told_to_the_methodists_and_why_stays_on_the_page() -> None:
    assert told(ASKED, MONDAY) == MADE
    first, _ = owed(ASKED, MONDAY)
    assert first.key == "request_made:1/1:7:methodist:methodist"
    assert not first.urgent
    assert (first.params["asked"], first.params["first"]) == ("pause", "2026-03-03")
    assert first.params["own"]
    assert told(ASKED, MONDAY - DAY) == []
    # However long it waits, until somebody decides.
    assert told(ASKED, MONDAY + 90 * DAY) == MADE


def test_where_nobody_looks_after_the_person_the_lack_is_seen() -> None:
    assert told(ASKED, MONDAY, Circle()) == [("request_made", "methodist", "None")]


def test_a_methodist_who_asked_in_the_teachers_place_is_not_told_of_it() -> None:
    mine = replace(ASKED, asked_by="methodist")
    assert told(mine, MONDAY) == MADE[1:]
    alone = replace(AROUND, methodists=(METHODIST,))
    assert told(mine, MONDAY, alone) == []


@pytest.mark.parametrize(("after", "reminds"), [(2, False), (3, True), (10, True), (11, False)])
def test_after_three_working_days_one_is_reminded_once(after: int, reminds: bool) -> None:
    day = MONDAY + after * DAY
    found = [o for o in owed(ASKED, day) if o.kind == "request_waits"]
    assert [o.recipient for o in found] == (["methodist", "other"] if reminds else [])
    if reminds:
        assert found[0].happened_on == MONDAY + 3 * DAY
        assert found[0].follows == ("request_made:1/1:7:methodist:methodist",)


def test_the_day_of_the_reminder_is_a_day_to_look_again() -> None:
    calendar = case(ASKED).setting.calendar
    assert ASKED.next_turn(MONDAY, calendar) == MONDAY + 3 * DAY
    assert ASKED.next_turn(MONDAY + 3 * DAY, calendar) is None
    assert GRANTED.next_turn(MONDAY, calendar) is None
    friday = replace(ASKED, asked_on=MONDAY + 4 * DAY)
    assert friday.next_turn(friday.asked_on, calendar) == MONDAY + 9 * DAY


def test_a_decision_is_told_to_whoever_asked_and_those_concerned() -> None:
    day = MONDAY + DAY
    both = [("request_decided", "teacher", "1"), ("request_decided", "mentor", "mentor")]
    assert sorted(told(GRANTED, day)) == sorted(both)
    assert sorted(told(replace(GRANTED, asked_by="mentor"), day)) == sorted(both)
    # The methodist asked in their place, and another one decided.
    by_methodist = replace(GRANTED, asked_by="methodist", decided_by="other")
    third = ("request_decided", "methodist", "methodist")
    assert sorted(told(by_methodist, day)) == sorted([*both, third])
    # Whoever decided what they asked themselves knows.
    own = replace(GRANTED, asked_by="methodist", decided_by="methodist")
    assert sorted(told(own, day)) == sorted(both)
    # Who asked is not known any more.
    assert sorted(told(replace(GRANTED, asked_by=None), day)) == sorted(both)


def test_the_letter_leads_whoever_decides_to_the_queue_and_others_to_the_route() -> None:
    for notice in owed(ASKED, MONDAY + 3 * DAY):
        assert notice.params["page"] == "/m/test/routes/waiting", notice.kind
    later = replace(GRANTED, route="2/б")
    found = owed_for(case(later, "2/б"), AROUND, MONDAY + DAY)
    pages = {one.params["page"] for one in found if one.kind == "request_decided"}
    assert pages == {"/m/test/staff/1/routes/2%2F%D0%B1"}


def test_a_decision_says_why_in_one_line_and_is_news_for_a_month() -> None:
    (first, *_) = owed(replace(GRANTED, state=RequestState.REFUSED), MONDAY + DAY)
    assert first.params["why"] == "согласовано - и поправляйтесь"
    assert not first.params["granted"]
    assert len(told(GRANTED, MONDAY + 31 * DAY)) == 2
    assert told(GRANTED, MONDAY + 32 * DAY) == []
    assert told(GRANTED, MONDAY) == []


def test_what_was_taken_back_or_is_about_no_route_is_told_to_nobody() -> None:
    back = replace(ASKED, state=RequestState.TAKEN_BACK, decided_on=MONDAY)
    assert told(back, MONDAY) == []
    found = owed_for(case(ASKED, "2"), AROUND, MONDAY)
    assert not any(o.kind.startswith("request_") for o in found)
