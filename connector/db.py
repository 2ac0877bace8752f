"""The database: one engine, short transactions, and what SQLite needs to behave.

Reading and writing are told apart, because on SQLite a transaction that starts as a reader and then
writes can fail at once when another writer was quicker. Writers begin IMMEDIATE, and within a
process they queue on a lock instead of on SQLite's polling.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from time import monotonic
from typing import Any

import orjson
from sqlalchemy import Connection, Dialect, Engine, create_engine, event
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    InvalidatePoolError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from connector.errors import BadSettings, StorageUnavailable

BUSY_MS = 15_000
APPLICATION = "connector"

STATEMENT_MS = 60_000
IDLE_MS = 60_000
"""How long a transaction may do nothing. A process that is stopped in the middle of one, or whose
machine is gone without a word, holds its locks until PostgreSQL gives it up."""

PING_S = 1.0
"""A connection that rested longer is asked whether it is still there before it is used; asking each
time would make one more round trip of every transaction."""

_PASSING = {
    "25006",  # read-only: a standby before it is promoted, a disk that an administrator protects
    "25P03",  # idle in transaction for too long
    "25P04",  # the transaction took too long
}
"""States of PostgreSQL that pass, although its driver files them under internal errors."""


class _Turns:
    """Writers of one process, one after the other; none waits longer than for another process.

    While somebody else holds the file, each writer in turn waits for it: without an end of its own
    the last of them, a sender perhaps, would wait as often as there are writers.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=BUSY_MS / 1000):
            raise StorageUnavailable("Busy")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class Database:
    """Hands out sessions. `writing()` commits at its end; nobody else does."""

    def __init__(self, url: str, pool_size: int = 10) -> None:
        """Opens no connection yet. Raises BadSettings."""
        try:
            self.engine = _engine(url, pool_size)
        except (ArgumentError, ImportError, ValueError) as err:
            # Not the address itself: it may hold a password.
            known = "sqlite:///… or postgresql://… is expected"
            raise BadSettings(f"CONNECTOR_DATABASE_URL: {known}") from err
        self.pool_size = pool_size
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writer = _Turns() if self.is_sqlite else nullcontext()
        self._write_engine = self.engine.execution_options(connector_writes=True)

    @property
    def file(self) -> Path | None:
        """Of an SQLite database; None for one that is no file."""
        name = self.engine.url.database
        return Path(name) if self.is_sqlite and name and name != ":memory:" else None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that must not write. Raises StorageUnavailable."""
        with _translated(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A reading session that sees one moment, however long it reads (SQLite's always do).

        The database itself refuses to write in it.
        """
        with self.reading() as session:
            if not self.is_sqlite:
                level = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
                session.connection(execution_options=level)
                yield session
                return
            session.connection().exec_driver_sql("PRAGMA query_only = ON")
            try:
                yield session
            finally:
                # The connection goes back to the pool, where the next one may want to write.
                session.connection().exec_driver_sql("PRAGMA query_only = OFF")

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose transaction is committed at the end, or rolled back on any error.

        Raises StorageUnavailable where the database is away, full, read-only or gave up.
        """
        with (
            _translated(),
            self._writer,
            Session(self._write_engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A bare connection, for migrations. Raises StorageUnavailable."""
        with _translated(), self.engine.connect() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as err:
        raise StorageUnavailable(type(err.orig).__name__) from err
    except PoolTimeout as err:
        raise StorageUnavailable("PoolTimeout") from err
    except DBAPIError as err:
        # A connection cut in mid-statement is reported under several names.
        if err.connection_invalidated or getattr(err.orig, "sqlstate", None) in _PASSING:
            raise StorageUnavailable(type(err.orig).__name__) from err
        raise


def _engine(url: str, pool_size: int) -> Engine:
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            # A database error that is logged would otherwise bring names and marks along.
            hide_parameters=True,
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
            poolclass=QueuePool,
            pool_size=pool_size,
            max_overflow=pool_size,
            connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    engine = create_engine(
        url,
        hide_parameters=True,
        json_serializer=_dumps,
        # A batch reads thousands of small JSON values: a fifth of the fold with the usual parser.
        json_deserializer=orjson.loads,
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={
            "connect_timeout": 5,
            # A database that vanished with its machine is given up in half a minute.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 25_000,
            # By which an administrator, and `connector db restore`, know whose sessions these are.
            "application_name": APPLICATION,
            "options": f"-c timezone=UTC -c statement_timeout={STATEMENT_MS} "
            f"-c idle_in_transaction_session_timeout={IDLE_MS} "
            # A machine that vanished is noticed after a minute and a half, not after two hours.
            "-c tcp_keepalives_idle=60 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3",
        },
    )
    event.listen(engine, "after_cursor_execute", _mind_the_clock)
    event.listen(engine, "checkin", _note_the_time)
    event.listen(engine, "checkout", _see_that_it_lives(engine.dialect))
    return engine


def _mind_the_clock(
    connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
) -> None:
    """Has PostgreSQL's clock of IDLE_MS run again.

    The driver sends the rows of one statement as a pipeline with a Flush behind its end, and for
    that PostgreSQL stops the clock, until anything else is asked.
    """
    if many:
        driver: Any = connection.connection.driver_connection
        driver.execute("SELECT 1")


def _note_the_time(connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["rests_since"] = monotonic()


def _see_that_it_lives(dialect: Dialect) -> Callable[[Any, ConnectionPoolEntry, Any], None]:
    """Has the pool open another one, instead of a dead one and of all its elders."""

    def look(connection: Any, record: ConnectionPoolEntry, proxy: Any) -> None:
        since = record.info.get("rests_since")
        if since is None or monotonic() - since < PING_S:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as err:
            raise InvalidatePoolError from err

    return look


def _dumps(value: Any) -> str:
    """Not orjson's: it refuses whole numbers of more than 64 bits, which an import may hold."""
    return json.dumps(value, ensure_ascii=False)


def _prepare_sqlite(connection: Any, record: ConnectionPoolEntry) -> None:
    # Python 3.11's sqlite3 opens transactions its own way and too late; BEGIN is ours below.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # An answer of 200 promises that the event survives a power cut.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("connector_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
