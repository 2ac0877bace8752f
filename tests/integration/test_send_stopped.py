"""Addresses that refuse: stopped at once or by a later bounce, told once, tried again."""

import mailbox
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from connector.channels.dsn import read_bounce
from connector.channels.smtp import SmtpChannel
from connector.channels.smtp import SmtpServer as Where
from connector.clock import AdjustableClock
from connector.db import Database
from connector.domain.calendar import WorkCalendar
from connector.domain.hours import PostHours
from connector.domain.owed import Owed, Recipient
from connector.models import Base, Letter, Login, Notice, Record, Subject
from connector.runtime.send import Sender
from connector.services.notices.bounces import Became, BounceService
from connector.services.notices.notices import NoticeService
from connector.services.notices.post_offices import PostOffice
from connector.services.notices.stopping import MOST_SOFT, StopService
from tests.services.smtp import SmtpServer

MOSCOW = ZoneInfo("Europe/Moscow")
HOURS = PostHours(MOSCOW, WorkCalendar(date(2026, 1, 1), date(2026, 1, 1), ()))
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=MOSCOW).astimezone(UTC)
TOWN = "korolev"


class Offices:
    def find(self, session: Session, municipality: str, now: datetime) -> PostOffice | None:
        return PostOffice("Королёв", HOURS)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    Base.metadata.create_all(database.engine)
    put_address(database, "T1", "t1@example.org")
    with database.writing() as session:
        session.add(
            Login(
                name="anna",
                password="x",
                municipality=TOWN,
                role="methodist",
                email="anna@example.org",
                created_at=NOON,
            )
        )
    yield database
    database.close()


def put_address(database: Database, number: str, email: str) -> None:
    body = {
        "personnel_no": number, "last_name": "Иванова", "first_name": "Анна", "email": email,
        "role": "teacher", "employed_from": "2020-09-01",
    }  # fmt: skip
    with database.writing() as session:
        session.merge(
            Record(
                municipality=TOWN,
                sheet="staff",
                key=number,
                valid_from=date(1, 1, 1),
                person=number,
                body=body,
                recorded_at=NOON,
            )
        )


def owe(database: Database, *keys: str) -> None:
    params = {"number": "1", "person": "Иванова Анна", "on": "2026-03-09", "steps": 3}
    owed = [
        Owed(key, "route_completed", Recipient.TEACHER, "T1", params, date(2026, 3, 9))
        for key in keys
    ]
    with database.writing() as session:
        NoticeService(session).tell(TOWN, owed, HOURS, NOON)


def told(database: Database) -> list[tuple[str, str | None, str, str | None]]:
    with database.reading() as session:
        rows = session.scalars(select(Notice).order_by(Notice.kind, Notice.key)).all()
    return [(row.kind, row.recipient, row.state, row.reason) for row in rows]


def send(database: Database, server: SmtpServer) -> None:
    channel = SmtpChannel(Where(server.host, server.port, timeout=5), "service@example.org")
    Sender(database, Offices(), channel, AdjustableClock(NOON)).run_once()


def test_a_dead_address_is_stopped_and_the_methodist_told_once(
    database: Database, smtp_server: SmtpServer
) -> None:
    owe(database, "a")
    smtp_server.reply_to_recipient = "550 5.1.1 No such user"
    send(database, smtp_server)
    owe(database, "b")
    send(database, smtp_server)
    assert told(database) == [
        ("address_stopped", "login:anna", "waiting", None),
        ("route_completed", "T1", "held", "stopped"),
        ("route_completed", "T1", "held", "stopped"),
    ]
    smtp_server.reply_to_recipient = None
    put_address(database, "T1", "right@example.org")
    with database.writing() as session:
        assert NoticeService(session).readdress(TOWN, HOURS, NOON) == 2
    send(database, smtp_server)
    assert [one.recipients for one in smtp_server.received] == [("right@example.org",)]


def test_somebody_can_try_again(database: Database, smtp_server: SmtpServer) -> None:
    owe(database, "a")
    smtp_server.reply_to_recipient = "550 5.1.1 No such user"
    send(database, smtp_server)
    smtp_server.reply_to_recipient = None
    with database.writing() as session:
        service = StopService(session)
        (stopped,) = service.stopped(TOWN)
        assert (stopped.address, stopped.reason) == ("t1@example.org", "bounced")
        assert service.try_again("kuznetsk", stopped.id, HOURS, NOON) is None
        assert service.try_again(TOWN, stopped.id, HOURS, NOON) == "T1"
        assert service.try_again(TOWN, stopped.id, HOURS, NOON) is None
    send(database, smtp_server)
    assert len(smtp_server.received) == 1


