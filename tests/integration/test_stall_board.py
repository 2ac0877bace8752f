"""Answers on the board of stalled routes, and what becomes of them as days pass."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select, update

from connector.cli.stalls import document_of
from connector.clock import AdjustableClock
from connector.models import Letter, Notice, StallAnswer, Tenant
from connector.services.access.logins import LoginService
from connector.services.folding.recounting import Recount
from connector.services.stalls.board import BoardService
from tests.contract.native_events import native_event
from tests.integration.web_town import (
    NOW,
    PASSWORD,
    M,
    WebTown,
    csrf_token,
    post,
    user,
    web_town,
)

BOARD = f"/m/{M}/routes/stalls/"
ANSWERS = f"{BOARD}answers"
DAY = timedelta(days=1)
CHECKED_ON = date(2026, 6, 22)
"""A Monday, five working days after NOW, 12 June being no working day of that week."""


def case(n: int) -> str:
    """Of the town's stalled routes: those of T-4 and T-6 had a step done, T-5 and T-7 none."""
    return f"T-{n}|1|{'2026-05-20' if n in (4, 6) else '2026-03-12'}"


def answer(client: FlaskClient, *cases: str, **form: str) -> Any:
    token = csrf_token(client.get(BOARD).text)
    return client.post(ANSWERS, data={"csrf_token": token, "case": list(cases), **form})


def asked_lines(client: FlaskClient) -> dict[str, str]:
    """By case: whose turn it is, and who knows."""
    page = client.get(f"{BOARD}?methodist=all").text
    cases = re.findall(r'form="bulk" name="case" value="([^"]+)"', page)
    lines = re.findall(r"Чья очередь:.*?</p>", page, re.DOTALL)
    plain = (" ".join(re.sub(r"<[^>]+>", "", line).split()) for line in lines)
    return dict(zip(cases, plain, strict=True))


def documents_of(town: WebTown) -> dict[str, Any]:
    """As `connector stalls --json` says it, by person; the outbox is asked once for all of them."""
    asked: list[str] = []

    def note(*args: Any) -> None:
        asked.append(args[2])

    container = town.container
    board = partial(
        BoardService,
        rulebook=container.rulebook,
        settings=container.settings,
        now=container.clock.now(),
    )
    event.listen(container.db.engine, "before_cursor_execute", note)
    try:
        with container.db.reading() as session:
            cards = board(session).cards(M, lambda _: True)
    finally:
        event.remove(container.db.engine, "before_cursor_execute", note)
    assert sum("notices" in statement for statement in asked) == 1
    return {card.person.personnel_no: plain_json(document_of(card)) for card in cards}


def plain_json(document: Any) -> Any:
    return json.loads(json.dumps(document, default=str))


def hold(town: WebTown, person: str, reason: str) -> None:
    """The head's letter about the person's stall becomes what it is after it has come back."""
    with town.container.db.writing() as session:
        session.execute(
            update(Notice)
            .where(Notice.key.startswith(f"route_stalled:{person}/1:"), Notice.role == "head")
            .values(state="held", reason=reason, sent_at=None)
        )


def given(town: WebTown) -> list[tuple[str, str, str, date | None, str | None]]:
    with town.container.db.reading() as session:
        rows = session.scalars(select(StallAnswer).order_by(StallAnswer.id))
        return [(r.person, r.kind, r.author, r.until, r.recipient) for r in rows]


def told(town: WebTown, kind: str) -> dict[tuple[str | None, str], str]:
    """State by recipient and key."""
    with town.container.db.reading() as session:
        rows = session.scalars(select(Notice).where(Notice.kind == kind))
        return {(row.recipient, row.key): row.state for row in rows}


def recipients(town: WebTown, kind: str, state: str = "sent") -> set[str | None]:
    return {who for (who, _), now in told(town, kind).items() if now == state}


