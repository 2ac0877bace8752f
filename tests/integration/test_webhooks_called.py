"""Signed webhooks, to a real receiver: verified by the reference library, and none is lost."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from standardwebhooks import Webhook as Reference
from time_machine import travel

from connector.bootstrap import Container, build
from connector.channels.webhook import WebhookPost
from connector.clock import AdjustableClock
from connector.domain.events import DomainEvent, EventType
from connector.models import Base, Event, WebhookCall
from connector.runtime.call import MOST_TRIES, TERM, Caller
from connector.runtime.claims import release_everything
from connector.runtime.publish import EventPublisher
from connector.services.events.recording import record
from connector.services.webhooks.calls import WebhookCallService
from connector.services.webhooks.subscriptions import BadWebhook, WebhookDetails, WebhookService
from connector.services.webhooks.trying import try_webhook
from tests.integration.hook_receiver import Receiver, receiver
from tests.integration.web_town import config_in
from tests.services.ports import free_port

NOW = datetime.now(UTC)
"""The reference library knows no other clock than the machine's."""
DAY = timedelta(days=1)


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Container]:
    made = build(config_in(tmp_path, database_url), AdjustableClock(NOW))
    Base.metadata.create_all(made.db.engine)
    yield made
    made.close()


@pytest.fixture
def other() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def subscribe(town: Container, url: str, *types: str, municipality: str | None = None) -> int:
    with town.db.writing() as session:
        return WebhookService(session, town.box).add(
            WebhookPost(True), url, types or ("*",), municipality, "tests", NOW
        ).id  # fmt: skip


def happen(
    town: Container, *numbers: int, kind: str = "route.completed", m: str = "korolev"
) -> None:
    events = [
        DomainEvent(f"{kind}:{n}", EventType(kind), f"T-{n}", date(2026, 6, n), {"route": "1"})
        for n in numbers
    ]
    with town.db.writing() as session:
        record(session, m, events, NOW)
    EventPublisher(town.db, town.clock).run_once()


def caller(town: Container) -> Caller:
    return Caller(town.db, town.box, WebhookPost(True), town.clock, chance=lambda: 0.5)


def pass_time(town: Container, much: timedelta) -> None:
    assert isinstance(town.clock, AdjustableClock)
    town.clock.move_to(town.clock.now() + much)


def details(town: Container, number: int) -> WebhookDetails:
    with town.db.reading() as session:
        return WebhookService(session, town.box).get(number)


def states(town: Container) -> list[tuple[str, int, int | None]]:
    with town.db.reading() as session:
        rows = session.execute(
            select(WebhookCall.state, WebhookCall.attempts, WebhookCall.status).order_by(
                WebhookCall.id
            )
        )
        return [tuple(row) for row in rows]  # type: ignore[misc]


def test_a_call_is_signed_with_every_live_secret(town: Container, other: Receiver) -> None:
    number = subscribe(town, other.url)
    happen(town, 1)
    with town.db.writing() as session:
        WebhookService(session, town.box).rotate(number)
    assert caller(town).run_once() == 1
    ((headers, body),) = other.heard
    # The oracle asks the real clock, and this test may have waited for others since it was read.
    with travel(int(headers["webhook-timestamp"]), tick=False):
        for secret in details(town, number).secrets:
            event = Reference(secret).verify(body, headers)
            assert event["type"] == "route.completed"
    assert headers["webhook-id"] == json.loads(body)["id"]
    assert len(headers["webhook-signature"].split()) == 2
    assert states(town) == [("delivered", 1, 200)]
    assert caller(town).run_once() == 0


def test_each_hears_what_it_asked_for_and_nothing_older(town: Container, other: Receiver) -> None:
    happen(town, 1)
    subscribe(town, other.url, "route.stalled", "deficit.*", municipality="korolev")
    happen(town, 2)
    happen(town, 3, kind="deficit.opened")
    happen(town, 4, kind="route.stalled")
    happen(town, 5, kind="route.stalled", m="kuznetsk")
    caller(town).run_once()
    assert [json.loads(body)["subject"] for _, body in other.heard] == ["T-3", "T-4"]


def test_a_receiver_that_is_away_gets_everything_when_it_is_back(
    town: Container, other: Receiver
) -> None:
    number = subscribe(town, other.url)
    happen(town, *range(1, 6))
    other.will(503)
    assert caller(town).run_once() == 1
    # It rests as a whole: nobody hammers on a system that is down.
    assert caller(town).run_once() == 0
    assert details(town, number).failures == 1
    other.will(200)
    for _ in range(4):
        pass_time(town, timedelta(minutes=10))
        caller(town).run_once()
    assert {state for state, _, _ in states(town)} == {"delivered"}
    assert len(set(other.ids())) == 5
    assert details(town, number).failures == 0


def test_one_that_is_down_for_a_day_holds_up_no_other(town: Container, other: Receiver) -> None:
    subscribe(town, f"http://127.0.0.1:{free_port()}/away")
    subscribe(town, other.url)
    for n in range(1, 25):
        happen(town, n)
        caller(town).run_once()
        pass_time(town, timedelta(hours=1))
    assert len(other.heard) == 24


