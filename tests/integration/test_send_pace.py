"""The pace of the installation: kept by several senders, on several databases' connections."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import pytest

from connector.channels.channel import OutgoingLetter
from connector.channels.mailbox import Mailbox
from connector.db import Database
from connector.domain.preferences import EMAIL
from connector.models import Base
from connector.runtime.send import Sender
from connector.services.notices.pace import Pace
from tests.integration.test_send_letters import STALLED, TUESDAY_NOON, Offices, put, states

LIMIT = 40


class StillClock:
    """Stands still until it is moved: what the pace allows is then exact."""

    def __init__(self, now: datetime) -> None:
        self.instant = now

    def now(self) -> datetime:
        return self.instant


class Server:
    """Takes everything, and notes when."""

    name = "smtp"

    def __init__(self, clock: StillClock) -> None:
        self._clock = clock
        self._lock = Lock()
        self.taken: list[tuple[datetime, str]] = []

    def send(self, letter: OutgoingLetter) -> bytes | None:
        with self._lock:
            self.taken.append((self._clock.now(), letter.address))
        return None

    def most_in_a_minute(self) -> int:
        times = [at for at, _ in self.taken]
        minute = timedelta(minutes=1)
        return max(sum(at <= other < at + minute for other in times) for at in times)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def clock() -> StillClock:
    return StillClock(TUESDAY_NOON)


def sender(database: Database, server: Server, clock: StillClock, **options: Any) -> Sender:
    paces = {EMAIL: Pace(LIMIT)}
    return Sender(database, Offices(), server, clock, "https://example.org", paces=paces, **options)


def test_senders_of_several_processes_keep_one_pace(
    database: Database, database_url: str, clock: StillClock
) -> None:
    for number in range(150):
        put(database, f"k{number}", to=f"T{number}")
    server = Server(clock)
    # Each its own connections, as a process or a machine has.
    own = [Database(database_url) for _ in range(4)]
    senders = [sender(one, server, clock) for one in own]
    with ThreadPoolExecutor(len(senders)) as pool:
        minutes = 0
        while states(database) != {("sent", None)}:
            list(pool.map(lambda one: one.run_once(), senders))
            clock.instant += timedelta(seconds=5)
            minutes += 1
            assert minutes < 120
    for one in own:
        one.close()
    assert len(server.taken) == 150 == len({address for _, address in server.taken})
    assert LIMIT // 2 <= server.most_in_a_minute() <= LIMIT


def test_a_sender_that_may_send_no_more_rests_and_serves_other_channels(
    database: Database, clock: StillClock
) -> None:
    for number in range(150):
        put(database, f"k{number}", to=f"T{number}")
    put(database, "z", to="M1", channel="max", address="500")
    server, messenger = Server(clock), Mailbox()
    one = sender(database, server, clock, others={"max": messenger})
    assert one.run_once() == LIMIT // 4
    # The turn is full of mail that may not go; what goes by another way is not behind it.
    assert one.run_once() == 1
    assert one.run_once() == 0
    assert len(server.taken) == LIMIT // 4


def test_nobody_s_letter_is_lost_or_counted_where_the_pace_ends(
    database: Database, clock: StillClock
) -> None:
    for number in range(30):
        put(database, f"k{number}", to=f"T{number}")
    server = Server(clock)
    one = sender(database, server, clock)
    one.run_once()
    assert states(database) == {("sent", None), ("waiting", None)}


def test_under_the_limit_alerts_go_first_and_municipalities_take_turns(
    database: Database, clock: StillClock
) -> None:
    for number in range(60):
        put(database, f"a{number:02}", to=f"B{number}", municipality="big")
    for number in range(3):
        put(database, f"c{number}", to=f"S{number}", municipality="small")
    put(database, "z", to="U1", municipality="big", urgent=True, kind="route_stalled",
        role="methodist", params=STALLED)  # fmt: skip
    server = Server(clock)
    one = sender(database, server, clock)
    one.run_once()
    first = [address.partition("@")[0] for _, address in server.taken]
    assert first[0] == "u1"
    assert Counter(name[0] for name in first) == {"u": 1, "s": 3, "b": LIMIT // 4 - 4}
