"""Services over apprise, against servers that answer like them; nothing leaves past the guard."""

import ast
import gc
import importlib.util
import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from connector.channels import apprise_requests, http
from connector.channels.apprise_messenger import AppriseMessenger
from connector.channels.apprise_requests import bind
from connector.channels.apprise_services import Service, read_service
from connector.domain.messengers import ChannelDown, Refused, ShortMessage, TryLater
from tests.integration.service_receiver import TOKEN, Services, services

TEXT = "Королёв, методическая служба. Маршрут_ остановился. https://s.example/m/korolev/routes_2"
MESSAGE = ShortMessage("ivanova", TEXT, "abcdef")
WHOLE = f"{TEXT} [abcdef]"
ROCKET = "rocket://{host}/@{address}?webhook={token}"
NTFY = "ntfy://{host}/{address}"
MATTERMOST = "json://{host}/hooks/{token}?:message=text&:channel=@{address}"


@pytest.fixture
def there() -> Iterator[Services]:
    with services() as made:
        yield made


def messenger(
    there: Services, url: str = ROCKET, foreign: bool = False, private: bool = True, **more: Any
) -> AppriseMessenger:
    url = url.replace("{token}", TOKEN).replace("{host}", there.host)
    said = {"title": "Чат", "url": url, "address": "имя", **more}
    read = read_service("chat", said, foreign)
    assert isinstance(read, Service), read
    return AppriseMessenger(read, private)


@pytest.mark.parametrize(
    ("url", "to"), [(ROCKET, "@ivanova"), (NTFY, "ivanova"), (MATTERMOST, "@ivanova")]
)
def test_each_service_gets_the_words_as_they_are(there: Services, url: str, to: str) -> None:
    messenger(there, url).send(MESSAGE)
    assert there.told == [(to, WHOLE)]
    (heard,) = there.heard
    # No picture that the reader's program would fetch from abroad, and no address of apprise's.
    assert "github" not in str(heard.body)
    assert heard.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (400, Refused, "service_400"),
        (404, Refused, "service_404"),
        (401, ChannelDown, "service_401"),
        (403, ChannelDown, "service_403"),
        (429, ChannelDown, "service_429"),
        (503, ChannelDown, "service_503"),
        (500, TryLater, "service_500"),
        (302, ChannelDown, "service_302"),
    ],
)
@pytest.mark.parametrize("url", [ROCKET, NTFY, MATTERMOST])
def test_each_refusal_has_its_meaning(
    there: Services, url: str, status: int, kind: type[Exception], reason: str
) -> None:
    there.status = status
    there.location = f"http://{there.host}/elsewhere" if status == 302 else ""
    with pytest.raises(kind, match=f"^{reason}$"):
        messenger(there, url).send(MESSAGE)
    # Neither tried again nor followed.
    assert len(there.heard) == 1


def test_a_person_whom_the_service_does_not_know_is_refused(there: Services) -> None:
    with pytest.raises(Refused):
        messenger(there).send(ShortMessage("nobody", TEXT))


def test_what_the_service_would_leave_out_is_not_sent_to_everybody(there: Services) -> None:
    # Rocket.Chat knows no such names: apprise would drop it and post into the hook's own channel.
    with pytest.raises(Refused, match="bad_address"):
        messenger(there).send(ShortMessage("иванова", TEXT))
    # And a name apart from the address, in a template that means nobody.
    with pytest.raises(Refused, match="bad_address"):
        messenger(there, "rocket://{host}/?webhook={token}&x={address}").send(MESSAGE)
    assert there.heard == []


@pytest.mark.parametrize(
    "address", ["ivanova,#general", "ivanova%2C%23general", "@ivanova/#general"]
)
def test_two_people_cannot_be_meant(there: Services, address: str) -> None:
    with pytest.raises(Refused, match="bad_address"):
        messenger(there).send(ShortMessage(address, TEXT))
    assert there.heard == []


