"""Requests about routes, and what waits for a decision: told once to whoever is to act on it."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.clock import AdjustableClock
from connector.models import Letter, Notice
from connector.services.access.logins import LoginService
from connector.services.imports.importing import ImportService
from connector.services.records.entry import Making
from connector.services.routes.asked import Asked, RequestKind
from connector.services.routes.requests import RequestService
from connector.spreadsheets.workbook import Workbook
from tests.integration.web_town import PASSWORD, M, WebTown, attempt, post, user, web_town

MONDAY = date(2026, 6, 15)
SEVEN = ("T-7", "1")
PAUSE = Asked(RequestKind.PAUSE, "операция", 0, date(2026, 7, 1), date(2026, 7, 28))
PROLONG = Asked(RequestKind.PROLONG, "не успеваю", 2, None, date(2026, 12, 14))


@pytest.fixture
def town(tmp_path: Path, database_url: str) -> Iterator[WebTown]:
    """T-1 looks after S1, T-2 in her place from the 17th; T-3 is the mentor of T-7."""
    with web_town(tmp_path, database_url) as one:
        made = Workbook()
        duties = [
            ("T-1", "methodist", "S1", "2025-09-01", None),
            ("T-2", "deputy", "T-1", "2026-06-17", None),
        ]
        made.add("assignments", [("personnel_no", "duty", "of", "from", "until"), *duties])
        made.add("mentorships", [("mentor", "mentee", "from"), ("T-3", "T-7", "2026-01-12")])
        with one.container.db.writing() as session:
            service = ImportService()
            plan = service.check(session, M, made, MONDAY)
            assert [str(fault) for fault in plan.faults] == []
            service.apply(session, plan, one.container.clock.now(), "tests")
        one.engine.settle()
        yield one


def pass_to(town: WebTown, day: date, hour: int) -> None:
    """To that hour in Moscow, with everything done and sent that is due by then."""
    clock = town.container.clock
    assert isinstance(clock, AdjustableClock)
    clock.move_to(datetime(day.year, day.month, day.day, hour - 3, tzinfo=UTC))
    town.engine.settle()
    while town.engine.sender.run_once():
        pass


def does(
    town: WebTown, by: str, act: Callable[[RequestService, Making, int], str | None]
) -> str | None:
    """Acts on the latest request of T-7's route, and has the consequences worked out."""
    now = town.container.clock.now()
    with town.container.db.writing() as session:
        setting = town.container.settings.get(session, M, now.date())
        service = RequestService(session, setting)
        latest = [one.id for one in service.of_route(SEVEN)][:1]
        why = act(service, Making(by, now, now.date()), latest[0] if latest else 0)
    town.engine.settle()
    return why


def told(town: WebTown, *kinds: str) -> list[tuple[str, str | None, str]]:
    """Kind, recipient and state."""
    with town.container.db.reading() as session:
        rows = session.scalars(select(Notice).where(Notice.kind.in_(kinds)).order_by(Notice.key))
        return [(row.kind, row.recipient, row.state) for row in rows]


def texts(session: Session, recipient: str) -> str:
    rows = session.scalars(select(Letter).where(Letter.recipient == recipient))
    return "\n".join(f"{row.subject}\n{row.text}" for row in rows)


def leads(letter: str) -> str:
    """The path behind the letter's own link."""
    (url,) = re.findall(r"^Открыть в системе: (\S+)$", letter, re.MULTILINE)
    return urlsplit(url).path


ALL = ("request_made", "request_waits", "request_decided")


def test_a_request_is_told_and_its_answer_comes_back_to_those_concerned(town: WebTown) -> None:
    assert does(town, "link:T-7", lambda s, m, _: s.ask(SEVEN, PAUSE, m)) is None
    assert told(town, *ALL) == [("request_made", "T-1", "waiting")]
    pass_to(town, date(2026, 6, 16), 12)
    assert told(town, *ALL) == [("request_made", "T-1", "sent")]
    with town.container.db.reading() as session:
        letter = texts(session, "T-1")
    assert "перерыв с 01.07.2026 по 28.07.2026, просит сам педагог" in letter
    assert "операция" not in letter
    # She has the duty and no log-in, and would be refused there.
    assert "/routes/waiting" not in letter
    assert f"--role methodist --municipality {M} --person T-1" in letter

    refuse = does(town, "methodist", lambda s, m, n: s.refuse(n, "давайте перенесём на август", m))
    assert refuse is None
    assert told(town, "request_decided") == [
        ("request_decided", "T-3", "waiting"),
        ("request_decided", "T-7", "waiting"),
    ]
    pass_to(town, date(2026, 6, 16), 13)
    assert {state for _, _, state in told(town, *ALL)} == {"sent"}
    with town.container.db.reading() as session:
        teacher = texts(session, "T-7")
    assert "пока нельзя. Пояснение: «давайте перенесём на август»" in teacher
    route = f"/m/{M}/staff/T-7/routes/1"
    assert leads(teacher) == route
    assert "давайте перенесём на август" in town.client("mentor").get(route).text
    # From a letter of several pages one comes to the list.
    assert f'<a href="{route}">' in town.client("methodist").get(f"/m/{M}/notices").text
    assert len(told(town, *ALL)) == 3, "once"


