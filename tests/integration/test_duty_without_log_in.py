"""A methodist by duty who has no log-in: told what to ask for, led to no page that refuses her."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from connector.clock import AdjustableClock
from connector.models import Letter
from connector.services.access.logins import LoginService
from connector.services.imports.importing import ImportService
from connector.services.notices.readers import Reader, Readers
from connector.spreadsheets.workbook import Workbook
from connector.texts.letters import Told
from tests.integration.web_town import (
    NOW,
    PASSWORD,
    M,
    WebTown,
    attempt,
    csrf_token,
    post,
    user,
    web_town,
)

COMMAND = f"connector people add ИМЯ --role methodist --municipality {M} --person T-1"
DRAFTS = f"/m/{M}/routes/drafts/"
WAITING = {"drafts": 3, "fresh": 3, "files": 0, "requests": 0, "on": "2026-06-15"}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[WebTown]:
    """T-1 looks after the gymnasium, and after T-2, who heads an association; drafts wait there."""
    with web_town(tmp_path) as one:
        made = Workbook()
        duties = [("T-1", "methodist", "S1"), ("T-2", "methodist", "MMO")]
        made.add("assignments", [("personnel_no", "duty", "of"), *duties])
        with one.container.db.writing() as session:
            service = ImportService()
            plan = service.check(session, M, made, NOW.date())
            assert [str(fault) for fault in plan.faults] == []
            service.apply(session, plan, NOW, "tests")
        for serial, n in ((909, 9), (910, 10)):
            event = attempt(serial, 30)
            taken = {**event["attempt"], "finished_at": "2026-06-14T10:00:00Z", "number": 2}
            post(one, "mood", f"n{n}", {**event, "user": user(n), "attempt": taken})
        one.engine.settle()
        while one.engine.proposer.run_once():
            one.engine.settle()
        yield one


def letter_of_the_evening(town: WebTown, recipient: str) -> Letter:
    clock = town.container.clock
    assert isinstance(clock, AdjustableClock)
    for day, hour in ((15, 19), (16, 9)):
        clock.move_to(datetime(2026, 6, day, hour, tzinfo=UTC))
        town.engine.settle()
        while town.engine.sender.run_once():
            pass
    with town.container.db.reading() as session:
        wanted = (Letter.recipient == recipient, Letter.text.contains("чернов"))
        return session.scalars(select(Letter).where(*wanted)).one()


def seen(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def by_link(town: WebTown, number: str, path: str) -> FlaskClient:
    address = f"t{number.removeprefix('T-')}@school.example"
    url = town.container.links.sign_in(M, number, address, path, town.container.clock.now())
    client, enter = town.client(), url.removeprefix("http://127.0.0.1:8080")
    client.post(enter, data={"csrf_token": csrf_token(client.get(enter).text)})
    return client


def test_the_letter_says_what_to_ask_for_and_its_button_is_open(town: WebTown) -> None:
    letter = letter_of_the_evening(town, "T-1")
    assert COMMAND in letter.text
    assert COMMAND in seen(letter.html)
    assert "нужен" not in letter.subject
    assert "routes/drafts" not in letter.text + letter.html
    (button,) = re.findall(r"Открыть в системе: http://127.0.0.1:8080(\S+)", letter.text)
    assert by_link(town, "T-1", button).get(button).status_code == 200


def test_the_page_says_what_to_ask_for_and_then_the_link_opens_it(town: WebTown) -> None:
    refused = by_link(town, "T-1", DRAFTS).get(DRAFTS)
    assert refused.status_code == 403
    assert COMMAND in seen(refused.text)
    assert "по обязанности методиста" in refused.text
    # Whoever has no duty over others is told of none.
    other = by_link(town, "T-9", DRAFTS).get(DRAFTS).text
    assert "people add" not in other
    assert "попросите о нём администратора" in other
    with town.container.db.writing() as session:
        # What she had before stays hers; the methodist's is what a link means then.
        LoginService(session).add("anna", PASSWORD, "teacher", M, NOW, "T-1")
    assert COMMAND in seen(by_link(town, "T-1", DRAFTS).get(DRAFTS).text)
    with town.container.db.writing() as session:
        LoginService(session).add("zoya", PASSWORD, "methodist", M, NOW, "T-1")
    assert by_link(town, "T-1", DRAFTS).get(DRAFTS).status_code == 200
    letter = letter_of_the_evening(town, "T-1")
    assert "people add" not in letter.text
    assert f"http://127.0.0.1:8080{DRAFTS}" in letter.text


@pytest.mark.parametrize(
    ("reader", "told", "is_open"),
    [
        # T-2 heads the association of T-4 and is there as a head, log-in or not.
        ("T-2", Told("route_stalled", "methodist", {"of": "T-4", "number": "1"}), True),
        ("T-2", Told("stalls_week", "methodist", {}), True),
        ("T-2", Told("decisions_waiting", "methodist", WAITING), False),
        ("T-2", Told("route_stalled", "methodist", {"of": "T-13", "number": "1"}), False),
        ("T-1", Told("stalls_week", "methodist", {}), False),
        ("T-1", Told("stalls_week", "head", {}), True),
        ("T-1", Told("decision_addressed", "methodist", {"number": "1"}), True),
        ("T-1", Told("plan_met", "methodist", {"code": "korolev.routes"}), True),
        ("T-1", Told("own_kind", "methodist", {}), True),
    ],
)
def test_what_is_open_without_a_log_in_stays_a_button(
    town: WebTown, reader: str, told: Told, is_open: bool
) -> None:
    with town.container.db.reading() as session:
        readers = Readers(town.container.rulebook)
        found = readers.find(session, M, reader, [told], NOW)
    assert found is None or isinstance(found, Reader)
    assert (found is None or found.opens(told)) is is_open
    assert (found is None or found.needs([told]) is None) is is_open
