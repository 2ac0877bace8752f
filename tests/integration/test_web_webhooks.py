"""The administrator's pages and commands for webhooks, clicked through against a real receiver."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connector.cli import main
from connector.domain.events import DomainEvent, EventType
from connector.services.events.recording import record
from tests.integration.hook_receiver import Receiver, receiver
from tests.integration.web_town import M, WebTown, csrf_token, web_town


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebTown]:
    with web_town(tmp_path_factory.mktemp("webhooks")) as made:
        yield made


@pytest.fixture
def other() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def send(client: Any, path: str, page: str, **form: Any) -> Any:
    form["csrf_token"] = csrf_token(client.get(page).text)
    return client.post(path, data=form, follow_redirects=True)


def test_an_administrator_sets_one_up_and_sees_what_was_delivered(
    own: WebTown, other: Receiver
) -> None:
    client = own.client("administrator")
    made = send(client, "/webhooks/", "/webhooks/", url=other.url, type=["route.*"], municipality=M)
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", made.text)
    assert secret is not None
    found = re.search(r'href="(/webhooks/\d+)"', made.text)
    assert found is not None
    path = found[1]
    assert secret[0] not in client.get(path).text
    tried = send(client, path, path, do="test")
    assert "Принято" in tried.text
    with own.container.db.writing() as session:
        event = DomainEvent("k", EventType.ROUTE_CANCELLED, "T-4", date(2026, 6, 1), {"route": "1"})
        record(session, M, [event], datetime(2026, 6, 15, tzinfo=UTC))
    own.engine.publisher.run_once()
    other.will(500)
    own.engine.caller.run_once()
    shown = client.get(path)
    assert "маршрут отменён" in shown.text
    assert "ответила ошибкой (код 500)" in shown.text
    assert "Дроздов" not in shown.text
    rotated = send(client, path, path, do="rotate")
    assert re.search(r"whsec_[A-Za-z0-9+/=]+", rotated.text)
    assert "выключен" in send(client, path, path, do="disable").text
    assert "включён" in send(client, path, path, do="enable").text
    other.will(200)
    again = send(client, path, path, do="resend", first="2026-06-01", last="2026-06-01")
    assert "Будет отправлено событий: 1" in again.text
    own.engine.caller.run_once()
    kinds = [json.loads(body)["type"] for _, body in other.heard]
    assert kinds[0] == "webhook.tested"
    assert "route.cancelled" in kinds[2:]


def test_what_cannot_be_is_said_and_nothing_typed_is_lost(own: WebTown) -> None:
    client = own.client("administrator")
    answer = send(client, "/webhooks/", "/webhooks/", url="https://x.example/abc")
    assert "хотя бы один вид событий" in answer.text
    assert "https://x.example/abc" in answer.text


@pytest.mark.parametrize("role", ["methodist", "specialist", "teacher", "viewer"])
def test_nobody_else_may_send_events_anywhere(own: WebTown, role: str) -> None:
    client = own.client(role)
    assert client.get("/webhooks/").status_code == 403
    assert "/webhooks/" not in client.get("/", follow_redirects=True).text


@pytest.mark.parametrize(
    "path", ["/webhooks/999", "/webhooks/99999999999999999999", "/webhooks/1?state=x"]
)
def test_what_is_not_there_is_not_found(own: WebTown, path: str) -> None:
    assert own.client("administrator").get(path).status_code == 404


def test_the_command_does_the_same(
    tmp_path: Path, other: Receiver, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CONNECTOR_ALLOW_PRIVATE", "1")

    def run(*words: str) -> Any:
        code = main(["webhooks", *words, "--json"])
        return code, json.loads(capsys.readouterr().out)

    code, made = run("add", other.url, "--type", "route.stalled", "--municipality", "korolev")
    assert (code, made["secret"][:6]) == (0, "whsec_")
    number = str(made["number"])
    assert run("test", number) == (0, {"accepted": True, "status": 200, "error": None})
    other.will(401)
    assert run("test", number)[0] == 1
    assert run("rotate", number)[1]["secret"] != made["secret"]
    run("disable", number)
    (listed,) = run("list")[1]
    assert (listed["types"], listed["disabled_reason"]) == (["route.stalled"], "command")
    run("enable", number)
    assert run("resend", number, "--from", "2026-01-01", "--until", "2026-12-31")[1]["events"] == 0
    assert main(["webhooks", "add", "https://x.example/", "--type", "nothing"]) == 1
    assert "Таких событий нет" in capsys.readouterr().err
    assert main(["webhooks", "test", "99"]) == 1
    assert "вебхук" in capsys.readouterr().err
