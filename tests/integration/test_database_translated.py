"""What PostgreSQL says when it cannot take something now is told apart from what is our fault."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from connector import db
from connector.db import Database
from connector.errors import StorageUnavailable

PASSING = {
    "admin_shutdown": "57P01",
    "deadlock_detected": "40P01",
    "disk_full": "53100",
    "idle_in_transaction_session_timeout": "25P03",
    "io_error": "58030",
    "lock_not_available": "55P03",
    "out_of_memory": "53200",
    "query_canceled": "57014",
    "read_only_sql_transaction": "25006",
    "serialization_failure": "40001",
    "too_many_connections": "53300",
    "transaction_timeout": "25P04",
}
OURS = {"undefined_table": "42P01", "in_failed_sql_transaction": "25P02"}


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    made = Database(postgres_url, pool_size=1)
    yield made
    made.close()


def fail(database: Database, state: str) -> None:
    with database.writing() as session:
        session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$"))


@pytest.mark.parametrize("state", PASSING.values(), ids=PASSING.keys())
def test_what_passes_is_tried_again(database: Database, state: str) -> None:
    with pytest.raises(StorageUnavailable):
        fail(database, state)
    do(database, "SELECT 1")


@pytest.mark.parametrize("state", OURS.values(), ids=OURS.keys())
def test_what_is_our_fault_stays_one(database: Database, state: str) -> None:
    with pytest.raises(DBAPIError):
        fail(database, state)
    do(database, "SELECT 1")


def test_a_database_that_only_reads_is_told_of(database: Database) -> None:
    with pytest.raises(StorageUnavailable):
        do(database, "SET TRANSACTION READ ONLY", "CREATE TABLE t (n int)")


def test_a_pool_without_a_free_connection_is_told_of(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database.engine.pool, "_timeout", 0.01)
    engine = database.engine
    with engine.connect(), engine.connect(), pytest.raises(StorageUnavailable):
        do(database, "SELECT 1")


@pytest.mark.parametrize("rows", [1, 2])
def test_whoever_stops_in_mid_transaction_loses_his_locks(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(db, "IDLE_MS", 300)
    monkeypatch.setattr(db, "STATEMENT_MS", 5000)
    one, other = Database(postgres_url), Database(postgres_url)
    do(one, "CREATE TABLE t (n int)", "INSERT INTO t VALUES (1)")

    def stops_half_way() -> None:
        with one.writing() as session:
            session.execute(text("UPDATE t SET n = :n"), [{"n": 2}] * rows)
            # Waits for the lock of the first, which does nothing more.
            do(other, "UPDATE t SET n = 3")

    with pytest.raises(StorageUnavailable):
        stops_half_way()
    with other.reading() as session:
        assert session.execute(text("SELECT n FROM t")).scalar_one() == 3
    one.close()
    other.close()


def do(database: Database, *statements: str) -> None:
    with database.writing() as session:
        for statement in statements:
            session.execute(text(statement))
