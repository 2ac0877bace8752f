"""Troubles of what leaves: seen in the outboxes, told once, and over by themselves."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from connector.channels.channel import Channel, OutgoingLetter
from connector.channels.mailbox import Mailbox
from connector.domain.messengers import ChannelDown
from connector.models import Action, ChannelWatch, Event, Notice, Webhook, WebhookCall
from connector.rulebook import Rulebook
from connector.runtime.send import Sender
from connector.runtime.watch import Watcher
from tests.integration.watched_town import WatchedTown, watched_town

HOUR = timedelta(hours=1)
TOLD = "alarm_"


@pytest.fixture(scope="module")
def rulebook() -> Iterator[Rulebook]:
    made = Rulebook.open(None, safe_mode=False)
    yield made
    made.close()


@pytest.fixture
def town(database_url: str, rulebook: Rulebook) -> Iterator[WatchedTown]:
    with watched_town(database_url, rulebook) as made:
        yield made


def put(town: WatchedTown, *rows: Any) -> None:
    with town.database.writing() as session:
        session.add_all(rows)


def change(town: WatchedTown, table: Any, **values: Any) -> None:
    with town.database.writing() as session:
        session.execute(update(table).values(**values))


def refused(town: WatchedTown, n: int, reason: str) -> Action:
    now = town.clock.now()
    return Action(
        municipality="korolev", key=f"enrol:{n}", kind="enrol", source="lms", person=f"T-{n}",
        target="DPP", params={}, state="refused", reason=reason, created_at=now, not_before=now,
    )  # fmt: skip


def notice(town: WatchedTown, n: int, state: str, **columns: Any) -> Notice:
    now = town.clock.now()
    values = {
        "kind": "route_completed", "role": "teacher", "recipient": f"T-{n}", "urgent": False,
        "params": {"number": "1", "person": "Иванова Анна", "on": "2026-03-09", "steps": 3},
    } | columns  # fmt: skip
    return Notice(
        municipality="korolev", key=f"{state}:{n}", state=state, address=f"t{n}@example.org",
        created_at=now, not_before=now, attempts=0, **values,
    )  # fmt: skip


def event(town: WatchedTown, n: int) -> Event:
    now = town.clock.now()
    return Event(
        municipality="korolev", key=f"e{n}", type="step.done", version=1, occurred_on=now.date(),
        recorded_at=now, payload={}, number=n,
    )  # fmt: skip


def test_refused_actions_are_one_alarm_that_ends_when_none_is_left(town: WatchedTown) -> None:
    town.add_source()
    put(town, *(refused(town, n, "nopermissions") for n in range(3)))
    put(town, refused(town, 9, "wsnoinstance"))
    town.look(3)
    (episode,) = town.episodes()
    assert episode.key == "actions_refused:lms"
    assert episode.params["count"] == 4
    assert episode.params["reasons"] == ["nopermissions", "wsnoinstance"]
    assert town.subjects() == ["Moodle отказывается выполнять действия"]
    change(town, Action, state="done", reason=None)
    town.look(6)
    assert town.open_ones() == []
    assert town.subjects()[1:] == ["Неполадка устранена"]


def test_a_webhook_that_is_gone_or_gave_up_is_told_until_it_works(town: WatchedTown) -> None:
    now = town.clock.now()
    hook = Webhook(
        id=7, url="https://edu.example/in?key=secret", secrets=[], types=["*"], created_at=now,
        created_by="root", municipality=None,
    )  # fmt: skip
    put(town, hook, event(town, 1), event(town, 2))
    call = WebhookCall(
        webhook_id=7, event_id=1, state="failed", attempts=12, next_at=now, tried_at=now
    )
    put(town, call, WebhookCall(webhook_id=7, event_id=2, state="waiting", next_at=now))
    town.look(2)
    assert town.open_ones() == ["webhook_failing:7"]
    (letter,) = town.letters()
    assert "edu.example" in letter.text
    assert "secret" not in letter.text
    with town.database.writing() as session:
        session.execute(
            update(WebhookCall)
            .where(WebhookCall.event_id == 2)
            .values(state="delivered", tried_at=town.clock.now())
        )
    town.look(6)
    assert town.open_ones() == []

    change(town, Webhook, disabled_at=town.clock.now(), disabled_reason="gone")
    town.look(2)
    assert town.open_ones() == ["webhook_failing:7"]
    # Switched off by a person: nobody has to be told.
    change(town, Webhook, disabled_reason="by_hand")
    town.look(6)
    assert town.open_ones() == []


def test_a_broker_that_is_away_is_told_after_an_hour_where_there_is_one(town: WatchedTown) -> None:
    put(town, *(event(town, n) for n in (1, 2)))
    town.sleep(HOUR)
    town.look(2)
    assert town.episodes() == [], "events are published nowhere"
    town.watcher = Watcher(
        town.database, town.rulebook, town.settings, town.clock, town.tallies, True, True
    )
    town.second = town.watcher
    town.look(2)
    assert town.subjects() == ["События не уходят в брокер сообщений"]
    change(town, Event, published_at=town.clock.now())
    town.look(6)
    assert town.open_ones() == []
    assert len(town.letters()) == 2


class Deaf(Channel):
    name = "smtp"

    def send(self, letter: OutgoingLetter) -> bytes | None:
        raise ChannelDown("unreachable")


def with_channel(town: WatchedTown, channel: Channel) -> None:
    town.sender = Sender(town.database, town.offices, channel, town.clock, "https://c.example")


def alarm_letters(town: WatchedTown) -> list[tuple[str, str, str | None]]:
    return [(n.kind, n.state, n.reason) for n in town.notices() if n.kind.startswith(TOLD)]


@pytest.mark.parametrize("days", [0, 1])
def test_mail_that_is_down_is_not_told_by_mail(town: WatchedTown, days: int) -> None:
    with_channel(town, Deaf())
    put(town, notice(town, 1, "waiting"))
    town.look(10)
    assert town.episodes() == [], "half an hour"
    for _ in range(3):
        town.sleep(HOUR)
        town.look(2)
    assert town.open_ones() == ["mail_down:mail"]
    assert alarm_letters(town) == [("alarm_mail_down", "withdrawn", "mail_down")]
    town.sleep(timedelta(days=days))
    with_channel(town, Mailbox())
    change(town, Notice, not_before=town.clock.now())
    town.look(6)
    assert town.open_ones() == []
    # Down for a day or longer: worth knowing afterwards.
    ends = [n for n in alarm_letters(town) if n[0] == "alarm_over"]
    assert ends == [("alarm_over", "sent", None)][:days]
    assert alarm_letters(town)[0] == ("alarm_mail_down", "withdrawn", "mail_down")
    with town.database.reading() as session:
        assert session.scalars(select(ChannelWatch)).all() == []


def test_many_letters_that_do_not_arrive_are_one_alarm(town: WatchedTown) -> None:
    put(town, *(notice(town, n, "sent") for n in range(60)))
    put(town, *(notice(town, n, "failed", reason="refused") for n in range(60, 66)))
    town.look(2)
    assert town.episodes() == []
    put(town, *(notice(town, n, "held", reason="stopped") for n in range(66, 70)))
    # Whoever wants no letters has lost none.
    put(town, *(notice(town, n, "held", reason="off_by_choice") for n in range(70, 90)))
    town.look(2)
    (episode,) = town.episodes()
    assert (episode.key, episode.municipalities) == ("letters_failing:letters", ["korolev"])
    assert episode.params == {"lost": 10, "whole": 70, "share": 0.1429}
    assert "Много писем не доходит" in town.subjects()
    town.sleep(timedelta(days=8))
    town.look(6)
    assert town.open_ones() == []