def test_retry_after_is_heard(town: Container, other: Receiver) -> None:
    subscribe(town, other.url)
    happen(town, 1)
    other.will(429, Retry_After="7200")
    caller(town).run_once()
    other.will(200)
    pass_time(town, timedelta(minutes=119))
    assert caller(town).run_once() == 0
    pass_time(town, timedelta(minutes=2))
    assert caller(town).run_once() == 1


def test_gone_means_gone_until_somebody_says_otherwise(town: Container, other: Receiver) -> None:
    number = subscribe(town, other.url)
    happen(town, 1, 2)
    other.will(410)
    caller(town).run_once()
    assert details(town, number).disabled_reason == "gone"
    happen(town, 3)
    other.will(200)
    pass_time(town, DAY)
    assert caller(town).run_once() == 0
    with town.db.writing() as session:
        WebhookService(session, town.box).enable(number)
        # What happened while it was off, and what it had refused.
        sent = WebhookCallService(session)
        assert sent.send_period(number, date(2026, 6, 1), date(2026, 6, 3), town.clock.now()) == 3
    caller(town).run_once()
    assert sorted(json.loads(body)["subject"] for _, body in other.heard[1:]) == [
        "T-1", "T-2", "T-3"
    ]  # fmt: skip


def test_a_redirect_is_not_followed_and_a_refusal_stops_no_others(
    town: Container, other: Receiver
) -> None:
    subscribe(town, other.url)
    happen(town, 1, 2, 3)
    other.will(302, 400, 200, Location=f"http://127.0.0.1:{other.port}/elsewhere")
    assert caller(town).run_once() == 3
    assert [status for _, _, status in states(town)] == [302, 400, 200]
    assert len(other.heard) == 3


def test_it_is_given_up_after_days_and_can_be_sent_again(town: Container, other: Receiver) -> None:
    number = subscribe(town, other.url)
    happen(town, 1)
    other.will(500)
    for _ in range(MOST_TRIES + 5):
        caller(town).run_once()
        pass_time(town, timedelta(hours=30))
    assert states(town) == [("failed", MOST_TRIES, 500)]
    assert len(set(other.ids())) == 1
    other.will(204)
    with town.db.writing() as session:
        calls = WebhookCallService(session)
        (line,) = calls.lines(number, "failed")
        assert calls.send_again(number, line.id, town.clock.now())
        assert not calls.send_again(number + 1, line.id, town.clock.now())
    caller(town).run_once()
    assert states(town) == [("delivered", 1, 204)]


def test_killed_between_answer_and_mark_it_is_sent_again_as_the_same(
    town: Container, other: Receiver
) -> None:
    subscribe(town, other.url)
    happen(town, 1)

    class Dies(WebhookPost):
        def post(self, *given: object) -> object:  # type: ignore[override]
            super().post(*given)  # type: ignore[arg-type]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Caller(town.db, town.box, Dies(True), town.clock).run_once()  # type: ignore[arg-type]
    # Nobody else takes it up before the term is over.
    assert caller(town).run_once() == 0
    pass_time(town, TERM)
    assert caller(town).run_once() == 1
    first, second = other.ids()
    assert first == second


def test_a_process_that_begins_alone_calls_what_a_dead_one_was_at(
    town: Container, other: Receiver
) -> None:
    number = subscribe(town, other.url)
    happen(town, 1)
    with town.db.writing() as session:
        assert WebhookCallService(session).take(number, "dead", NOW + TERM, NOW)
    assert caller(town).run_once() == 0
    with town.db.writing() as session:
        release_everything(session)
    assert caller(town).run_once() == 1


def test_inner_addresses_are_refused_unless_they_are_allowed(
    town: Container, other: Receiver
) -> None:
    with town.db.writing() as session, pytest.raises(BadWebhook, match="https"):
        WebhookService(session, town.box).add(
            WebhookPost(False), other.url, ["*"], None, "tests", NOW
        )
    number = subscribe(town, other.url.replace("http://", "https://"))
    outcome = try_webhook(WebhookPost(False), details(town, number), NOW)
    assert outcome.error == "outgoing_private_address"
    for url in ("ftp://x.example/", "https://user:secret@x.example/", "https://169.254.169.254/"):
        stranger = replace(details(town, number), url=url)
        assert try_webhook(WebhookPost(True), stranger, NOW).error.startswith("outgoing_")  # type: ignore[union-attr]
    assert other.heard == []


@pytest.mark.parametrize(
    ("types", "secret", "said"),
    [([], None, "хотя бы один"), (["route.exploded"], None, "нет"), (["*"], "short", "whsec_")],
)
def test_what_cannot_work_is_refused_in_plain_words(
    town: Container, types: list[str], secret: str | None, said: str
) -> None:
    with town.db.writing() as session, pytest.raises(BadWebhook, match=said):
        WebhookService(session, town.box).add(
            WebhookPost(True), "https://x.example/", types, None, "tests", NOW, secret
        )


def test_calls_go_with_their_events(town: Container, other: Receiver) -> None:
    subscribe(town, other.url)
    happen(town, 1)
    with town.db.writing() as session:
        session.execute(delete(Event))
    assert states(town) == []
    assert caller(town).run_once() == 0
