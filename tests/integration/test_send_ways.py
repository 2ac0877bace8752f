"""Which way a notice goes: the chosen channel, the address on it, or why it goes nowhere."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from connector.db import Database
from connector.domain.calendar import WorkCalendar
from connector.domain.hours import PostHours
from connector.domain.owed import Owed, Recipient
from connector.domain.preferences import STANDARD
from connector.models import Base, Notice, Preference, Record, Way
from connector.services.notices.bursts import BurstService
from connector.services.notices.notices import NoticeService
from connector.services.notices.sending import SendingService
from connector.services.notices.ways import ways

MOSCOW = ZoneInfo("Europe/Moscow")
HOURS = PostHours(MOSCOW, WorkCalendar(date(2026, 1, 1), date(2026, 1, 1), ()))
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=MOSCOW).astimezone(UTC)
TOWN = "korolev"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    Base.metadata.create_all(database.engine)
    for number in ("T1", "T2"):
        put_address(database, number, f"{number.lower()}@example.org")
    yield database
    database.close()


def put_address(database: Database, number: str, email: str) -> None:
    with database.writing() as session:
        session.merge(
            Record(
                municipality=TOWN,
                sheet="staff",
                key=number,
                valid_from=date(1, 1, 1),
                person=number,
                body={"personnel_no": number, "email": email},
                recorded_at=NOON,
            )
        )


def choose(database: Database, kind: str = "*", to: str = "T1", **parts: Any) -> None:
    with database.writing() as session:
        row = Preference(municipality=TOWN, recipient=to, kind=kind, changed_at=NOON, **parts)
        session.merge(row)


def add_way(database: Database, to: str, channel: str, address: str, **columns: Any) -> None:
    with database.writing() as session:
        session.add(
            Way(
                municipality=TOWN,
                recipient=to,
                channel=channel,
                address=address,
                added_at=NOON,
                **columns,
            )
        )


def owe(database: Database, *kinds: str, to: str = "T1", role: str = "teacher") -> None:
    owed = [
        Owed(
            f"{kind}:{to}:{role}", kind, Recipient(role), to, {}, date(2026, 3, 9), kind == "alert"
        )
        for kind in kinds
    ]
    with database.writing() as session:
        NoticeService(session).reconcile(TOWN, {1: owed}, HOURS, NOON)


def told(database: Database) -> dict[str, tuple[str, str | None, str, str | None]]:
    with database.reading() as session:
        rows = session.scalars(select(Notice)).all()
    return {row.kind: (row.state, row.reason, row.channel, row.address) for row in rows}


def readdress(database: Database, recipient: str | None = None) -> int:
    with database.writing() as session:
        return NoticeService(session).readdress(TOWN, HOURS, NOON, recipient)


def test_email_is_the_way_of_whoever_chose_nothing(database: Database) -> None:
    owe(database, "deficits_found")
    assert told(database) == {"deficits_found": ("waiting", None, "email", "t1@example.org")}


def test_a_chosen_channel_is_used_once_it_is_confirmed(database: Database) -> None:
    choose(database, channel="max")
    add_way(database, "T1", "max", "chat-1")
    owe(database, "deficits_found")
    assert told(database)["deficits_found"][2:] == ("email", "t1@example.org")
    with database.writing() as session:
        session.execute(update(Way).values(confirmed_at=NOON))
    assert readdress(database) == 1
    assert told(database)["deficits_found"] == ("waiting", None, "max", "chat-1")
    with database.writing() as session:
        session.execute(update(Way).values(stopped_at=NOON))
    assert readdress(database) == 1
    assert told(database)["deficits_found"][2:] == ("email", "t1@example.org")


def test_two_channels_of_one_person_make_two_letters(database: Database) -> None:
    choose(database, "plan_met", channel="max", choice="at_once")
    add_way(database, "T1", "max", "chat-1", confirmed_at=NOON)
    owe(database, "deficits_found", "plan_met")
    with database.reading() as session:
        groups = SendingService(session).due_groups([TOWN], NOON, 10)
    assert [(g.channel, g.address) for g in groups] == [
        ("email", "t1@example.org"),
        ("max", "chat-1"),
    ]


def test_what_is_switched_off_is_held_and_says_so(database: Database) -> None:
    choose(database, choice="off")
    owe(database, "deficits_found", "route_stalled", role="methodist")
    assert told(database) == {
        "deficits_found": ("held", "off_by_choice", "email", "t1@example.org"),
        "route_stalled": ("waiting", None, "email", "t1@example.org"),
    }


def test_switched_on_again_what_was_held_back_long_ago_stays_held(database: Database) -> None:
    choose(database, choice="off")
    owe(database, "deficits_found")
    choose(database, choice="at_once")
    owe(database, "deficits_found", "route_completed")
    assert told(database)["deficits_found"][:2] == ("held", "off_by_choice")
    assert told(database)["route_completed"][:2] == ("waiting", None)


def test_a_stopped_address_holds_until_it_is_put_right(database: Database) -> None:
    add_way(database, "T2", "email", "T1@Example.org", stopped_at=NOON, stop_reason="bounced")
    owe(database, "deficits_found")
    assert told(database)["deficits_found"][:2] == ("held", "stopped")
    put_address(database, "T1", "right@example.org")
    assert readdress(database) == 1
    assert told(database)["deficits_found"] == ("waiting", None, "email", "right@example.org")


def test_a_new_hour_moves_what_waits(database: Database) -> None:
    owe(database, "deficits_found", role="head")
    choose(database, hour=16)
    assert readdress(database, "T1") == 1
    with database.reading() as session:
        (row,) = session.scalars(select(Notice))
    assert row.not_before == NOON + timedelta(hours=4)


def test_a_burst_that_is_released_goes_the_way_of_today(database: Database) -> None:
    owe(database, "deficits_found")
    owe_other = {"state": "held", "reason": "burst"}
    with database.writing() as session:
        session.execute(update(Notice).values(**owe_other))
    choose(database, "deficits_found", choice="off")
    with database.writing() as session:
        assert BurstService(session).release(TOWN, HOURS, NOON) == 1
    assert told(database)["deficits_found"][:2] == ("held", "off_by_choice")


def test_ways_are_found_for_many_people_in_a_fixed_number_of_queries(database: Database) -> None:
    choose(database, hour=10, to="T2")
    with database.reading() as session:
        found = ways(session, TOWN, ["T1", "T2", "X9"], STANDARD, NOON)
    assert found.route("T2", "plan_met", "head", False).settled.hour == 10
    assert found.route("X9", "plan_met", "head", False).held == "no_address"
    assert found.route(None, "plan_met", "head", False).held == "no_recipient"