def bounce(message_id: str, address: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    """As mail servers write them."""
    return f"""From: MAILER-DAEMON@mx.example
To: service@example.org
Subject: Undelivered Mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I am sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Original-Recipient: rfc822;{address}
Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: whatever

--b--
""".encode()


def sent_letter(database: Database, server: SmtpServer) -> str:
    owe(database, "a")
    send(database, server)
    with database.reading() as session:
        return session.scalars(select(Letter.message_id)).one()


def apply(database: Database, raw: bytes) -> Became:
    read = read_bounce(raw)
    assert read is not None
    with database.writing() as session:
        return BounceService(session, Offices()).apply(read, NOON)


def test_a_bounce_that_comes_later_stops_the_address_of_our_letter(
    database: Database, smtp_server: SmtpServer
) -> None:
    message_id = sent_letter(database, smtp_server)
    for _ in range(2):
        assert apply(database, bounce(message_id, "T1@Example.org")) is Became.STOPPED
    owe(database, "b")
    assert told(database) == [
        ("address_stopped", "login:anna", "waiting", None),
        ("route_completed", "T1", "held", "stopped"),
        ("route_completed", "T1", "held", "stopped"),
    ]


def test_what_came_back_is_told_at_the_mended_address(
    database: Database, smtp_server: SmtpServer
) -> None:
    message_id = sent_letter(database, smtp_server)
    apply(database, bounce(message_id, "t1@example.org"))
    put_address(database, "T1", "right@example.org")
    with database.writing() as session:
        assert NoticeService(session).readdress(TOWN, HOURS, NOON) == 1
    send(database, smtp_server)
    assert [one.recipients for one in smtp_server.received[1:]] == [("right@example.org",)]
    with database.reading() as session:
        assert len({*session.scalars(select(Letter.message_id))}) == 2
    # The same report once more is about a letter that holds nothing any more.
    apply(database, bounce(message_id, "t1@example.org"))
    assert ("route_completed", "T1", "sent", None) in told(database)


def test_what_came_back_and_is_no_news_any_more_is_judged_anew(
    database: Database, smtp_server: SmtpServer
) -> None:
    with database.writing() as session:
        session.add(
            Subject(id=1, municipality=TOWN, kind="staff", code="T1", sort_key="T1",
                    title="T1", dirty=False, version=1)
        )  # fmt: skip
    message_id = sent_letter(database, smtp_server)
    with database.writing() as session:
        session.execute(update(Notice).values(about_subject=1))
    apply(database, bounce(message_id, "t1@example.org"))
    with database.writing() as session:
        assert session.scalar(select(Subject.dirty)) is True
        NoticeService(session).reconcile(TOWN, {1: ()}, HOURS, NOON)
    assert ("route_completed", "T1", "withdrawn", None) in told(database)


def test_a_mailbox_that_is_full_loses_the_letter_and_not_the_address(
    database: Database, smtp_server: SmtpServer
) -> None:
    message_id = sent_letter(database, smtp_server)
    assert apply(database, bounce(message_id, "t1@example.org", "5.2.2")) is Became.COUNTED
    assert told(database) == [("route_completed", "T1", "failed", "bounced")]


def test_what_others_make_up_stops_nobody(database: Database, smtp_server: SmtpServer) -> None:
    message_id = sent_letter(database, smtp_server)
    assert apply(database, bounce("<x@example.org>", "t1@example.org")) is Became.UNKNOWN
    assert apply(database, bounce(message_id, "anna@example.org")) is Became.UNKNOWN
    assert [state for _, _, state, _ in told(database)] == ["sent"]


def test_refusals_of_the_moment_are_counted(database: Database, smtp_server: SmtpServer) -> None:
    message_id = sent_letter(database, smtp_server)
    late = bounce(message_id, "t1@example.org", "4.4.7", "delayed")
    full = bounce(message_id, "t1@example.org", "5.2.2")
    came = [apply(database, late) for _ in range(MOST_SOFT - 1)]
    assert came == [Became.COUNTED] * (MOST_SOFT - 1)
    assert apply(database, full) is Became.STOPPED


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff\x00", b"Subject: hello\n\nNo bounce.", b"Content-Type: multipart/report\n\n"],
)
def test_what_is_no_bounce_is_none(raw: bytes) -> None:
    assert read_bounce(raw) is None


def test_a_maildir_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from connector.cli import main

    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path / "data"))
    assert main(["db", "upgrade"]) == 0
    box = mailbox.Maildir(tmp_path / "box")
    box.add(bounce("<x@example.org>", "a@example.org"))
    other = EmailMessage()
    other.set_content("hello")
    box.add(other.as_bytes())
    capsys.readouterr()
    assert main(["post", "bounces", "--maildir", str(tmp_path / "box")]) == 0
    assert "не наше письмо или не наш адрес: 1" in capsys.readouterr().out
    assert main(["post", "bounces", "--maildir", str(tmp_path / "box")]) == 0
    assert "Новых сообщений нет." in capsys.readouterr().out
