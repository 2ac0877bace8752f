"""Lists of decisions open with the viewer's own people, as many as the letter says."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from connector.clock import AdjustableClock
from connector.models import Notice
from connector.services.access.logins import LoginService
from connector.services.imports.importing import ImportService
from connector.services.records.entry import Making
from connector.services.routes.asked import Asked, RequestKind
from connector.services.routes.requests import RequestService
from connector.spreadsheets.workbook import Workbook
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

DRAFTS = f"/m/{M}/routes/drafts/"
WAITING = f"/m/{M}/routes/waiting"
GYMNASIUM, SCHOOL = ("T-9", "T-10"), ("T-11", "T-13", "T-14")
PAUSE = Asked(
    RequestKind.PAUSE,
    "операция",
    0,
    datetime(2026, 7, 1, tzinfo=UTC).date(),
    datetime(2026, 7, 28, tzinfo=UTC).date(),
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebTown]:
    """T-1 looks after the gymnasium, T-12 after the school; `third` after nobody."""
    duties = [
        ("T-1", "methodist", "S1", "2025-09-01", None),
        ("T-12", "methodist", "S2", "2025-09-01", None),
    ]
    with web_town(tmp_path_factory.mktemp("charge")) as made:
        book = Workbook()
        book.add("assignments", [("personnel_no", "duty", "of", "from", "until"), *duties])
        with made.container.db.writing() as session:
            service = ImportService()
            plan = service.check(session, M, book, NOW.date())
            assert [str(fault) for fault in plan.faults] == []
            service.apply(session, plan, NOW, "tests")
        with made.container.db.writing() as session:
            for name, person in (("first", "T-1"), ("second", "T-12"), ("third", "T-8")):
                LoginService(session).add(name, PASSWORD, "methodist", M, NOW, person)
        for serial, person in enumerate((*GYMNASIUM, *SCHOOL), 900):
            n = int(person.removeprefix("T-"))
            event = attempt(serial, 30)
            taken = {**event["attempt"], "finished_at": "2026-06-14T10:00:00Z", "number": 2}
            post(made, "mood", f"c{serial}", {**event, "user": user(n), "attempt": taken})
        work(made)
        with made.container.db.writing() as session:
            setting = made.container.settings.get(session, M, NOW.date())
            asked = Making("T-4", NOW, NOW.date())
            assert RequestService(session, setting).ask(("T-4", "1"), PAUSE, asked) is None
        work(made)
        yield made


def work(town: WebTown) -> None:
    town.engine.settle()
    while town.engine.proposer.run_once():
        town.engine.settle()


def people_on(page: str) -> set[str]:
    return set(re.findall(r'name="draft" value="(T-\d+)\|', page))


def tabs_of(page: str) -> dict[str, int]:
    """What the tabs above the list say, by their names."""
    found = re.search(r'aria-label="Чьи работники">(.*?)</nav>', page, re.S)
    tabs = re.findall(r">(\w+) <b>(\d+)</b>", found[1]) if found else []
    return {name: int(count) for name, count in tabs}


def test_drafts_open_with_the_own_people_and_everybody_is_one_click_away(town: WebTown) -> None:
    client = town.client("first")
    own = people_on(client.get(DRAFTS).text)
    assert own >= set(GYMNASIUM)
    assert not own & set(SCHOOL)
    page = client.get(DRAFTS).text
    every = client.get(f"{DRAFTS}?methodist=all").text
    assert people_on(every) == own | set(SCHOOL)
    assert tabs_of(page) == tabs_of(every) == {"мои": len(own), "все": len(own) + len(SCHOOL)}
    # Whoever stands in for a colleague opens theirs, and may decide there.
    assert people_on(client.get(f"{DRAFTS}?methodist=T-12").text) == set(SCHOOL)
    assert client.get(f"{DRAFTS}one?person=T-13&number=2026-1").status_code == 200


def test_who_has_nobody_by_assignment_sees_everybody(town: WebTown) -> None:
    page = town.client("third").get(DRAFTS).text
    assert people_on(page) >= {*GYMNASIUM, *SCHOOL}
    assert tabs_of(page) == {}


def test_the_first_page_and_the_lists_agree_with_the_letter(town: WebTown) -> None:
    clock = town.container.clock
    assert isinstance(clock, AdjustableClock)
    clock.move_to(NOW.replace(hour=19))
    town.engine.settle()
    with town.container.db.reading() as session:
        query = select(Notice.recipient, Notice.params).where(Notice.kind == "decisions_waiting")
        told = {one.recipient: one.params for one in session.execute(query)}
    assert set(told) == {"T-1", "T-12"}
    for name, number in (("first", "T-1"), ("second", "T-12")):
        client = town.client(name)
        home = client.get(f"/m/{M}/").text
        assert f">{told[number]['drafts']} чернов" in home
        assert tabs_of(client.get(DRAFTS).text)["мои"] == told[number]["drafts"]
    # T-4 of the gymnasium has asked; the school's methodist is not told of it, nor shown it first.
    assert (told["T-1"]["requests"], told["T-12"]["requests"]) == (1, 0)
    assert "просьба или документ" in town.client("first").get(f"/m/{M}/").text
    assert "просьба или документ" not in town.client("second").get(f"/m/{M}/").text
    assert "операция" in town.client("first").get(WAITING).text
    assert "операция" not in town.client("second").get(WAITING).text
    assert "операция" in town.client("second").get(f"{WAITING}?methodist=all").text


def test_everything_on_the_page_is_what_is_shown(town: WebTown) -> None:
    client = town.client("second")
    page = client.get(DRAFTS).text
    every = re.findall(r'name="every" value="([^"]+)"', page)
    assert {one.partition("|")[0] for one in every} == set(SCHOOL)
    form = dict(re.findall(r'<input type="hidden" name="(methodist|q)" value="([^"]*)"', page))
    sent = {"csrf_token": csrf_token(page), "every": every, "then": "all", **form}
    answer = client.post(f"{DRAFTS}approve", data=sent)
    after = client.get(answer.headers["Location"]).text
    assert "Утверждено: 3 маршрута." in after
    assert "У ваших работников черновиков нет." in after
    assert people_on(client.get(f"{DRAFTS}?methodist=all").text) >= set(GYMNASIUM)