def test_whoever_decides_finds_the_requests_beside_other_things(town: WebTown) -> None:
    with town.container.db.writing() as session:
        now = town.container.clock.now()
        LoginService(session).add("anna", PASSWORD, "methodist", M, now, "T-1")
    assert does(town, "link:T-7", lambda s, m, _: s.ask(SEVEN, PAUSE, m)) is None
    pass_to(town, date(2026, 6, 16), 12)
    with town.container.db.reading() as session:
        letter = texts(session, "T-1")
    # Each of several things has a link of its own.
    assert f"Открыть: http://127.0.0.1:8080/m/{M}/routes/waiting\n" in letter


def test_what_is_taken_back_or_decided_before_the_digest_disturbs_nobody(town: WebTown) -> None:
    assert does(town, "link:T-7", lambda s, m, _: s.ask(SEVEN, PAUSE, m)) is None
    assert does(town, "link:T-7", lambda s, m, n: s.take_back(n, m)) is None
    assert told(town, *ALL) == [("request_made", "T-1", "withdrawn")]
    # The mentor signs in under a name of her own.
    assert does(town, "mentor", lambda s, m, _: s.ask(SEVEN, PROLONG, m)) is None
    granted = does(town, "methodist", lambda s, m, n: s.grant(n, "", ImportService(), m))
    assert granted is None
    pass_to(town, date(2026, 6, 16), 12)
    assert told(town, *ALL) == [
        ("request_decided", "T-3", "sent"),
        ("request_decided", "T-7", "sent"),
        ("request_made", "T-1", "withdrawn"),
        ("request_made", "T-1", "withdrawn"),
    ]
    with town.container.db.reading() as session:
        assert "за Вас просили 15.06.2026: продлить шаг 2" in texts(session, "T-7")


def test_a_request_that_waits_is_reminded_of_once_and_deputies_stand_in(town: WebTown) -> None:
    pass_to(town, date(2026, 6, 17), 12)
    assert does(town, "link:T-7", lambda s, m, _: s.ask(SEVEN, PAUSE, m)) is None
    assert told(town, *ALL) == [("request_made", "T-2", "waiting")]
    for day in (18, 19):
        pass_to(town, date(2026, 6, day), 12)
        assert told(town, *ALL) == [("request_made", "T-2", "sent")]
    # The third working day after the 17th.
    for day in (22, 23, 24, 29):
        pass_to(town, date(2026, 6, day), 12)
        assert told(town, *ALL)[1:] == [
            ("request_waits", "T-2", "waiting" if day == 22 else "sent")
        ]


def test_drafts_are_told_as_one_number_a_day_with_news_and_on_sundays(town: WebTown) -> None:
    for n in (9, 10):
        event = attempt(900 + n, 30)
        times = {"finished_at": "2026-06-14T10:00:00Z", "number": 2}
        taken = {**event["attempt"], **times}
        post(town, "mood", f"d{n}", {**event, "user": user(n), "attempt": taken})
    town.engine.settle()
    while town.engine.proposer.run_once():
        town.engine.settle()
    kind = "decisions_waiting"
    pass_to(town, MONDAY, 17)
    assert told(town, kind) == []
    pass_to(town, MONDAY, 22)
    pass_to(town, MONDAY, 23)
    assert told(town, kind) == [(kind, "T-1", "waiting")]
    pass_to(town, date(2026, 6, 16), 12)
    pass_to(town, date(2026, 6, 16), 22)
    assert told(town, kind) == [(kind, "T-1", "sent")], "nothing is new"
    with town.container.db.reading() as session:
        (params,) = session.scalars(select(Notice.params).where(Notice.kind == kind))
        assert params["drafts"] == params["fresh"] >= 2
        assert f"- {params['drafts']} черновик" in texts(session, "T-1")
    # T-2 is the deputy on Sunday.
    pass_to(town, date(2026, 6, 21), 22)
    assert told(town, kind)[1:] == [(kind, "T-2", "waiting")]
    with town.container.db.reading() as session:
        query = select(Notice.params).where(Notice.kind == kind, Notice.recipient == "T-2")
        assert session.scalars(query).one()["fresh"] == 0
