"""Storing a group of requests is storing them one after the other, in one transaction."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, event, select, text, update

from connector.clock import AdjustableClock
from connector.db import Database
from connector.dialects.sources import HookSource, Receipt
from connector.domain.signals import Arrival, Dialect
from connector.errors import StorageUnavailable
from connector.models import Base, Delivery, Source, SourceCount
from connector.runtime.receive import Inbox
from connector.secretbox import SecretBox
from connector.services.inbox.inbox import Counts, InboxService, Posted

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
DIALECTS = {"lrs": Dialect.XAPI, "plugin": Dialect.NATIVE}


def make(url: str) -> Database:
    db = Database(url)
    Base.metadata.create_all(db.engine)
    with db.writing() as session:
        for code, dialect in DIALECTS.items():
            session.add(Source(code=code, dialect=dialect, secrets=[], created_at=NOW))
    return db


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    made = make(database_url)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def two_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Database]]:
    folder: Path = tmp_path_factory.mktemp("groups")
    made = [make(f"sqlite:///{folder / name}") for name in ("grouped", "single")]
    yield made
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def two_on_postgres(postgres_server: Any) -> Iterator[list[Database]]:
    with postgres_server.database() as one, postgres_server.database() as two:
        made = [make(url) for url in (one, two)]
        yield made
        for database in made:
            database.close()


def arrival(key: str, digest: str = "d", kind: str = "event", relevant: bool = True) -> Arrival:
    return Arrival(key, digest, kind, f"{key} {digest}".encode(), relevant)


def posted(*arrivals: Arrival, source: str = "plugin") -> Posted:
    return Posted(source, DIALECTS[source], arrivals)


def store(db: Database, requests: Sequence[Posted], now: datetime = NOW) -> list[Counts]:
    with db.writing() as session:
        return InboxService(session).accept_all(requests, now)


def rows(db: Database) -> list[tuple[Any, ...]]:
    with db.reading() as session:
        stored = session.execute(
            select(
                Delivery.source, Delivery.key, Delivery.digest, Delivery.type, Delivery.body,
                Delivery.state, Delivery.conflict, Delivery.attempts, Delivery.received_at,
                Delivery.next_try_at,
            )
        )  # fmt: skip
        return sorted((tuple(row) for row in stored), key=lambda row: row[:3])


def everything(db: Database) -> tuple[object, ...]:
    with db.reading() as session:
        counts = session.execute(
            select(
                SourceCount.source, SourceCount.day, SourceCount.what, SourceCount.reason,
                SourceCount.count,
            )
        )  # fmt: skip
        seen = session.execute(select(Source.code, Source.last_delivery_at))
        return rows(db), sorted(tuple(c) for c in counts), sorted(tuple(s) for s in seen)


def emptied(db: Database) -> Database:
    with db.writing() as session:
        session.execute(delete(Delivery))
        session.execute(delete(SourceCount))
        session.execute(update(Source).values(last_delivery_at=None))
    return db


ARRIVALS = st.builds(
    arrival,
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["d", "e"]),
    st.just("event"),
    st.booleans(),
)
REQUESTS = st.lists(
    st.builds(
        lambda source, arrivals: posted(*arrivals, source=source),
        st.sampled_from(sorted(DIALECTS)),
        st.lists(ARRIVALS, max_size=4),
    ),
    max_size=6,
)


def check_that_grouped_equals_one_by_one(
    databases: list[Database], before: list[Posted], requests: list[Posted]
) -> None:
    grouped, single = map(emptied, databases)
    for database in databases:
        for request in before:
            store(database, [request])
    one_by_one = [store(single, [request])[0] for request in requests]

    assert (store(grouped, requests) if requests else []) == one_by_one
    assert everything(grouped) == everything(single)


@given(before=REQUESTS, requests=REQUESTS)
def test_a_group_is_stored_as_its_requests_one_by_one(
    two_databases: list[Database], before: list[Posted], requests: list[Posted]
) -> None:
    check_that_grouped_equals_one_by_one(two_databases, before, requests)


@given(before=REQUESTS, requests=REQUESTS)
def test_a_group_is_stored_as_its_requests_one_by_one_on_postgresql(
    two_on_postgres: list[Database], before: list[Posted], requests: list[Posted]
) -> None:
    check_that_grouped_equals_one_by_one(two_on_postgres, before, requests)


def test_the_same_event_in_two_requests_of_a_group_is_stored_once(db: Database) -> None:
    group = [posted(arrival("k")), posted(arrival("k"), arrival("k2")), posted(arrival("k"))]

    assert store(db, group) == [(1, 0, 0), (1, 1, 0), (0, 1, 0)]
    assert [row[1] for row in rows(db)] == ["k", "k2"]


def test_two_bodies_of_one_key_in_a_group_are_both_kept_and_marked(db: Database) -> None:
    store(db, [posted(arrival("old", "1"), arrival("calm"))])
    group = [posted(arrival("k", "1")), posted(arrival("k", "2")), posted(arrival("old", "2"))]

    assert store(db, group) == [(1, 0, 0)] * 3
    conflicts = {(row[1], row[2]): row[6] for row in rows(db)}
    assert conflicts == {
        ("calm", "d"): False,
        ("k", "1"): True,
        ("k", "2"): True,
        ("old", "1"): True,
        ("old", "2"): True,
    }


def test_a_foreign_senders_event_waits_a_moment_before_moodle_is_asked(db: Database) -> None:
    store(db, [posted(arrival("k")), posted(arrival("k"), source="lrs")])

    assert [(row[0], row[5], row[9]) for row in rows(db)] == [
        ("lrs", "new", NOW + timedelta(seconds=3)),
        ("plugin", "ready", None),
    ]


def test_when_a_source_was_heard_is_kept_to_the_second(db: Database) -> None:
    def heard() -> datetime | None:
        with db.reading() as session:
            return session.scalar(select(Source.last_delivery_at).where(Source.code == "plugin"))

    store(db, [posted()], NOW)
    assert heard() == NOW
    store(db, [posted()], NOW + timedelta(milliseconds=900))
    assert heard() == NOW
    store(db, [posted()], NOW + timedelta(milliseconds=1100))
    assert heard() == NOW + timedelta(milliseconds=1100)
    # A clock that was set right goes back, and what it said before must not stay.
    store(db, [posted()], NOW - timedelta(hours=1))
    assert heard() == NOW - timedelta(hours=1)


def test_twins_are_looked_up_by_the_index(sqlite_url: str) -> None:
    db = make(sqlite_url)
    asked: list[str] = []

    def note(*told: Any) -> None:
        asked.append(told[2])

    event.listen(db.engine, "before_cursor_execute", note)
    store(db, [posted(arrival("k"))])
    (twins,) = [statement for statement in asked if "json_each" in statement]
    with db.reading() as session:
        plan = session.execute(text("EXPLAIN QUERY PLAN " + twins.replace("?", "'[]'"))).all()
    db.close()

    assert any("SEARCH twin USING" in row[3] and "source=? AND key=?" in row[3] for row in plan)


@contextmanager
def refusing(engine: Engine, key: str) -> Iterator[None]:
    """The database refuses a row of that key, whatever stands beside it."""
    ways = {
        "sqlite": (
            f"CREATE TRIGGER refuse BEFORE INSERT ON deliveries WHEN NEW.key = '{key}' "
            "BEGIN SELECT RAISE(ABORT, 'refused'); END",
        ),
        "postgresql": (f"ALTER TABLE deliveries ADD CONSTRAINT refuse CHECK (key <> '{key}')",),
    }
    with engine.begin() as connection:
        for statement in ways[engine.dialect.name]:
            connection.execute(text(statement))
    yield


def inbox_of(db: Database) -> tuple[Inbox, list[int]]:
    nudges: list[int] = []
    clock = AdjustableClock(NOW)
    return Inbox(db, SecretBox("key"), clock, lambda: nudges.append(1)), nudges


def test_a_request_the_database_refuses_fails_alone(db: Database) -> None:
    inbox, _nudges = inbox_of(db)
    source = HookSource("plugin", Dialect.NATIVE, ())
    told: dict[str, Receipt | StorageUnavailable] = {}
    with refusing(db.engine, "bad"), ThreadPoolExecutor(1) as others:
        with db.writing():
            # Nobody else writes meanwhile on SQLite; on PostgreSQL the group may come in parts.
            for key in ("a", "bad", "b"):
                inbox.submit(source, [arrival(key)], lambda one, key=key: told.update({key: one}))
        last = others.submit(inbox.receive, source, [arrival("c"), arrival("a")])
        assert last.result(20) == Receipt(1, 1, 0)

    assert told["a"] == told["b"] == Receipt(1, 0, 0)
    assert isinstance(told["bad"], StorageUnavailable)
    assert [row[1] for row in rows(db)] == ["a", "b", "c"]


def test_a_database_that_is_away_stores_nothing_and_nudges_nobody(tmp_path: Path) -> None:
    db = make(f"sqlite:///{tmp_path / 'town.sqlite3'}")
    inbox, nudges = inbox_of(db)
    with db.writing() as session:
        session.execute(text("ALTER TABLE deliveries RENAME TO hidden"))
    source = HookSource("plugin", Dialect.NATIVE, ())
    with ThreadPoolExecutor(4) as others:
        waiting = [others.submit(inbox.receive, source, [arrival(str(n))]) for n in range(4)]
        for one in waiting:
            with pytest.raises(StorageUnavailable):
                one.result(20)
    with db.writing() as session:
        session.execute(text("ALTER TABLE hidden RENAME TO deliveries"))

    assert rows(db) == []
    assert nudges == []
    assert inbox.receive(source, [arrival("k")]) == Receipt(1, 0, 0)
    assert nudges == [1]
    db.close()


def test_the_same_delivery_a_hundred_times_from_twenty_threads_is_stored_once(
    db: Database,
) -> None:
    inbox, _nudges = inbox_of(db)
    source = HookSource("plugin", Dialect.NATIVE, ())
    same = [arrival("k"), arrival("other"), arrival("none", relevant=False)]
    with ThreadPoolExecutor(20) as others:
        receipts = list(others.map(lambda _n: inbox.receive(source, same), range(100)))

    assert sum(receipt.accepted for receipt in receipts) == 2
    assert sum(receipt.duplicate for receipt in receipts) == 198
    assert len(rows(db)) == 2
    with db.reading() as session:
        assert session.scalar(select(SourceCount.count)) == 100


def test_two_processes_that_get_the_same_in_other_orders_do_not_deadlock(
    postgres_url: str,
) -> None:
    db = make(postgres_url)
    inboxes = [inbox_of(db)[0], inbox_of(db)[0]]
    source = HookSource("plugin", Dialect.NATIVE, ())
    keys = [f"k{n}" for n in range(40)]

    def post(turn: int) -> Receipt:
        order = keys if turn % 2 else keys[::-1]
        own = [arrival(f"{key} {turn // 2}") for key in order]
        return inboxes[turn % 2].receive(source, own)

    with ThreadPoolExecutor(8) as others:
        receipts = list(others.map(post, range(200)))
    stored = len(rows(db))
    db.close()

    assert sum(receipt.accepted for receipt in receipts) == stored == 4000
