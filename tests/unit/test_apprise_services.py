"""What may be named for apprise: one place for an address, on a server of one's own."""

from typing import Any

import pytest

from connector.channels import apprise_plugin
from connector.channels.apprise_messenger import AppriseMessenger
from connector.channels.apprise_plugin import ApprisePlugin
from connector.channels.apprise_services import OWN_SERVERS, Service, read_service
from connector.domain.messengers import FaultyChannel, OfferedChannel, Refused

URL = "rockets://SECRET@chat.example.org/@{address}"


def said(**changes: Any) -> dict[str, Any]:
    return {"title": "Rocket.Chat", "url": URL, "address": "имя в Rocket.Chat", **changes}


def wrong(said: Any, foreign: bool = False) -> str:
    read = read_service("chat", said, foreign)
    assert isinstance(read, FaultyChannel)
    assert "SECRET" not in read.message
    return read.message


def test_a_service_calls_its_own_host_and_no_other() -> None:
    read = read_service("chat", said(), foreign=False)
    assert isinstance(read, Service)
    assert read.hosts == {"chat.example.org"}
    assert "SECRET" not in repr(read)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("rockets://…", "title, url, address"),
        (said(extra=1), "больше ничего"),
        (said(title=" "), "title"),
        ({"title": "x", "address": "y"}, "не хватает url"),
        (said(url="rockets://SECRET@[::1/@{address}"), "не разбирается"),
        (said(url="rockets:///@{address}"), "нет имени сервера"),
        (said(url="rockets://SECRET@chat.example.org/@ivanova"), "один раз"),
        (said(url="rockets://SECRET@chat.example.org/{address}/{address}"), "один раз"),
        (said(url="rockets://SECRET@{address}/x"), "один раз"),
        (said(url="rockets://{address}@chat.example.org/x"), "один раз"),
        (said(url="rockets://SECRET@chat.example.org/x#{address}"), "один раз"),
        (said(url="jsons://chat.example.org/x?{address}=1"), "не его именем"),
        (said(hosts=["other.example"]), "лишнее"),
    ],
)
def test_what_is_amiss_is_said_without_the_token(entry: Any, told: str) -> None:
    assert told in wrong(entry)


@pytest.mark.parametrize(
    "url",
    [
        "tgram://SECRET/{address}",
        "whatsapp://SECRET@1/{address}",
        "discord://SECRET/x?to={address}",
        "slack://SECRET/{address}",
        "signals://SECRET.example/{address}",
        "viber://SECRET/{address}",
        "line://SECRET/{address}",
        "mmosts://chat.example.org/SECRET/{address}",
        "mailtos://SECRET@mail.example/{address}",
        "syslog://SECRET/{address}",
        "https://SECRET.example/{address}",
    ],
)
def test_other_peoples_servers_are_off_unless_the_administrator_says_so(url: str) -> None:
    assert "CONNECTOR_FOREIGN_MESSENGERS=1" in wrong(said(url=url))
    assert "hosts" in wrong(said(url=url), foreign=True)
    read = read_service("chat", said(url=url, hosts=["api.example"]), foreign=True)
    assert isinstance(read, Service)
    assert read.hosts == {"api.example"}


def messenger(url: str = URL) -> AppriseMessenger:
    read = read_service("chat", said(url=url), foreign=False)
    assert isinstance(read, Service)
    return AppriseMessenger(read, allow_private=False)


@pytest.mark.parametrize(
    "address",
    [
        "", " ", "#general", "ivanova,#general", "ivanova #general", "ivanova;petrova", "a|b",
        "ivanova/../admin", "../x", "a\\b", "ivanova?to=all", "a&b", "a=b", "a%2Cb", "a\nb",
        "a\x00b", "@@ivanova", "@", "evil.example#", "{address}", "x" * 101, "a:b@", "+general",
        "-x", ".x",
    ],
)  # fmt: skip
def test_an_address_cannot_mean_somebody_else_too(address: str) -> None:
    with pytest.raises(Refused, match="bad_address"):
        messenger().cleaned(address)


def test_an_address_may_bear_the_sign_that_stands_there_already() -> None:
    assert messenger().cleaned("@ivanova") == "ivanova"
    with pytest.raises(Refused):
        messenger("ntfys://push.example.org/{address}").cleaned("@ivanova")
    assert messenger().cleaned("a.ivanova-2_x") == "a.ivanova-2_x"


def test_without_apprise_whoever_names_a_service_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apprise_plugin, "find_spec", lambda name: None)
    plugin = ApprisePlugin(foreign=False, allow_private=False)
    (fault,) = plugin.connector_channels({"chat": said()})
    assert isinstance(fault, FaultyChannel)
    assert "pip install 'apprise" in fault.message
    assert plugin.connector_channels({}) == []


def test_a_service_is_offered_with_what_people_are_asked_for() -> None:
    plugin = ApprisePlugin(foreign=False, allow_private=False)
    good, faulty = plugin.connector_channels(
        {"chat": said(), "tg": said(url="tgram://x/{address}")}
    )
    assert isinstance(good, OfferedChannel)
    assert (good.code, good.title, good.asks) == ("chat", "Rocket.Chat", "имя в Rocket.Chat")
    assert isinstance(faulty, FaultyChannel)


@pytest.mark.parametrize("scheme", [s + tls for s in OWN_SERVERS for tls in ("", "s")])
def test_apprise_knows_each_service_and_the_guard_holds_it(scheme: str) -> None:
    ways = {
        "rocket": "h.example/@{address}?webhook=a/SECRETtoken",
        "ncloud": "user:pass@h.example/@{address}",
    }
    way = next((w for name, w in ways.items() if scheme in (name, f"{name}s")), None)
    assert messenger(f"{scheme}://{way or 'user:pass@h.example/{address}'}").examine() is None
