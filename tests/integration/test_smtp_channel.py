"""A real SMTP server that accepts, refuses, is busy, slow, gone or silent."""

from datetime import UTC, datetime

import pytest

from connector.channels.channel import OutgoingLetter, message_id
from connector.channels.smtp import SmtpChannel, parse_smtp_url
from connector.channels.smtp import SmtpServer as Where
from connector.domain.messengers import ChannelDown, Refused, TryLater
from connector.errors import BadSettings
from tests.services.ports import free_port
from tests.services.smtp import SmtpServer

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
TO = "one@example.org"
ID = message_id("korolev", TO, ["b", "a"], "example.org")


def channel(server: SmtpServer, timeout: float = 10.0) -> SmtpChannel:
    where = Where(server.host, server.port, timeout=timeout)
    return SmtpChannel(where, "Методическая служба <service@example.org>")


def letter(address: str = "one@example.org") -> OutgoingLetter:
    return OutgoingLetter(ID, address, "Маршрут завершён", "Текст — ура", "<p>Ура</p>", NOW)


def test_a_letter_arrives_as_it_was_written(smtp_server: SmtpServer) -> None:
    channel(smtp_server).send(letter())
    (received,) = smtp_server.received
    message = received.message
    assert (received.sender, received.recipients) == ("service@example.org", ("one@example.org",))
    assert message["Subject"] == "Маршрут завершён"
    assert message["From"].addresses[0].display_name == "Методическая служба"
    assert message["Message-ID"] == ID
    assert message["Date"].datetime == NOW
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    texts = [body.get_content().strip() for body in bodies if body is not None]
    assert texts == ["Текст — ура", "<p>Ура</p>"]


def test_headers_travel_as_ascii(smtp_server: SmtpServer) -> None:
    raw = channel(smtp_server).send(letter("anna@школа.рф"))
    assert raw is not None
    assert raw.isascii()
    assert b"To: anna@xn--" in raw


def test_a_message_id_depends_on_the_notices_alone() -> None:
    assert message_id("korolev", TO, ["a", "b"], "example.org") == ID
    assert message_id("korolev", TO, ["a"], "example.org") != ID
    assert message_id("korolev", "other@example.org", ["a", "b"], "example.org") != ID
    assert message_id("kuznetsk", TO, ["a", "b"], "example.org") != ID


@pytest.mark.parametrize(
    ("to_recipient", "to_data", "error", "reason"),
    [
        ("450 4.2.2 Mailbox full", None, TryLater, "smtp_450"),
        ("550 5.1.1 No such user", None, Refused, "bounced"),
        ("421 4.3.2 Closing", None, ChannelDown, "smtp_421"),
        (None, "451 4.3.0 Try again", TryLater, "smtp_451"),
        (None, "554 5.7.1 Looks like spam", Refused, "refused"),
    ],
)
def test_a_refusal_says_whether_to_try_again(
    smtp_server: SmtpServer,
    to_recipient: str | None,
    to_data: str | None,
    error: type[Exception],
    reason: str,
) -> None:
    smtp_server.reply_to_recipient = to_recipient
    smtp_server.reply_to_data = to_data
    with pytest.raises(error, match=reason):
        channel(smtp_server).send(letter())
    assert smtp_server.received == []


def test_a_session_dropped_after_the_letter_is_tried_again(smtp_server: SmtpServer) -> None:
    smtp_server.drop_on_data = True
    with pytest.raises(TryLater, match="session_lost"):
        channel(smtp_server).send(letter())


def test_a_server_too_slow_to_answer_is_tried_again(smtp_server: SmtpServer) -> None:
    smtp_server.seconds_before_reply = 1.5
    with pytest.raises(TryLater, match="session_lost"):
        channel(smtp_server, timeout=0.3).send(letter())


def test_a_server_that_is_not_there_is_no_letter_s_fault() -> None:
    nobody = Where("127.0.0.1", free_port(), timeout=1.0)
    with pytest.raises(ChannelDown, match="unreachable"):
        SmtpChannel(nobody, "service@example.org").send(letter())


def test_a_server_that_does_not_know_us_is_no_letter_s_fault(smtp_server: SmtpServer) -> None:
    where = Where(smtp_server.host, smtp_server.port, "user", "wrong", timeout=5.0)
    with pytest.raises(ChannelDown, match="not_logged_in"):
        SmtpChannel(where, "service@example.org").send(letter())


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b\nBcc: c@d", "a b@c", "<a@b>", "a@b, c@d", "анна@example.org",
     "a@" + "x" * 70],
)  # fmt: skip
def test_an_address_that_cannot_be_is_refused(smtp_server: SmtpServer, address: str) -> None:
    with pytest.raises(Refused):
        channel(smtp_server).send(letter(address))
    assert smtp_server.received == []


def test_an_address_of_a_server_is_read_from_a_setting() -> None:
    assert parse_smtp_url("smtp://mail.example.org") == Where("mail.example.org", 25)
    assert parse_smtp_url("smtps://u%40x:p%2F@mail.example.org") == Where(
        "mail.example.org", 465, "u@x", "p/", tls=True
    )
    assert parse_smtp_url("smtp://h:587?starttls=1") == Where("h", 587, starttls=True)


@pytest.mark.parametrize(
    "url", ["", "mail.example.org", "http://h", "smtp://", "smtp://h:x", "smtp://h?tls=1",
            "smtps://h?starttls=1"],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_told(url: str) -> None:
    with pytest.raises(BadSettings, match="CONNECTOR_SMTP_URL"):
        parse_smtp_url(url)


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(parse_smtp_url("smtp://u:secret@h"))
