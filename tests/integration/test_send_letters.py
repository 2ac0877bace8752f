"""From the outbox to a real mail server, and what happens when it misbehaves."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from connector.channels.channel import Channel, OutgoingLetter
from connector.channels.mailbox import Mailbox
from connector.channels.smtp import SmtpChannel
from connector.channels.smtp import SmtpServer as Where
from connector.clock import AdjustableClock
from connector.db import Database
from connector.domain.calendar import WorkCalendar
from connector.domain.hours import PostHours
from connector.models import Base, Letter, Notice
from connector.runtime.send import MOST_TRIES, Sender
from connector.secretbox import SecretBox
from connector.services.access.letter_links import LetterLinks
from connector.services.notices.post_offices import PostOffice
from tests.services.ports import free_port
from tests.services.smtp import SmtpServer

MOSCOW = ZoneInfo("Europe/Moscow")
HOURS = PostHours(MOSCOW, WorkCalendar(date(2026, 1, 1), date(2026, 1, 1), ()))
TUESDAY_NOON = datetime(2026, 3, 10, 12, 0, tzinfo=MOSCOW).astimezone(UTC)
STALLED = {
    "number": "1", "person": "Иванова Анна", "reason": "idle", "since": "2026-02-01",
    "first_day": "2026-03-02", "done": 1, "required": 3, "next_step": 2, "next_title": None,
    "next_due": None,
}  # fmt: skip
COMPLETED = {"number": "1", "person": "Иванова Анна", "on": "2026-03-09", "steps": 3}


class Offices:
    def find(self, session: Session, municipality: str, now: datetime) -> PostOffice | None:
        return PostOffice("Королёв", HOURS)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def clock() -> AdjustableClock:
    return AdjustableClock(TUESDAY_NOON)


def smtp_to(server: SmtpServer, timeout: float = 10.0) -> SmtpChannel:
    return SmtpChannel(Where(server.host, server.port, timeout=timeout), "service@example.org")


def sender(database: Database, channel: Channel, clock: AdjustableClock) -> Sender:
    return Sender(database, Offices(), channel, clock, "https://example.org", "example.org")


def put(database: Database, *keys: str, to: str = "T1", **columns: Any) -> None:
    values: dict[str, Any] = {
        "municipality": "korolev",
        "kind": "route_completed",
        "role": "teacher",
        "recipient": to,
        "address": f"{to.lower()}@example.org",
        "params": COMPLETED,
        "urgent": False,
        "state": "waiting",
        "created_at": TUESDAY_NOON,
        "not_before": TUESDAY_NOON,
        "attempts": 0,
        **columns,
    }
    with database.writing() as session:
        session.add_all(Notice(key=key, **values) for key in keys)


def rows(database: Database) -> list[Notice]:
    with database.reading() as session:
        return list(session.scalars(select(Notice).order_by(Notice.key)))


def letters(database: Database) -> list[Letter]:
    with database.reading() as session:
        return list(session.scalars(select(Letter).order_by(Letter.id)))


def states(database: Database) -> set[tuple[str, str | None]]:
    return {(row.state, row.reason) for row in rows(database)}


def html_of(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def test_all_due_notices_of_a_person_make_one_letter(
    database: Database, clock: AdjustableClock, smtp_server: SmtpServer
) -> None:
    put(database, "a", "b", "c")
    put(database, "d", to="T2")
    put(database, "later", not_before=TUESDAY_NOON + timedelta(hours=1))
    assert sender(database, smtp_to(smtp_server), clock).run_once() == 2
    assert [r.recipients for r in smtp_server.received] == [
        ("t1@example.org",),
        ("t2@example.org",),
    ]
    assert "https://example.org" in html_of(smtp_server.received[0].message)
    kept = letters(database)
    assert [letter.recipient for letter in kept] == ["T1", "T2"]
    assert {(r.key, r.state, r.letter_id) for r in rows(database)} == {
        ("a", "sent", kept[0].id),
        ("b", "sent", kept[0].id),
        ("c", "sent", kept[0].id),
        ("d", "sent", kept[1].id),
        ("later", "waiting", None),
    }
    assert sender(database, smtp_to(smtp_server), clock).run_once() == 0


def test_the_letter_has_links_of_its_reader_s_own(
    database: Database, clock: AdjustableClock, smtp_server: SmtpServer
) -> None:
    put(database, "a", kind="route_stalled", role="methodist", params={**STALLED}, to="M1")
    put(database, "b")
    links = LetterLinks(SecretBox("key"), "https://example.org", timedelta(hours=24))
    sending = Sender(database, Offices(), smtp_to(smtp_server), clock, links=links)
    assert sending.run_once() == 2
    forced, optional = (one.message for one in smtp_server.received)
    stop = optional["List-Unsubscribe"]
    assert stop.startswith("<https://example.org/unsubscribe/")
    assert optional["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    opened = links.open_unsubscribe(stop.strip("<>").rpartition("/")[2])
    assert opened is not None
    assert (opened.recipient, opened.kinds) == ("T1", ("route_completed",))
    assert "https://example.org/enter/" in html_of(optional)
    assert forced["List-Unsubscribe"] is None
    assert "/unsubscribe/" not in html_of(forced)


def test_without_a_mail_server_letters_land_in_the_mailbox(
    database: Database, clock: AdjustableClock
) -> None:
    put(database, "a")
    sender(database, Mailbox(), clock).run_once()
    (letter,) = letters(database)
    assert (letter.channel, letter.address) == ("mailbox", "t1@example.org")
    assert "Маршрут завершён" in letter.subject
    assert "Иванова" not in letter.subject


@pytest.mark.parametrize(
    "when",
    [datetime(2026, 3, 10, 23, 0, tzinfo=MOSCOW), datetime(2026, 3, 14, 12, 0, tzinfo=MOSCOW)],
    ids=["night", "saturday"],
)
def test_nobody_is_written_to_at_night_or_on_a_closed_day(
    database: Database, clock: AdjustableClock, when: datetime
) -> None:
    put(database, "a")
    clock.move_to(when)
    assert sender(database, Mailbox(), clock).run_once() == 0
    clock.move_to(datetime(2026, 3, 16, 8, 0, tzinfo=MOSCOW))
    assert sender(database, Mailbox(), clock).run_once() == 1


def test_two_senders_send_each_notice_once(
    database: Database, clock: AdjustableClock, smtp_server: SmtpServer
) -> None:
    for number in range(30):
        put(database, f"{number}/a", f"{number}/b", to=f"T{number}")
    senders = [sender(database, smtp_to(smtp_server), clock) for _ in range(4)]
    with ThreadPoolExecutor(len(senders)) as pool:
        handled = list(pool.map(lambda one: one.run_once(), senders))
    assert sum(handled) == 30
    assert len(smtp_server.received) == 30
    assert len({r.message["Message-ID"] for r in smtp_server.received}) == 30
    assert states(database) == {("sent", None)}


class Stopped(BaseException):
    """The process is killed here."""


class KilledAfterSending:
    """Hands the letter over and never comes back."""

    name = "smtp"

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def send(self, letter: OutgoingLetter) -> bytes | None:
        self._channel.send(letter)
        raise Stopped


def test_a_crash_between_sending_and_marking_repeats_the_same_letter(
    database: Database, clock: AdjustableClock, smtp_server: SmtpServer
) -> None:
    put(database, "a", "b")
    channel = smtp_to(smtp_server)
    with pytest.raises(Stopped):
        sender(database, KilledAfterSending(channel), clock).run_once()
    # What has become due meanwhile must not change the letter that may have arrived already.
    put(database, "c")
    assert sender(database, channel, clock).run_once() == 1
    clock.move_to(TUESDAY_NOON + timedelta(hours=1))
    assert sender(database, channel, clock).run_once() == 1
    ids = [received.message["Message-ID"] for received in smtp_server.received]
    assert ids[0] == ids[2] != ids[1]
    assert states(database) == {("sent", None)}
    assert len(letters(database)) == 2


class OvertakenWhileSending:
    """So slow that the claim runs out and another sender takes the letter over."""

    name = "smtp"

    def __init__(self, channel: Channel, other: Sender, clock: AdjustableClock) -> None:
        self._channel = channel
        self._other = other
        self._clock = clock

    def send(self, letter: OutgoingLetter) -> bytes | None:
        self._clock.move_to(self._clock.now() + timedelta(minutes=30))
        assert self._other.run_once() == 1
        return self._channel.send(letter)


def test_a_sender_that_lost_its_claim_marks_nothing(
    database: Database, clock: AdjustableClock, smtp_server: SmtpServer
) -> None:
    put(database, "a")
    channel = smtp_to(smtp_server)
    slow = OvertakenWhileSending(channel, sender(database, channel, clock), clock)
    sender(database, slow, clock).run_once()
    assert len({received.message["Message-ID"] for received in smtp_server.received}) == 1
    assert states(database) == {("sent", None)}
    assert len(letters(database)) == 1


def test_a_full_mailbox_is_tried_again_with_growing_pauses_and_given_up(
    database: Database, clock: AdjustableClock, smtp_server: SmtpServer
) -> None:
    put(database, "a")
    smtp_server.reply_to_recipient = "450 4.2.2 Mailbox full"
    one = sender(database, smtp_to(smtp_server), clock)
    pauses = []
    for _ in range(MOST_TRIES - 1):
        before = clock.now()
        assert one.run_once() == 1
        (row,) = rows(database)
        assert (row.state, row.reason) == ("waiting", "smtp_450")
        assert HOURS.are_open(row.not_before)
        pauses.append(row.not_before - before)
        assert one.run_once() == 0
        clock.move_to(row.not_before)
    assert [round(pause / timedelta(minutes=1)) for pause in pauses[:4]] == [1, 5, 15, 60]
    assert one.run_once() == 1
    assert states(database) == {("failed", "gave_up:smtp_450")}


def test_a_letter_tried_again_keeps_its_message_id(
    database: Database, clock: AdjustableClock, smtp_server: SmtpServer
) -> None:
    put(database, "a")
    smtp_server.drop_on_data = True
    one = sender(database, smtp_to(smtp_server), clock)
    one.run_once()
    assert states(database) == {("waiting", "session_lost")}
    put(database, "b")
    smtp_server.drop_on_data = False
    clock.move_to(TUESDAY_NOON + timedelta(minutes=10))
    assert one.run_once() == 2
    assert len(smtp_server.received) == 2
    assert states(database) == {("sent", None)}


def test_a_final_refusal_of_a_letter_is_final(
    database: Database, clock: AdjustableClock, smtp_server: SmtpServer
) -> None:
    put(database, "a")
    put(database, "b", to="T2")
    smtp_server.reply_to_data = "554 5.7.1 Spam"
    assert sender(database, smtp_to(smtp_server), clock).run_once() == 2
    assert states(database) == {("failed", "refused")}


def test_a_slow_server_costs_a_try_and_no_letter(
    database: Database, clock: AdjustableClock, smtp_server: SmtpServer
) -> None:
    put(database, "a")
    smtp_server.seconds_before_reply = 1.0
    sender(database, smtp_to(smtp_server, timeout=0.2), clock).run_once()
    assert states(database) == {("waiting", "session_lost")}


def test_a_server_that_is_away_for_days_costs_no_try(
    database: Database, clock: AdjustableClock
) -> None:
    put(database, "a")
    put(database, "b", to="T2")
    nowhere = SmtpChannel(Where("127.0.0.1", free_port(), timeout=1.0), "service@example.org")
    for hours in range(0, 24 * 4, 6):
        clock.move_to(TUESDAY_NOON + timedelta(hours=hours))
        # One knock a turn: two hundred letters must not wait for two hundred time-outs.
        assert sender(database, nowhere, clock).run_once() <= 1
    assert {row.state for row in rows(database)} == {"waiting"}
    assert max(row.attempts for row in rows(database)) == 0


def test_a_notice_without_words_fails_alone(database: Database, clock: AdjustableClock) -> None:
    put(database, "a", kind="of_a_plugin")
    put(database, "b", to="T2", params={"number": "1"})
    put(database, "c", to="T3")
    assert sender(database, Mailbox(), clock).run_once() == 3
    assert [(r.key, r.state, r.reason) for r in rows(database)] == [
        ("a", "failed", "no_words"),
        ("b", "failed", "no_words"),
        ("c", "sent", None),
    ]


def test_what_is_held_or_withdrawn_is_not_sent(database: Database, clock: AdjustableClock) -> None:
    put(database, "a", "b")
    with database.writing() as session:
        session.execute(update(Notice).where(Notice.key == "a").values(state="held"))
        session.execute(update(Notice).where(Notice.key == "b").values(state="withdrawn"))
    assert sender(database, Mailbox(), clock).run_once() == 0


class Trips(Mailbox):
    """Stumbles over the letters to one person, as code with a mistake in it would."""

    def send(self, letter: OutgoingLetter) -> bytes | None:
        if letter.address == "t1@example.org":
            raise KeyError("Иванова Анна")
        return super().send(letter)


def test_a_letter_that_trips_the_sender_holds_up_no_other(
    database: Database, clock: AdjustableClock
) -> None:
    put(database, "k1", to="T1")
    put(database, "k2", to="T2")
    loop = sender(database, Trips(), clock)
    for _ in range(MOST_TRIES):
        loop.run_once()
        clock.move_to(clock.now() + timedelta(days=7))
    found = {row.key: (row.state, row.reason) for row in rows(database)}
    assert found == {"k1": ("failed", "gave_up:internal_error"), "k2": ("sent", None)}
