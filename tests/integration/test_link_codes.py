"""Codes for addresses that people type: whose they are, how long, and how many in a day."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from connector.db import Database
from connector.models import Base, CodeSending, LinkCode, Way
from connector.services.notices.linking import (
    DAY,
    MOST_CODES,
    MOST_TO_ADDRESS,
    TERM,
    LinkingService,
    TooManyCodes,
)

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
M, CHAT = "korolev", "chat"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    Base.metadata.create_all(made.engine)
    yield made
    made.close()


def ask(database: Database, who: str, address: str, now: datetime = NOW) -> str:
    with database.writing() as session:
        return LinkingService(session).ask(M, who, CHAT, address, now)


def enter(
    database: Database, who: str, code: str, now: datetime = NOW, channel: str = CHAT
) -> bool:
    with database.writing() as session:
        return LinkingService(session).enter(M, who, channel, code, now)


def ways(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(row[0], row[1]) for row in session.execute(select(Way.recipient, Way.address))]


def test_a_code_is_good_once_for_half_an_hour_and_for_whoever_asked(database: Database) -> None:
    code = ask(database, "T1", "ivanova")
    assert not enter(database, "T2", code)
    assert not enter(database, "T1", code, channel="other")
    assert not enter(database, "T1", code, NOW + TERM)
    with database.writing() as session:
        # Nor does it prove an account of whoever tells it to a bot.
        assert LinkingService(session).redeem(CHAT, code, "500", NOW) is None
    assert ways(database) == []
    assert enter(database, "T1", code, NOW + TERM - timedelta(seconds=1))
    assert not enter(database, "T1", code)
    assert ways(database) == [("T1", "ivanova")]


def test_a_bots_code_cannot_be_entered(database: Database) -> None:
    with database.writing() as session:
        code = LinkingService(session).new_code(M, "T1", CHAT, NOW)
    assert not enter(database, "T1", code)
    assert ways(database) == []


def test_another_address_needs_another_code(database: Database) -> None:
    first = ask(database, "T1", "ivanova")
    with database.reading() as session:
        assert LinkingService(session).asked(M, "T1", NOW) == {CHAT: "ivanova"}
        assert LinkingService(session).asked(M, "T1", NOW + TERM) == {}
        assert LinkingService(session).asked(M, "T2", NOW) == {}
    ask(database, "T1", "petrova")
    assert not enter(database, "T1", first)


def test_one_person_cannot_pester_many(database: Database) -> None:
    for n in range(MOST_CODES):
        ask(database, "T1", f"stranger{n}")
    with pytest.raises(TooManyCodes):
        ask(database, "T1", "one.more")
    with database.reading() as session:
        # Refused whole: the code before is still the good one.
        assert session.scalars(select(LinkCode.address)).one() == f"stranger{MOST_CODES - 1}"
    ask(database, "T2", "somebody")
    ask(database, "T1", "one.more", NOW + DAY)
    with database.reading() as session:
        assert session.scalars(select(CodeSending.address)).all() == ["one.more"]


def test_many_cannot_pester_one(database: Database) -> None:
    for n in range(MOST_TO_ADDRESS):
        ask(database, f"T{n}", "Stranger")
    with pytest.raises(TooManyCodes):
        ask(database, "T9", "STRANGER")
    ask(database, "T9", "another")
