"""Messages through a Moodle: to the account matched at that moment, faults in a channel's words."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.channels.moodle_message import MoodleMessages
from connector.domain.messengers import ChannelDown, Refused, ShortMessage, TryLater
from connector.domain.signals import Dialect
from connector.models import Account
from connector.replay import Replied
from connector.services.sources.messages import MoodleMessenger
from connector.services.sources.sources import SourceService
from tests.contract.fake_moodle import TOKEN, client_of, site
from tests.integration.spine.foreign_town import OneMoodle
from tests.integration.spine.spine_town import Spine, open_spine

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DELIVERED = [{"msgid": 12, "text": "<p>…</p>", "timecreated": 1, "errormessage": ""}]
REFUSED = [{"msgid": -1, "errormessage": "Петрова не принимает сообщений"}]


def message(address: str = "lms:19") -> ShortMessage:
    words = "Ваш маршрут движется. Открыть: https://service.example/m/korolev/routes"
    return ShortMessage(address, words, "abcdef")


class Answers:
    """Moodle says the same to everything."""

    def __init__(self) -> None:
        self.reply = Replied(200, DELIVERED)
        self.heard: list[dict[str, str]] = []

    def __call__(self, function: str, params: Any) -> Replied:
        assert function == "core_message_send_instant_messages"
        self.heard.append(dict(params))
        return self.reply


@pytest.fixture
def moodle() -> Answers:
    return Answers()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Spine]:
    made = open_spine(tmp_path / "town")
    with made.container.db.writing() as session:
        service = SourceService(session, made.container.box)
        service.add("lms", Dialect.NATIVE, ("korolev",), NOW, "http://127.0.0.1:9", TOKEN)
        session.flush()
        session.add(Account(source="lms", user_id="19", match="confirmed"))
    yield made
    made.close()


@pytest.fixture
def channel(town: Spine, moodle: Answers) -> Iterator[MoodleMessages]:
    with site(moodle) as running:
        client = client_of(running.server.url)
        c = replace(town.container, moodles=OneMoodle(client))
        yield MoodleMessages(MoodleMessenger(c.db, c.box, c.moodles))


def change(town: Spine, **values: Any) -> None:
    with town.container.db.writing() as session:
        account = session.get_one(Account, ("lms", "19"))
        for name, value in values.items():
            setattr(account, name, value)


def test_one_message_goes_in_one_call(channel: MoodleMessages, moodle: Answers) -> None:
    channel.send(message())
    (heard,) = moodle.heard
    assert heard["messages[0][touserid]"] == "19"
    assert heard["messages[0][text]"].endswith("/m/korolev/routes [abcdef]")
    assert not any(name.startswith("messages[1]") for name in heard)


@pytest.mark.parametrize("values", [{"match": "none"}, {"match": "proposed"}, {"deleted": True}])
def test_nobody_is_written_to_whose_account_it_may_not_be(
    town: Spine, channel: MoodleMessages, moodle: Answers, values: dict[str, Any]
) -> None:
    change(town, **values)
    with pytest.raises(Refused, match="account_not_matched"):
        channel.send(message())
    with pytest.raises(Refused):
        channel.send(message("lms:20"))
    assert moodle.heard == []


def error(code: str) -> dict[str, str]:
    return {"exception": "moodle_exception", "errorcode": code, "message": "…"}


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (Replied(200, REFUSED), Refused),
        (Replied(200, error("formatnotsupported")), Refused),
        (Replied(200, error("invalidtoken")), ChannelDown),
        (Replied(200, error("accessexception")), ChannelDown),
        (Replied(503, text="<html>", headers={"Retry-After": "300"}), TryLater),
        (Replied(200, text="<html>"), TryLater),
    ],
)
def test_what_moodle_answers_is_whose_fault_it_is(
    channel: MoodleMessages, moodle: Answers, reply: Replied, fault: type[Exception]
) -> None:
    moodle.reply = reply
    with pytest.raises(fault):
        channel.send(message())


def test_a_source_without_a_token_sends_nothing(
    town: Spine, channel: MoodleMessages, moodle: Answers
) -> None:
    c = town.container
    alone = MoodleMessages(MoodleMessenger(c.db, c.box, c.moodles))
    with c.db.writing() as session:
        SourceService(session, c.box).add("bare", Dialect.NATIVE, ("korolev",), NOW + timedelta(1))
        session.flush()
        session.add(Account(source="bare", user_id="5", match="matched"))
    with pytest.raises(ChannelDown, match="no_token"):
        alone.send(message("bare:5"))
    assert moodle.heard == []
