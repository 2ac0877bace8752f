"""`connector post test`: one sample, and what a real mail server answered to it."""

import json
from pathlib import Path
from typing import Any

import pytest

from connector.cli import main
from tests.services.ports import free_port
from tests.services.smtp import SmtpServer

ADDRESS = "administrator@school.example"


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CONNECTOR_MAIL_FROM", "Служба <service@example.org>")
    monkeypatch.setenv("CONNECTOR_PUBLIC_URL", "https://metod.example")


@pytest.fixture
def server(smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> SmtpServer:
    monkeypatch.setenv("CONNECTOR_SMTP_URL", f"smtp://{smtp_server.host}:{smtp_server.port}")
    return smtp_server


def told(capsys: pytest.CaptureFixture[str], code: int, *more: str) -> dict[str, Any]:
    assert main(["post", "test", ADDRESS, "--json", *more]) == code
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_a_sample_arrives_and_says_that_it_is_one(
    server: SmtpServer, capsys: pytest.CaptureFixture[str]
) -> None:
    document = told(capsys, 0, "--municipality", "kuznetsk", "--kind", "work_plan_missing",
                    "--role", "head")  # fmt: skip
    (received,) = server.received
    assert received.recipients == (ADDRESS,)
    assert received.message["Subject"] == "Образец: План работы объединения не опубликован"
    assert received.message["Message-ID"] == document["message_id"]
    text = received.message.get_body(("plain",))
    assert text is not None
    assert text.get_content().startswith("Это образец письма")
    assert "/enter/" not in text.get_content()
    assert document["accepted"] is True


def test_it_is_said_in_plain_words(server: SmtpServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["post", "test", ADDRESS]) == 0
    said = capsys.readouterr().out
    assert "Почтовый сервер принял письмо «Образец: Ваш образовательный маршрут" in said


@pytest.mark.parametrize(
    ("at", "reply", "reason", "words"),
    [
        ("recipient", "550 5.1.1 No such user", "bounced", "не принимает писем на этот адрес"),
        ("recipient", "450 4.2.2 Mailbox full", "smtp_450", "просит подождать"),
        ("data", "554 5.7.1 Spam", "refused", "нежелательной почты"),
    ],
)
def test_a_refusal_is_told_with_the_server_s_own_words(
    server: SmtpServer,
    capsys: pytest.CaptureFixture[str],
    at: str,
    reply: str,
    reason: str,
    words: str,
) -> None:
    setattr(server, f"reply_to_{at}", reply)
    document = told(capsys, 1)
    assert (document["accepted"], document["reason"]) == (False, reason)
    assert document["server"] == reply
    assert main(["post", "test", ADDRESS]) == 1
    said = capsys.readouterr().out
    assert words in said
    assert f"Ответ сервера: {reply}" in said


def test_a_server_that_is_not_there_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONNECTOR_SMTP_URL", f"smtp://127.0.0.1:{free_port()}")
    document = told(capsys, 1)
    assert document["reason"] == "unreachable"
    assert "refused" in document["server"]


def test_without_a_mail_server_it_says_what_to_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, 1)["reason"] == "not_set_up"
    assert main(["post", "test", ADDRESS]) == 1
    assert "CONNECTOR_SMTP_URL" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody"], "не похоже на адрес"),
        ([ADDRESS, "--kind", "route_aproved"], "есть: "),
        ([ADDRESS, "--role", "specialist"], "нет письма route_approved specialist"),
    ],
)
def test_wrong_usage_is_told_apart(
    server: SmtpServer, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["post", "test", *arguments])
    assert ended.value.code == 2
    assert words in capsys.readouterr().err
    assert server.received == []
