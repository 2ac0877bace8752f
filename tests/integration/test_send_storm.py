"""Ten thousand notices at once: parked as a burst, let go, and sent once each at the set pace.

In the suite a few hundred; `make storm` tries ten thousand and says how long they took.
"""

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic

import pytest
from sqlalchemy import func, select

from connector.channels.smtp import SmtpChannel
from connector.channels.smtp import SmtpServer as Where
from connector.db import Database
from connector.domain.owed import Owed, Recipient
from connector.domain.preferences import EMAIL
from connector.models import Base, Letter, Notice, Record
from connector.models.many import insert_many
from connector.runtime.send import Sender
from connector.services.notices.bursts import BurstService
from connector.services.notices.notices import NoticeService
from connector.services.notices.pace import Pace
from tests.integration.test_send_letters import COMPLETED, HOURS, TUESDAY_NOON, Offices
from tests.integration.test_send_pace import StillClock
from tests.services.smtp import SmtpServer

STORM = int(os.environ.get("STORM", "240"))
EACH = 3
PEOPLE = STORM // EACH
BIG, SMALL = "korolev", "kuznetsk"
SENDERS = 3
PER_MINUTE = max(30, PEOPLE // 2)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    Base.metadata.create_all(database.engine)
    with database.writing() as session:
        insert_many(
            session,
            Record,
            [staff(BIG, f"T{n}") for n in range(PEOPLE)]
            + [staff(SMALL, f"S{n}") for n in range(3)],
        )
    yield database
    database.close()


def staff(municipality: str, number: str) -> dict[str, object]:
    body = {"personnel_no": number, "last_name": "Иванова", "email": f"{number}@example.org"}
    return {
        "municipality": municipality, "sheet": "staff", "key": number, "person": number,
        "valid_from": TUESDAY_NOON.date().replace(year=2020), "body": body,
        "recorded_at": TUESDAY_NOON,
    }  # fmt: skip


def owed(person: str, number: int) -> Owed:
    params = {**COMPLETED, "number": str(number)}
    key = f"route_completed:{person}:{number}"
    day = TUESDAY_NOON.date()
    return Owed(key, "route_completed", Recipient.TEACHER, person, params, day)


def counts(database: Database, municipality: str) -> dict[tuple[str, str | None], int]:
    with database.reading() as session:
        rows = session.execute(
            select(Notice.state, Notice.reason, func.count())
            .where(Notice.municipality == municipality)
            .group_by(Notice.state, Notice.reason)
        )
        return {(state, reason): count for state, reason, count in rows}


def told(what: str, since: float) -> None:
    print(f"{what}: {monotonic() - since:.1f} s")


def test_everything_at_once(database: Database, database_url: str, smtp_server: SmtpServer) -> None:
    clock = StillClock(TUESDAY_NOON)
    began = monotonic()
    with database.writing() as session:
        service = NoticeService(session)
        all_ = {n: [owed(f"T{n}", k) for k in range(EACH)] for n in range(PEOPLE)}
        service.reconcile(BIG, all_, HOURS, clock.now())
        few = {10**6 + n: [owed(f"S{n}", 1)] for n in range(3)}
        service.reconcile(SMALL, few, HOURS, clock.now())
    told(f"{STORM} owed and parked", began)
    assert counts(database, BIG) == {("held", "burst"): PEOPLE * EACH}

    own = [Database(database_url) for _ in range(SENDERS)]
    senders = [sender(one, smtp_server, clock) for one in own]
    while senders[0].run_once():
        pass
    # A burst is nobody's news yet; what is no burst is not held up by it.
    assert {r.recipients[0][0] for r in smtp_server.received} == {"S"}

    began = monotonic()
    with database.writing() as session:
        assert BurstService(session).release(BIG, HOURS, clock.now()) == PEOPLE * EACH
    told("released", began)
    began, looks = monotonic(), 0
    with ThreadPoolExecutor(SENDERS) as pool:
        while set(counts(database, BIG)) != {("sent", None)}:
            list(pool.map(lambda one: one.run_once(), senders))
            clock.instant += timedelta(seconds=5)
            looks += 1
            assert looks < 12 * 30
    told(f"{PEOPLE} letters sent, {looks * 5} s of the clock", began)
    for one in own:
        one.close()

    assert counts(database, BIG) == {("sent", None): PEOPLE * EACH}
    assert counts(database, SMALL) == {("sent", None): 3}
    # One letter a person with all that is theirs, and none twice.
    got = Counter(r.recipients[0] for r in smtp_server.received)
    assert len(got) == PEOPLE + 3
    assert set(got.values()) == {1}
    assert len({r.message["Message-ID"] for r in smtp_server.received}) == PEOPLE + 3
    with database.reading() as session:
        sent = sorted(session.scalars(select(Letter.sent_at).where(Letter.municipality == BIG)))
    minute, last = timedelta(minutes=1), 0
    for number, at in enumerate(sent):
        while last < len(sent) and sent[last] < at + minute:
            last += 1
        assert last - number <= PER_MINUTE


def sender(database: Database, server: SmtpServer, clock: StillClock) -> Sender:
    channel = SmtpChannel(Where(server.host, server.port, timeout=30), "service@example.org")
    paces = {EMAIL: Pace(PER_MINUTE)}
    return Sender(database, Offices(), channel, clock, "https://example.org", paces=paces)
