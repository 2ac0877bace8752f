"""The mail server is away for a day: what waited goes out once, at its hours, one letter each."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from connector.channels.channel import OutgoingLetter
from connector.db import Database
from connector.domain.messengers import ChannelDown
from connector.domain.owed import Owed, Recipient
from connector.models import Base, Letter, Notice
from connector.runtime.send import Sender
from connector.services.notices.notices import NoticeService
from tests.integration.test_send_letters import HOURS, STALLED, Offices
from tests.integration.test_send_pace import StillClock
from tests.integration.test_send_stopped import put_address

MOSCOW = ZoneInfo("Europe/Moscow")
MONDAY = datetime(2026, 3, 9, 12, 0, tzinfo=MOSCOW).astimezone(UTC)
STEP = timedelta(minutes=30)
TOWN = "korolev"
TEACHERS = [f"T{n}" for n in range(12)]
METHODIST = "M1"


class Server:
    """Away from an instant until another; in doubt: it then drops what it was given."""

    name = "smtp"

    def __init__(self, clock: StillClock, since: datetime, until: datetime) -> None:
        self._clock = clock
        self._since = since
        self._until = until
        self.taken: list[tuple[datetime, OutgoingLetter]] = []
        self.knocks = 0

    def send(self, letter: OutgoingLetter) -> bytes | None:
        if self._since <= self._clock.now() < self._until:
            self.knocks += 1
            # The last words of a server that goes down: it may have kept the first letter.
            first = self.knocks == 1
            if first:
                self.taken.append((self._clock.now(), letter))
            raise ChannelDown("smtp_421", perhaps_sent=first)
        self.taken.append((self._clock.now(), letter))
        return None


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    Base.metadata.create_all(database.engine)
    for number in (*TEACHERS, METHODIST):
        put_address(database, number, f"{number.lower()}@example.org")
    yield database
    database.close()


def step_done(person: str, at: datetime) -> list[Owed]:
    """A letter to the teacher, and a line of the methodist's digest."""
    params = {"number": "1", "person": f"Иванова {person}", "on": "2026-03-09", "steps": 3}
    what = f"route_completed:{person}:{at.isoformat()}"
    day = at.date()
    return [
        Owed(f"{what}:t", "route_completed", Recipient.TEACHER, person, params, day),
        Owed(f"{what}:m", "route_completed", Recipient.METHODIST, METHODIST, params, day),
    ]


def alert(at: datetime) -> Owed:
    key = f"route_stalled:{at.isoformat()}"
    day = date(2026, 3, 9)
    return Owed(key, "route_stalled", Recipient.METHODIST, METHODIST, STALLED, day, urgent=True)


def test_a_day_without_a_mail_server(database: Database) -> None:
    clock = StillClock(MONDAY)
    until = MONDAY + timedelta(days=1, hours=10)
    server = Server(clock, MONDAY + timedelta(hours=1), until)
    # Two machines.
    senders = [Sender(database, Offices(), server, clock, "https://example.org") for _ in range(2)]
    turn = 0
    while clock.now() < MONDAY + timedelta(days=3):
        happened: list[Owed] = []
        if turn % 4 == 0:
            happened += step_done(TEACHERS[turn // 4 % len(TEACHERS)], clock.now())
            happened += step_done(TEACHERS[0], clock.now())
        if turn % 20 == 5:
            happened.append(alert(clock.now()))
        with database.writing() as session:
            NoticeService(session).tell(TOWN, happened, HOURS, clock.now())
        for one in senders:
            while one.run_once():
                pass
        clock.instant += STEP
        turn += 1

    with database.reading() as session:
        notices = list(session.scalars(select(Notice)))
        letters = list(session.scalars(select(Letter)))
    late = clock.now() - timedelta(days=1)
    assert {n.state for n in notices if n.not_before < late} == {"sent"}
    assert max(n.attempts for n in notices) == 1
    # Knocked at by each sender once a while, by day only.
    assert 10 < server.knocks < 2 * timedelta(hours=34) / STEP
    assert all(HOURS.are_open(at) for at, _ in server.taken)
    ids = Counter(letter.message_id for _, letter in server.taken)
    doubles = {one for one, count in ids.items() if count > 1}
    assert doubles <= {server.taken[first_lost(server)][1].message_id}
    assert len(ids) == len(letters)
    back = [letter for at, letter in server.taken if until <= at < until + timedelta(hours=16)]
    morning = Counter(letter.address for at, letter in server.taken if is_first_morning(at, until))
    assert back
    # What waited for a person is one letter, and perhaps the one that was in doubt.
    assert max(morning.values()) <= 2
    assert sum(count > 1 for count in morning.values()) <= 1


def first_lost(server: Server) -> int:
    return next(
        number for number, (at, _) in enumerate(server.taken) if at >= MONDAY + timedelta(hours=1)
    )


def is_first_morning(at: datetime, until: datetime) -> bool:
    return until <= at <= HOURS.next_open(until) + timedelta(minutes=1)
