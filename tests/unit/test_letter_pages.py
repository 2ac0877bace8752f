"""Where letters lead: to what they are about, to the list it stands in, nowhere."""

from typing import Any

import pytest

from connector.texts.letter_pages import open_page_of, page_of
from connector.texts.letters import Leads, Told, render_letter

TOWN = "korolev"
ROUTE = {"of": "7", "number": "1"}


def told(kind: str, role: str = "methodist", **params: Any) -> Told:
    return Told(kind, role, params)


@pytest.mark.parametrize(
    ("one", "path"),
    [
        (told("request_made", **ROUTE), "staff/7/routes/1"),
        (
            told("request_decided", "teacher", of="7/8", number="1 а"),
            "staff/7%2F8/routes/1%20%D0%B0",
        ),
        (told("route_stalled", "head", **ROUTE), "staff/7/routes/1"),
        (told("deficits_found", "mentor", of="7"), "staff/7"),
        (told("decision_due", "addressee", number="Р-1"), "decisions/%D0%A0-1"),
        (told("plan_met", code="korolev.routes"), "indicators/korolev.routes"),
        (told("stalls_week"), "routes/stalls/"),
        (told("decisions_waiting", drafts=2, files=0, requests=0), "routes/drafts/"),
        (told("decisions_waiting", drafts=0, files=1, requests=0), "routes/waiting"),
        (told("decisions_waiting", drafts=2, files=0, requests=1), ""),
    ],
)
def test_a_letter_about_one_thing_leads_to_it(one: Told, path: str) -> None:
    assert page_of(TOWN, [one, one]) == f"/m/{TOWN}/{path}"


def test_a_letter_about_several_leads_to_their_list() -> None:
    other = {**ROUTE, "number": "2"}
    stalled = [told("route_stalled", **ROUTE), told("stall_reminder", **other)]
    assert page_of(TOWN, stalled) == f"/m/{TOWN}/routes/stalls/"
    due = [told("decision_due", number="1"), told("decision_overdue", number="2")]
    assert page_of(TOWN, due) == f"/m/{TOWN}/decisions/"


def test_what_has_nothing_in_common_leads_nowhere_by_itself() -> None:
    asked = told("request_made", page="/m/korolev/routes/waiting", **ROUTE)
    assert page_of(TOWN, [asked, told("stalls_week")]) == ""
    assert page_of(TOWN, []) == ""


def test_what_is_about_no_page_keeps_nobody_from_the_one_there_is() -> None:
    route = told("step_done", "teacher", **ROUTE)
    assert page_of(TOWN, [route, told("own_kind", "teacher")]) == f"/m/{TOWN}/staff/7/routes/1"


def test_a_messenger_carries_no_path_that_names_a_person() -> None:
    assert open_page_of(TOWN, [told("route_stalled", **ROUTE)]) == f"/m/{TOWN}/routes/stalls/"
    assert open_page_of(TOWN, [told("step_done", "teacher", **ROUTE)]) == ""
    assert open_page_of(TOWN, [told("decision_due", number="1")]) == f"/m/{TOWN}/decisions/1"


def test_each_part_of_a_letter_has_its_link_and_none_of_them_is_kept() -> None:
    notices = [
        told("stalls_week", open=1, new=0, closed=0, unanswered=0, due=0, escalated=0, longest=3,
             oldest=[]),
        told("decisions_waiting", drafts=2, fresh=0, files=0, requests=0, on="2026-03-10"),
    ]  # fmt: skip
    board, drafts = ("https://c/enter/b", "https://c/board"), ("https://c/enter/d", "https://c/d")
    parts = {("stalls_week", "methodist"): board, ("decisions_waiting", "methodist"): drafts}
    leads = Leads("https://c/enter/a", 24, page="https://c/a", parts=parts)
    letter = render_letter(notices, "Королёв", leads=leads)
    for form in (letter.text, letter.html):
        assert form.index("Маршруты: что ждёт") < form.index("enter/d")
        assert all(form.count(one) == 1 for one in ("enter/a", "enter/b", "enter/d"))
        kept = leads.kept(form)
        assert "/enter/" not in kept
        assert all(one in kept for one in ("https://c/a", "https://c/board", "https://c/d"))