def pass_to(town: WebTown, day: date) -> None:
    """Noon of a day in Moscow, with everything done and sent that is due by then."""
    clock = town.container.clock
    assert isinstance(clock, AdjustableClock)
    clock.move_to(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
    town.engine.settle()
    while town.engine.sender.run_once():
        pass


@pytest.fixture
def own(tmp_path: Path, database_url: str) -> Iterator[WebTown]:
    with petrovas(tmp_path, database_url) as town:
        yield town


@contextmanager
def petrovas(folder: Path, database_url: str | None = None) -> Iterator[WebTown]:
    """With a methodist who can be written to, and who was told of everything that stands."""
    with web_town(folder, database_url) as town:
        with town.container.db.writing() as session:
            LoginService(session).add(
                "petrova", PASSWORD, "methodist", M, NOW, email="petrova@example.org"
            )
        pass_to(town, NOW.date())
        yield town


def test_answers_hold_the_ladder_and_end_in_a_check_or_in_thanks(own: WebTown) -> None:
    client = own.client("petrova")
    page = client.get(BOARD).text
    assert page.count('class="card stall stall--escalated"') == 4
    assert "login:petrova" in recipients(own, "route_stalled")

    # Several at once; a form sent twice is one answer; what is not stalled so is left out.
    for _ in range(2):
        assert answer(client, case(4), case(5), kind="acknowledged").status_code == 302
    assert answer(client, "T-6|1|2026-01-01", kind="acknowledged").status_code == 302
    assert [row[:3] for row in given(own)] == [
        ("T-4", "acknowledged", "login:petrova"),
        ("T-5", "acknowledged", "login:petrova"),
    ]

    refused = answer(client, case(6), kind="measure", text="Позвонила <b>", until="2026-06-15")
    assert refused.status_code == 422
    assert "Дата должна быть позже сегодняшней" in refused.text
    assert "Позвонила &lt;b&gt;</textarea>" in refused.text
    assert answer(client, case(6), kind="measure", text="Позвонила", until="").status_code == 422
    assert answer(client, case(7), kind="handed_over", to="T-9").status_code == 422
    until = CHECKED_ON.isoformat()
    answer(client, case(6), kind="measure", text="Позвонила", until=until)
    answer(client, case(7), kind="handed_over", to="T-2", text="Он из Вашей школы")
    assert given(own)[2:] == [
        ("T-6", "measure", "login:petrova", CHECKED_ON, None),
        ("T-7", "handed_over", "login:petrova", None, "T-2"),
    ]
    pass_to(own, NOW.date())
    page = client.get(BOARD).text
    assert page.count("stall--acknowledged") == 3
    assert page.count("stall--measure") == 1
    assert recipients(own, "stall_handed") == {"T-2"}
    assert "Белов Артём" in page
    story = client.get(f"/m/{M}/staff/T-6/routes/1").text
    assert "Из-за остановки принята мера, до" in story
    assert "«Позвонила»" in story
    with own.container.db.writing() as session:
        LoginService(session).add("herself", PASSWORD, "teacher", M, NOW, "T-6")
    theirs = own.client("herself").get(f"/m/{M}/staff/T-6/routes/1")
    assert theirs.status_code == 200
    assert "Позвонила" not in theirs.text, "written for colleagues"
    assert "Остановка передана: Белов Артём" in client.get(f"/m/{M}/staff/T-7/routes/1").text

    pass_to(own, CHECKED_ON - DAY)
    assert recipients(own, "stall_check") == set()
    pass_to(own, CHECKED_ON)
    assert recipients(own, "stall_check", "waiting") == {"login:petrova"}
    assert client.get(BOARD).text.count("stall--due") == 1
    week = {who for who, _ in told(own, "stalls_week")}
    assert week == {"login:petrova", "T-2"}

    done = {"id": 5, "idnumber": "DPP", "shortname": "ДПП", "fullname": "Урок"}
    at = "2026-06-22T08:00:00Z"
    events = [
        native_event("course.completed", 700 + n, user=user(n), occurred_at=at,
                     course=done, completed_at=at)
        for n in (5, 7)
    ]  # fmt: skip
    post(own, "mood", "later", *events)
    pass_to(own, CHECKED_ON)
    assert client.get(BOARD).text.count('class="card stall') == 2
    pass_to(own, CHECKED_ON + DAY)
    assert recipients(own, "stall_over") == {"login:petrova", "T-2"}
    assert recipients(own, "stall_check") == {"login:petrova"}
    with own.container.db.reading() as session:
        letters = {one.subject: one.text for one in session.scalars(select(Letter))}
        setting = own.container.settings.get(session, M, CHECKED_ON)
        recount = Recount(session, own.container.rulebook, setting)
        assert recount.differences(CHECKED_ON + DAY) == []
    assert any("Снова движется: спасибо" in text for text in letters.values())
    assert "Позвонила" in next(text for text in letters.values() if "Пора проверить" in text)
    # Days go by, ticks come twice: nobody hears twice.
    before = {kind: told(own, kind) for kind in ("stall_over", "stall_check", "stalls_week")}
    pass_to(own, CHECKED_ON + 2 * DAY)
    pass_to(own, CHECKED_ON + 2 * DAY)
    assert {kind: told(own, kind) for kind in before} == before


def test_the_weeks_digest_is_written_once_though_the_first_day_was_slept_through(
    tmp_path: Path,
) -> None:
    with petrovas(tmp_path) as own:
        weeks_digest(own)


def weeks_digest(own: WebTown) -> None:
    pass_to(own, date(2026, 6, 19))
    assert told(own, "stalls_week") == {}
    hold(own, "T-5", "burst")
    # Both were asleep on Monday.
    pass_to(own, date(2026, 6, 23))
    assert own.engine.ticker.run_once() == 0
    keys = {key for _, key in told(own, "stalls_week")}
    assert keys == {
        "stalls_week:2026-06-22:methodist:login:petrova",
        "stalls_week:2026-06-22:head:T-2",
    }
    with own.container.db.reading() as session:
        params = {
            row.role: row.params
            for row in session.scalars(select(Notice).where(Notice.kind == "stalls_week"))
        }
        tenant = session.get(Tenant, M)
        assert tenant is not None
        assert tenant.stalls_week == CHECKED_ON
    assert (params["methodist"]["open"], params["methodist"]["unanswered"]) == (4, 4)
    assert len(params["methodist"]["oldest"]) == 4
    beyond = {role: one["escalated"] for role, one in params.items()}
    assert beyond == {"methodist": 3, "head": 3}, "one letter never reached the head"
    assert params["head"]["oldest"] == []
    # The next digest hour is tomorrow's: today's has passed.
    pass_to(own, date(2026, 6, 24))
    assert recipients(own, "stalls_week") == {"login:petrova", "T-2"}


def test_a_mentor_who_is_the_head_reads_of_a_stall_once_and_was_told_as_both(
    tmp_path: Path,
) -> None:
    both = {"mentorships": [("T-2", "T-5", "2025-09-01", None)]}
    with web_town(tmp_path, more=both) as town, town.container.db.reading() as session:
        rows = session.scalars(
            select(Notice).where(
                Notice.key.startswith("route_stalled:T-5/1:"), Notice.recipient == "T-2"
            )
        ).all()
        assert {(row.role, row.state) for row in rows} == {("mentor", "sent"), ("head", "sent")}
        (letter,) = {row.letter_id for row in rows}
        text = session.get_one(Letter, letter).text
    assert text.count("Ёлкина Мария Юрьевна, маршрут № 1") == 1
    assert "Маршрут в Вашем объединении стоит" in text
    assert "Маршрут подопечного остановился" not in text


def test_each_role_sees_and_answers_what_is_theirs(town: WebTown) -> None:
    for role, status in (("teacher", 403), ("viewer", 403), ("administrator", 403)):
        assert town.client(role).get(BOARD).status_code == status
    assert town.client().get(BOARD).status_code == 302
    assert town.client("methodist").get(BOARD.replace(M, "kuznetsk")).status_code == 403
    assert town.client("methodist").post(ANSWERS, data={"case": case(4)}).status_code == 400
    head = town.client("head").get(BOARD).text
    assert head.count('class="card stall') == 4
    assert 'value="snoozed"' in head
    assert 'value="handed_over"' not in head, "there is nobody who could take it"
    mentor = town.client("mentor").get(BOARD)
    assert mentor.status_code == 200
    assert "Все маршруты движутся" in mentor.text


def test_what_one_may_not_see_one_cannot_answer_to(town: WebTown) -> None:
    mentor = town.client("mentor")
    page = mentor.get(f"/m/{M}/routes").text
    form = {"csrf_token": csrf_token(page), "case": case(4), "kind": "measure"}
    sent = mentor.post(ANSWERS, data={**form, "text": "Помогла", "until": "2026-06-20"})
    assert sent.status_code == 302
    assert given(town) == []


def test_the_board_is_filtered(town: WebTown) -> None:
    client = town.client("methodist")

    def count(query: str) -> int:
        return int(client.get(f"{BOARD}?{query}").text.count('class="card stall'))

    assert count("school=S1") == 4
    assert count("school=S2") == count("association=RUS") == count("state=snoozed") == 0
    assert count("association=MMO&state=escalated") == 4
    assert count("q=ёлкина") == count("q=ЕЛКИНА") == 1
    assert count("methodist=nobody") == 0
    assert count("state=nonsense&page=99999999999999999999") == 4


def test_the_page_of_routes_leads_to_the_board(town: WebTown) -> None:
    assert f'href="{BOARD}"' in town.client("methodist").get(f"/m/{M}/routes").text
    assert f'href="{BOARD}"' not in town.client("teacher").get(f"/m/{M}/routes").text


def test_the_board_says_who_was_told_and_whose_letter_waits_or_came_back(own: WebTown) -> None:
    """By the outbox: the ladder was climbed in March, the letters went out in June."""
    client = own.client("petrova")
    answer(client, case(7), kind="acknowledged")
    everybody = "Знают: методист с 15.06.2026, руководитель объединения с 15.06.2026."
    assert asked_lines(client)[case(5)].endswith(everybody)

    # Handed over at night: the letter waits for the morning.
    clock = own.container.clock
    assert isinstance(clock, AdjustableClock)
    clock.move_to(datetime(2026, 6, 15, 19, tzinfo=UTC))
    with own.container.db.writing() as session:
        LoginService(session).add(
            "sidorova", PASSWORD, "methodist", M, NOW, email="sidorova@example.org"
        )
    answer(client, case(4), kind="handed_over", to="login:sidorova")
    assert asked_lines(client)[case(4)].endswith(
        f"{everybody} Письмо методисту (sidorova) ещё не составлено."
    )
    own.engine.settle()
    assert asked_lines(client)[case(4)].endswith(
        f"{everybody} Письмо методисту (sidorova) ждёт отправки (16.06.2026 08:00)."
    )
    pass_to(own, NOW.date() + DAY)
    assert asked_lines(client)[case(4)].endswith(
        f"{everybody[:-1]}, методист sidorova с 16.06.2026."
    )

    hold(own, "T-4", "stopped")
    hold(own, "T-5", "stopped")
    lines = asked_lines(client)
    assert lines[case(5)].endswith(
        "Знают: методист с 15.06.2026. Письмо руководителю объединения задержано: на этот адрес "
        "письма не доходят."
    )
    documents = documents_of(own)
    assert documents["T-5"]["told"] == ["methodist"]
    assert documents["T-5"]["untold"][0]["reason"] == "stopped"
    assert documents["T-4"]["knows"] == [
        {"role": "methodist", "name": None, "since": "2026-06-15"},
        {"role": "methodist", "name": "sidorova", "since": "2026-06-16"},
    ]
