"""A mail server in every kind of trouble: what it costs, what goes out when it is over."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connector.channels.smtp import SmtpChannel, SmtpServer
from connector.clock import AdjustableClock
from connector.db import Database
from connector.models import Base
from connector.runtime.send import DOWN_PAUSE, MANY_IN_A_ROW, Sender
from tests.integration.test_send_letters import (
    TUESDAY_NOON,
    letters,
    put,
    rows,
    sender,
    states,
)
from tests.services.smtp_script import DROP, SILENT, Moment, ScriptedSmtp, scripted_smtp

IDLE_S = 0.4
"""Longer than this machine is busy with other things, at most; a silent server costs it once."""

KNOCKS = 60
AGAIN = DOWN_PAUSE + timedelta(minutes=1)


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def clock() -> AdjustableClock:
    return AdjustableClock(TUESDAY_NOON)


@pytest.fixture
def server() -> Iterator[ScriptedSmtp]:
    with scripted_smtp() as made:
        yield made


def to(server: ScriptedSmtp, **options: object) -> SmtpChannel:
    where = SmtpServer("127.0.0.1", server.port, timeout=IDLE_S, **options)  # type: ignore[arg-type]
    return SmtpChannel(where, "service@example.org")


def turn(one: Sender) -> None:
    while one.run_once():
        pass


DOWN = [
    (Moment.GREETING, "421 4.3.2 too busy", "unreachable"),
    (Moment.GREETING, "554 5.7.1 you are on a list", "unreachable"),
    (Moment.GREETING, "what do you want", "unreachable"),
    (Moment.GREETING, SILENT, "unreachable"),
    (Moment.GREETING, DROP, "unreachable"),
    (Moment.EHLO, "550 5.7.1 who are you", "no_greeting"),
    (Moment.EHLO, SILENT, "no_greeting"),
    (Moment.EHLO, DROP, "no_greeting"),
    (Moment.MAIL, "451 4.7.1 too many letters", "smtp_451"),
    (Moment.MAIL, "550 5.7.1 sender not allowed", "smtp_550"),
    (Moment.RCPT, "421 4.7.0 closing", "smtp_421"),
    (Moment.DATA, "421 4.3.2 shutting down", "smtp_421"),
    (Moment.ENDED, "421 4.3.2 shutting down", "smtp_421"),
]
"""Moment, what happens there, the reason shown: the server's trouble, and no try of any letter."""


@pytest.mark.parametrize(("moment", "told", "reason"), DOWN)
def test_a_server_in_trouble_costs_no_try_and_no_letter(
    database: Database, clock: AdjustableClock, server: ScriptedSmtp,
    moment: Moment, told: str, reason: str,
) -> None:  # fmt: skip
    put(database, "a", to="T1")
    put(database, "b", to="T2")
    server.at = {moment: told}
    one = sender(database, to(server), clock)
    turn(one)
    assert server.sessions == 1
    assert states(database) == {("waiting", reason), ("waiting", None)}
    assert {row.attempts for row in rows(database)} == {0}
    server.at = {}
    clock.move_to(clock.now() + AGAIN)
    turn(one)
    assert states(database) == {("sent", None)}
    assert len(server.received) == len(set(server.ids())) == 2


@pytest.mark.parametrize(
    ("options", "offers", "at"),
    [
        ({"starttls": True}, (), {}),
        ({"starttls": True}, ("STARTTLS",), {}),
        ({"starttls": True}, ("STARTTLS",), {Moment.STARTTLS: "454 4.7.0 not now"}),
        ({"tls": True}, (), {}),
        ({"user": "u", "password": "p"}, (), {}),
        ({"user": "u", "password": "p"}, ("AUTH PLAIN",), {Moment.AUTH: "535 5.7.8 no"}),
        ({"user": "u", "password": "p"}, ("AUTH PLAIN",), {Moment.AUTH: "454 4.7.0 later"}),
        ({"user": "u", "password": "p"}, ("AUTH PLAIN",), {Moment.AUTH: DROP}),
    ],
    ids=["no-starttls", "no-handshake", "starttls-later", "no-tls", "no-auth", "auth-refused",
         "auth-later", "auth-dropped"],
)  # fmt: skip
def test_without_encryption_or_log_in_nothing_is_handed_over(
    database: Database, clock: AdjustableClock, server: ScriptedSmtp,
    options: dict[str, object], offers: tuple[str, ...], at: dict[Moment, str],
) -> None:  # fmt: skip
    put(database, "a")
    server.offers, server.at = offers, at
    sender(database, to(server, **options), clock).run_once()
    (row,) = rows(database)
    assert (row.state, row.attempts, server.received) == ("waiting", 0, [])
    assert row.reason in ("not_logged_in", "unreachable")


LATER = [
    (Moment.RCPT, "452 4.2.2 mailbox full", "smtp_452", False),
    (Moment.RCPT, "450 4.7.1 greylisted", "smtp_450", False),
    (Moment.RCPT, DROP, "session_lost", False),
    (Moment.RCPT, SILENT, "session_lost", False),
    (Moment.MAIL, DROP, "session_lost", False),
    (Moment.DATA, "451 4.3.0 queue is full", "smtp_451", False),
    (Moment.ENDED, "451 4.3.0 try again", "smtp_451", False),
    (Moment.HALFWAY, DROP, "session_lost", True),
    (Moment.ENDED, DROP, "session_lost", True),
    (Moment.ENDED, SILENT, "session_lost", True),
    (Moment.ENDED, "hm?", "session_lost", True),
]
"""The same, and whether the letter may have been kept."""


