"""Migrated PostgreSQL databases that are lent to one test after the other.

To copy and drop a database takes several times as long as to empty it, and hundreds of tests want
one. Each comes back under a new name, so that nothing that an earlier test left running gets at it.
A database whose schema a test has changed is dropped.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

import psycopg
from psycopg import sql

from connector.models import Base
from tests.services.postgres import Postgres

_SEQUENCES_ANEW = """
SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence
"""
_SESSIONS_ENDED = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s
"""
_SHAPE = """
SELECT md5(string_agg(what, ',' ORDER BY what)) FROM (
    SELECT concat_ws(' ', c.relname, c.relkind, a.attname, a.atttypid, a.attnotnull) AS what
        FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT concat_ws(' ', conrelid::regclass, conname) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', tgrelid::regclass, tgname) FROM pg_trigger
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', d.datconnlimit, s.setrole, s.setconfig)
        FROM pg_database d LEFT JOIN pg_db_role_setting s ON s.setdatabase = d.oid
        WHERE d.datname = current_database()
    UNION ALL SELECT version_num FROM alembic_version
) AS parts
"""


class Copies:
    """template: a migrated database without a row, which stays as it is."""

    def __init__(self, server: Postgres, template: str) -> None:
        self._server = server
        self._template = template
        with server.connect(template) as connection:
            self._shape = _shape(connection)
        self._free: list[str] = []
        self._emptying = ThreadPoolExecutor(1, "empty")
        self._returned: list[Future[None]] = []

    @contextmanager
    def lent(self) -> Iterator[str]:
        """An empty database with our tables, as an SQLAlchemy address."""
        name = self._free.pop() if self._free else self._made()
        try:
            yield self._server.url.set(database=name).render_as_string(hide_password=False)
        finally:
            self._returned.append(self._emptying.submit(self._take_back, name))

    def all_returned(self) -> None:
        """Waits for what is being emptied; raises what went wrong."""
        while self._returned:
            self._returned.pop().result()

    def close(self) -> None:
        """Drops them all; raises what went wrong on the way."""
        self.all_returned()
        self._emptying.shutdown()
        for name in self._free:
            self._server.drop(name)

    def _made(self) -> str:
        name = _name()
        self._server.make(name, self._template)
        return name

    def _take_back(self, name: str) -> None:
        fresh = _name()
        with self._server.connect() as connection:
            connection.execute(_SESSIONS_ENDED, (name,))
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(name), sql.Identifier(fresh)
                )
            )
        with self._server.connect(fresh) as connection:
            is_ours = _shape(connection) == self._shape
            if is_ours:
                _empty(connection)
        if is_ours:
            self._free.append(fresh)
        else:
            self._server.drop(fresh)


def _name() -> str:
    return f"connector_test_{uuid4().hex[:16]}"


def _shape(connection: psycopg.Connection) -> str:
    row = connection.execute(_SHAPE).fetchone()
    assert row is not None
    return str(row[0])


def _empty(connection: psycopg.Connection) -> None:
    tables = [sql.Identifier(table.name) for table in reversed(Base.metadata.sorted_tables)]
    with connection.transaction():
        for table in tables:
            connection.execute(sql.SQL("DELETE FROM {}").format(table))
        connection.execute(_SEQUENCES_ANEW)