def test_nobody_there_and_an_answer_that_never_ends(
    there: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = messenger(there, ROCKET.replace("{host}", "127.0.0.1:9"))
    with pytest.raises(ChannelDown, match="unreachable"):
        gone.send(MESSAGE)
    there.size = (1 << 20) + 1
    with pytest.raises(TryLater, match="answer_lost"):
        messenger(there).send(MESSAGE)
    there.size, there.slow_s = 0, 0.5
    monkeypatch.setattr(apprise_requests, "READ_S", 0.1)
    with pytest.raises(TryLater, match="answer_lost"):
        messenger(there).send(MESSAGE)
    assert http.READ_S > 1


def test_private_addresses_need_the_administrators_word(there: Services) -> None:
    with pytest.raises(ChannelDown, match="outgoing_private_address"):
        messenger(there, private=False).send(MESSAGE)
    assert there.heard == []


def test_cloud_metadata_is_never_asked(there: Services) -> None:
    with pytest.raises(ChannelDown, match="outgoing_private_address"):
        messenger(there, ROCKET.replace("{host}", "169.254.169.254")).send(MESSAGE)


def test_proxies_of_the_environment_and_wishes_of_the_url_count_for_nothing(
    there: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    there.status, there.location = 302, f"http://{there.host}/elsewhere"
    wishes = "&redirect=yes&verify=no&rto=900&cto=900"
    with pytest.raises(ChannelDown, match="service_302"):
        messenger(there, ROCKET + wishes).send(MESSAGE)
    assert len(there.heard) == 1


def test_a_foreign_service_calls_only_the_hosts_that_were_named(there: Services) -> None:
    told = messenger(
        there, "tgram://123456789:abcdefghijklmnopqrstuvwxyz123456789/{address}", foreign=True,
        hosts=["elsewhere.example"],
    )  # fmt: skip
    with pytest.raises(ChannelDown, match="outgoing_host_not_allowed"):
        told.send(ShortMessage("123456", TEXT))


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("syslog://x/{address}", "мимо проверки"),
        ("mailto://user:pass@x.example/{address}", "мимо проверки"),
        ("nosuch://x/{address}", "не знает"),
        ("tgram://x/{address}", "не понимает"),
    ],
)
def test_the_doctor_names_services_that_cannot_be_used(
    there: Services, url: str, told: str
) -> None:
    made = messenger(there, url, foreign=True, hosts=["x.example"])
    assert told in (made.examine() or "")
    with pytest.raises((ChannelDown, Refused)):
        made.send(MESSAGE)


def test_a_server_that_apprise_reads_otherwise_is_not_asked(there: Services) -> None:
    made = messenger(there, "rocket://{token}@{host}/@{address}")
    assert "?webhook=" in (made.examine() or "")
    with pytest.raises(ChannelDown, match="other_host"):
        made.send(MESSAGE)
    assert there.heard == []


def test_outside_a_message_nothing_goes_out() -> None:
    module = importlib.import_module("apprise.plugins.rocketchat")
    assert bind(module.NotifyRocketChat) == frozenset()
    with pytest.raises(requests.RequestException):
        module.requests.post("http://127.0.0.1:9/")
    assert not hasattr(module.requests, "Session")


def test_neither_tokens_nor_addresses_get_into_the_log(
    there: Services, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "connector")
    caplog.set_level(logging.WARNING)
    messenger(there).send(MESSAGE)
    there.status = 400
    for url in (ROCKET, NTFY, MATTERMOST):
        with pytest.raises(Refused):
            messenger(there, url).send(MESSAGE)
    assert "ivanova" not in caplog.text
    assert TOKEN not in caplog.text


def test_messages_of_several_threads_do_not_get_mixed_up(there: Services) -> None:
    made = messenger(there, NTFY)

    def tell(n: int) -> None:
        made.send(ShortMessage(f"topic{n}", f"words{n}"))

    threads = [threading.Thread(target=tell, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(there.told) == [(f"topic{n}", f"words{n}") for n in range(8)]


@pytest.mark.parametrize(
    ("line", "unsafe"),
    [
        ("import json, requests", set()),
        ("from .base import NotifyBase", set()),
        ("from ..common import NotifyType", set()),
        ("import socket", {"socket"}),
        ("def send():\n    class Line:\n        import socket", {"socket"}),
        ("from urllib.request import urlopen", {"urllib.request"}),
        ("import requests.sessions", {"requests.sessions"}),
        ("from requests import post", {"requests"}),
        ("from .email import NotifyEmail", {".email"}),
        ("from . import email", {"."}),
    ],
)
def test_whatever_could_go_out_otherwise_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, unsafe: set[str]
) -> None:
    name, file = "apprise.plugins.made_up", tmp_path / "made_up.py"
    file.write_text(line)
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    # Looked over, not run.
    monkeypatch.setitem(sys.modules, name, importlib.util.module_from_spec(spec))
    assert bind(type("Made", (), {"__module__": name})) == unsafe


def test_a_service_is_looked_over_while_another_thread_reads_sources() -> None:
    """Python 3.11 fails at trees of sources in two threads; a traceback being told makes one."""
    module = importlib.import_module("apprise.plugins.rocketchat")
    done = threading.Event()

    def read_sources() -> None:
        while not done.is_set():
            with suppress(SystemError):
                ast.parse("f(" * 50 + ")" * 50)

    def let_others_on(phase: str, info: dict[str, int]) -> None:
        time.sleep(0)

    reader = threading.Thread(target=read_sources)
    # Collecting garbage is where threads change amid a tree.
    gc.callbacks.append(let_others_on)
    reader.start()
    try:
        for _ in range(5):
            assert bind(module.NotifyRocketChat) == frozenset()
    finally:
        gc.callbacks.remove(let_others_on)
        done.set()
        reader.join()
