"""A request's events become rows: all of them, however many there are."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from connector.db import Database
from connector.domain.signals import Arrival, Dialect
from connector.models import Base, Delivery, Source, SourceCount
from connector.services.inbox.inbox import InboxService

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
MANY = 7000
"""More than either database takes values for in one statement, at ten values a row."""


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    try:
        Base.metadata.create_all(made.engine)
        with made.writing() as session:
            session.add(Source(code="lrs", dialect="xapi", secrets=[], created_at=NOW))
        yield made
    finally:
        made.close()


def accept(db: Database, arrivals: Sequence[Arrival]) -> tuple[int, int, int]:
    with db.writing() as session:
        return InboxService(session).accept("lrs", Dialect.XAPI, arrivals, NOW)


def test_a_batch_of_four_mebibytes_is_stored_whole(db: Database) -> None:
    arrivals = [Arrival(f"k{n}", "d", "event", b"{}") for n in range(MANY)]
    assert accept(db, arrivals) == (MANY, 0, 0)
    assert accept(db, arrivals) == (0, MANY, 0)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == MANY


def test_what_concerns_nothing_is_counted_by_type(db: Database) -> None:
    seen = [Arrival(f"k{n}", "d", f"type {n % 2}", b"{}", relevant=False) for n in range(5)]
    assert accept(db, seen) == (0, 0, 5)
    with db.reading() as session:
        rows = session.execute(select(SourceCount.reason, SourceCount.count)).all()
    assert sorted(rows) == [("type 0", 3), ("type 1", 2)]
