"""Channels of plugins: a faulty one is named and harms no other, and letters stay at home."""

from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from connector import hookimpl
from connector.channels.channel import OutgoingLetter
from connector.channels.core_plugin import CorePlugin
from connector.channels.offered import Offered, gather, installed
from connector.channels.short import ShortChannel, say
from connector.domain.messengers import (
    ChannelDown,
    FaultyChannel,
    HttpAnswer,
    OfferedChannel,
    Refused,
    ShortMessage,
    TryLater,
)

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


class Messenger:
    def __init__(self, fault: BaseException | None = None) -> None:
        self.fault = fault
        self.told: list[ShortMessage] = []

    def send(self, message: ShortMessage) -> None:
        if self.fault is not None:
            raise self.fault
        self.told.append(message)


class Plugin:
    """says: what its hook answers, or raises."""

    def __init__(self, says: Any) -> None:
        self.says = says
        self.given: Any = None

    @hookimpl
    def connector_channels(self, settings: Any) -> Any:
        self.given = settings
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


class Teller:
    def tell(self, source: str, user_id: str, text: str) -> None: ...


def http(method: str, url: str, **asked: Any) -> HttpAnswer:
    raise AssertionError("an offer connects to nothing")


def offer(code: str, title: str = "Голубь") -> OfferedChannel:
    return OfferedChannel(code, title, Messenger(), asks="имя голубя")


def gathered(*points: EntryPoint, settings: Any = None, **own: object) -> Offered:
    return gather(own, points, settings or {}, http)


def test_the_core_offers_moodle_and_a_bot_where_there_is_one() -> None:
    assert list(gathered(core=CorePlugin(Teller(), "", "https://max.example")).by_code) == [
        "moodle"
    ]
    with_bot = gathered(core=CorePlugin(Teller(), "token", "https://max.example"))
    assert list(with_bot.by_code) == ["moodle", "max"]
    assert with_bot.faults == ()


def test_each_plugin_gets_its_own_settings() -> None:
    plugin = Plugin([offer("pigeon")])
    found = gathered(birds=plugin, settings={"birds": {"loft": 3}, "core": {"x": 1}}, core=plugin)
    assert plugin.given == {"x": 1}
    assert list(found.by_code) == ["pigeon"]
    alone = Plugin([])
    gathered(alone=alone)
    assert alone.given == {}


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (RuntimeError("нет ключа"), "RuntimeError: нет ключа"),
        ([object()], "OfferedChannel"),
        ([offer("email")], "«email» не годится"),
        ([offer("Pigeon")], "не годится"),
        ([offer("p" * 21)], "не годится"),
        ([offer("first")], "уже есть"),
        ([offer("pigeon", " ")], "нет названия"),
        ([FaultyChannel("pigeon", "впишите ключ")], "впишите ключ"),
    ],
)
def test_a_faulty_plugin_is_named_and_harms_no_other(says: Any, told: str) -> None:
    found = gathered(
        one=Plugin([offer("first")]), faulty=Plugin(says), last=Plugin([offer("last")])
    )
    assert list(found.by_code) == ["first", "last"]
    (fault,) = found.faults
    assert fault.where.startswith("faulty")
    assert told in fault.message


def test_a_plugin_that_cannot_be_imported_is_named() -> None:
    gone = EntryPoint("gone", "connector_nowhere", "connector.channels")
    hookless = EntryPoint("typo", "tests.unit.test_channels_offered:MISSPELT", "connector.channels")
    found = gathered(gone, hookless, birds=Plugin([offer("pigeon")]))
    assert list(found.by_code) == ["pigeon"]
    assert [fault.where for fault in found.faults] == ["gone", "typo"]
    assert "ModuleNotFoundError" in found.faults[0].message


def test_settings_of_nobody_are_named() -> None:
    (fault,) = gathered(settings={"pagr": {}}).faults
    assert (fault.where, "не установлен" in fault.message) == ("pagr", True)


def test_in_safe_mode_no_plugin_is_run() -> None:
    assert installed(safe_mode=True) == []


def test_a_messenger_never_sees_the_letter() -> None:
    letter = OutgoingLetter(
        "<abcdef0123@x>", "7", "Тема", "Иванова: дефицит", "<p>Иванова</p>", NOW, short="Новости."
    )
    messenger = Messenger()
    ShortChannel(OfferedChannel("pigeon", "Голубь", messenger)).send(letter)
    assert messenger.told == [ShortMessage("7", "Новости.", "abcdef")]
    assert messenger.told[0].text == "Новости. [abcdef]"


@pytest.mark.parametrize("fault", [Refused("x"), TryLater("x"), ChannelDown("x")])
def test_what_a_channel_may_say_is_passed_on(fault: Exception) -> None:
    with pytest.raises(type(fault), match="x"):
        say(OfferedChannel("pigeon", "Голубь", Messenger(fault)), ShortMessage("7", "x"))


def test_whatever_else_it_raises_is_no_verdict_and_tells_no_secret() -> None:
    faulty = OfferedChannel("pigeon", "Голубь", Messenger(ValueError("token 123")))
    with pytest.raises(TryLater) as caught:
        say(faulty, ShortMessage("7", "x"))
    assert str(caught.value) == "channel_fault:ValueError"


class Misspelt:
    @hookimpl
    def connector_chanels(self) -> list[OfferedChannel]:
        return []


MISSPELT = Misspelt()
