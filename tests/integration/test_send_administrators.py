"""Administrators are written to as well: those of the installation belong to no municipality."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from connector.channels.mailbox import Mailbox
from connector.clock import AdjustableClock
from connector.db import Database
from connector.domain.owed import Owed, Recipient
from connector.models import Base, Letter, Login, Notice
from connector.rulebook import Rulebook
from connector.runtime.send import Sender
from connector.services.cases.setting import Settings
from connector.services.notices.addresses import INSTALLATION, administrators
from connector.services.notices.notices import NoticeService
from connector.services.notices.post_offices import PostOffices

TUESDAY_NOON = datetime(2026, 3, 10, 12, 0, tzinfo=ZoneInfo("Europe/Moscow")).astimezone(UTC)
MIDNIGHT_IN_MOSCOW = datetime(2026, 3, 10, 0, 0, tzinfo=ZoneInfo("Europe/Moscow")).astimezone(UTC)
LOST = {"indicator": "И", "association": None, "period": "2026", "share": "0.1", "achieved": 1,
        "population": 10, "plan": "0.5", "missing": 4}  # fmt: skip


@pytest.fixture(scope="module")
def rulebook() -> Iterator[Rulebook]:
    made = Rulebook.open(None, safe_mode=False)
    yield made
    made.close()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    Base.metadata.create_all(database.engine)
    with database.writing() as session:
        for name, municipality, role, email in (
            ("root", None, "administrator", "root@example.org"),
            ("mute", None, "administrator", None),
            ("own", "korolev", "administrator", "own@example.org"),
            ("other", "kuznetsk", "administrator", "other@example.org"),
            ("meth", "korolev", "methodist", "meth@example.org"),
        ):
            session.add(
                Login(
                    name=name, password="x", municipality=municipality, role=role, email=email,
                    created_at=TUESDAY_NOON,
                )
            )  # fmt: skip
    yield database
    database.close()


def tell(database: Database, offices: PostOffices, now: datetime) -> None:
    with database.writing() as session:
        hours = offices.hours_of(session, ["korolev"], now)
        assert hours is not None
        for municipality, names in administrators(session, ["korolev"]).items():
            owed = [
                Owed(f"k:{name}", "plan_lost", Recipient.ADMINISTRATOR, name, LOST,
                     date(2026, 3, 10), urgent=True)
                for name in names
            ]  # fmt: skip
            NoticeService(session).tell(municipality, owed, hours, now)


def letters(database: Database) -> list[tuple[str, str | None, str]]:
    with database.reading() as session:
        found = session.scalars(select(Letter).order_by(Letter.address))
        return [(one.municipality, one.recipient, one.address) for one in found]


def test_administrators_of_all_and_of_the_municipality_get_the_letter(
    database: Database, rulebook: Rulebook
) -> None:
    offices = PostOffices(rulebook, Settings(rulebook))
    clock = AdjustableClock(TUESDAY_NOON)
    tell(database, offices, clock.now())
    sender = Sender(database, offices, Mailbox(), clock)

    assert sender.run_once() == 2

    assert letters(database) == [
        ("korolev", "login:own", "own@example.org"),
        (INSTALLATION, "login:root", "root@example.org"),
    ]
    assert sender.run_once() == 0


def test_they_are_not_written_to_while_the_municipality_sleeps(
    database: Database, rulebook: Rulebook
) -> None:
    offices = PostOffices(rulebook, Settings(rulebook))
    clock = AdjustableClock(MIDNIGHT_IN_MOSCOW)
    tell(database, offices, clock.now())
    sender = Sender(database, offices, Mailbox(), clock)

    assert sender.run_once() == 0
    with database.reading() as session:
        (when,) = set(session.scalars(select(Notice.not_before)))
    assert when.astimezone(ZoneInfo("Europe/Moscow")).hour == 8
    clock.move_to(when)
    assert sender.run_once() == 2
