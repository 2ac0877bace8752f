"""A real PostgreSQL for tests: the one that runs here, else one from a wheel.

Tests get databases of their own, made for them and dropped after them; whatever else the server
holds is not touched. In this order:

1. `CONNECTOR_TEST_POSTGRES_URL`, whose user may create databases;
2. a server on 127.0.0.1:5432 that trusts us;
3. one of the tests' own, on a free port and a temporary folder (own_postgres.py).
"""

import getpass
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from tests.services.ports import answers


class Postgres:
    """A server on which databases can be made; `url` names its maintenance database.

    programs: the folder of pg_dump and its like, where they are not those of the system.
    """

    def __init__(self, url: URL, programs: Path | None = None) -> None:
        self.url = url.set(drivername="postgresql+psycopg")
        self.programs = programs
        self._dropping = ThreadPoolExecutor(1, "drop")
        self._dropped: list[Future[None]] = []

    def connect(self, database: str | None = None) -> psycopg.Connection:
        """To the maintenance database, or that one."""
        url = self.url.set(drivername="postgresql", database=database or self.url.database)
        plain = url.render_as_string(hide_password=False)
        return psycopg.connect(plain, autocommit=True, connect_timeout=5)

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """A copy of the template (an empty one), as an SQLAlchemy address; dropped afterwards,
        sessions and all, while the next test runs: it takes PostgreSQL a checkpoint."""
        name = f"connector_test_{uuid4().hex[:16]}"
        self.make(name, template)
        try:
            yield self.url.set(database=name).render_as_string(hide_password=False)
        finally:
            self._dropped.append(self._dropping.submit(self.drop, name))

    def all_dropped(self) -> None:
        """Waits for what is being dropped; raises what went wrong."""
        while self._dropped:
            self._dropped.pop().result()

    def make(self, name: str, template: str = "template0") -> None:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'")
        with self.connect() as connection:
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))

    def drop(self, name: str) -> None:
        # FORCE: a test that failed half-way may have left a connection behind.
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        with self.connect() as connection:
            connection.execute(statement.format(sql.Identifier(name)))


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server, found or started.

    Raises ServiceMissing.
    """
    given = os.environ.get("CONNECTOR_TEST_POSTGRES_URL")
    found = Postgres(make_url(given)) if given else _on_the_standard_port()
    if found is not None:
        yield found
        found.all_dropped()
        return
    # Here, because that module builds on this one.
    from tests.services.own_postgres import own_postgres

    with own_postgres() as started:
        yield started


def _on_the_standard_port() -> Postgres | None:
    if not answers("127.0.0.1", 5432):
        return None
    for user in dict.fromkeys(("postgres", getpass.getuser())):
        server = Postgres(URL.create("postgresql", user, None, "127.0.0.1", 5432, "postgres"))
        try:
            with server.connect() as connection:
                row = connection.execute(
                    "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
        except psycopg.OperationalError:
            continue  # it wants a password: somebody else's server
        if row == (True,):
            return server
    return None