@pytest.mark.parametrize(("moment", "told", "reason", "in_doubt"), LATER)
def test_a_letter_that_did_not_get_through_waits_and_one_in_doubt_stays_itself(
    database: Database, clock: AdjustableClock, server: ScriptedSmtp,
    moment: Moment, told: str, reason: str, in_doubt: bool,
) -> None:  # fmt: skip
    put(database, "a", to="T1")
    server.at = {moment: told}
    one = sender(database, to(server), clock)
    assert one.run_once() == 1
    (row,) = rows(database)
    assert (row.state, row.reason, row.attempts) == ("waiting", reason, 1)
    assert (row.lease_token is not None) == in_doubt
    perhaps = server.ids()
    put(database, "b", to="T1")
    server.at, server.received = {}, []
    clock.move_to(clock.now() + AGAIN)
    turn(one)
    assert states(database) == {("sent", None)}
    # What certainly did not go out is one letter with what came since; the other is sent as it was.
    assert len(server.received) == (2 if in_doubt else 1)
    assert set(perhaps) <= set(server.ids())
    assert len(letters(database)) == len(server.received)


def test_what_goes_wrong_after_the_answer_is_no_matter(
    database: Database, clock: AdjustableClock, server: ScriptedSmtp
) -> None:
    put(database, "a")
    server.at = {Moment.TAKEN: DROP}
    turn(sender(database, to(server), clock))
    assert states(database) == {("sent", None)}
    assert len(server.received) == 1


def test_one_dead_and_one_full_mailbox_hold_up_nobody(
    database: Database, clock: AdjustableClock, server: ScriptedSmtp
) -> None:
    for number in range(1, 9):
        put(database, f"k{number}", to=f"T{number}")
    server.addresses = {
        "t2@example.org": "550 5.1.1 no such user",
        "t3@example.org": "452 4.2.2 mailbox full",
    }
    turn(sender(database, to(server), clock))
    found = {row.key: (row.state, row.reason) for row in rows(database)}
    assert found.pop("k2")[0] == "held"
    assert found.pop("k3") == ("waiting", "smtp_452")
    assert set(found.values()) == {("sent", None)}


def test_a_letter_too_big_fails_alone(
    database: Database, clock: AdjustableClock, server: ScriptedSmtp
) -> None:
    put(database, "a")
    server.at = {Moment.MAIL: "552 5.3.4 message too big"}
    turn(sender(database, to(server), clock))
    assert states(database) == {("failed", "refused")}


def test_a_letter_the_server_hates_comes_back_behind_the_others(
    database: Database, clock: AdjustableClock, server: ScriptedSmtp
) -> None:
    """A server that hangs up on one letter, every time, is down only for that one."""
    for number in range(6):
        put(database, f"k{number}", to=f"T{number}")
    server.addresses = {"t0@example.org": "421 4.3.0 I do not like this one"}
    one = sender(database, to(server), clock)
    for _ in range(3):
        turn(one)
        clock.move_to(clock.now() + AGAIN)
    assert [row.state for row in rows(database)] == ["waiting", *["sent"] * 5]


def test_many_who_cannot_be_reached_in_a_row_are_the_server_s_trouble(
    database: Database, clock: AdjustableClock, server: ScriptedSmtp
) -> None:
    for number in range(12):
        put(database, f"k{number:02}", to=f"T{number}")
    server.at = {Moment.RCPT: "451 4.3.0 the disk is full"}
    one = sender(database, to(server), clock)
    for _ in range(KNOCKS):
        turn(one)
        clock.move_to(clock.now() + timedelta(minutes=30))
    # One knock a while, and nobody's tries are used up in a day and more.
    assert {row.state for row in rows(database)} == {"waiting"}
    assert max(row.attempts for row in rows(database)) <= 2
    assert server.sessions <= KNOCKS + MANY_IN_A_ROW
    server.at = {}
    clock.move_to(TUESDAY_NOON + timedelta(days=7))
    turn(one)
    clock.move_to(clock.now() + timedelta(hours=1))
    turn(one)
    assert states(database) == {("sent", None)}
    assert len(server.received) == len(set(server.ids())) == 12


def test_a_letter_in_doubt_is_neither_changed_nor_withdrawn(
    database: Database, clock: AdjustableClock, server: ScriptedSmtp
) -> None:
    from connector.services.notices.notices import NoticeService
    from tests.integration.test_send_letters import HOURS

    put(database, "a", "b", about_subject=1)
    server.at = {Moment.ENDED: DROP}
    one = sender(database, to(server), clock)
    one.run_once()
    with database.writing() as session:
        # The reason for both is gone, and the person has no address any more.
        notices = NoticeService(session)
        notices.reconcile("korolev", {1: ()}, HOURS, clock.now())
        notices.readdress("korolev", HOURS, clock.now())
    server.at = {}
    clock.move_to(clock.now() + AGAIN)
    turn(one)
    assert states(database) == {("sent", None)}
    first, second = server.ids()
    assert first == second
