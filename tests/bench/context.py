"""What a row is given: the servers of this run, a folder, and whether it must be short."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from tests.bench import town
from tests.bench.cluster import Cluster
from tests.bench.installation import Installation
from tests.services.rabbitmq import rabbitmq


@dataclass
class Context:
    """is_quick: only to see that a row works; its figures mean little."""

    cluster: Cluster
    folder: Path
    is_quick: bool

    def choose(self, usual: int, quick: int) -> int:
        return quick if self.is_quick else usual

    def staff(self, name: str, usual: int, quick: int) -> int:
        """A number of people, which an environment variable may set."""
        return int(os.environ.get(name, self.choose(usual, quick)))

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The name of a new database, dropped afterwards."""
        name = f"bench_{uuid4().hex[:12]}"
        self.create(name, template)
        try:
            yield name
        finally:
            self.drop(name)

    def create(self, name: str, template: str = "template0") -> None:
        encoding = " ENCODING 'UTF8'" if template == "template0" else " STRATEGY FILE_COPY"
        with self.cluster.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}{encoding}")

    def drop(self, name: str) -> None:
        with self.cluster.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def exists(self, name: str) -> bool:
        with self.cluster.connect() as connection:
            row = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            return row.fetchone() is not None

    def town(self, size: int, municipality: str = town.MUNICIPALITY, rules: Path | None = None,
             with_memberships: bool = True) -> str:  # fmt: skip
        """The name of a database with that many staff; made once in a run, kept for its rows."""
        name = f"town_{municipality}_{size}" + ("" if with_memberships else "_unjudged")
        if self.exists(name):
            return name
        self.create(name)
        try:
            made = self._installation(name, "", rules)
            with made.container() as container:
                town.found(container, made.folder / "sheets", municipality)
                town.grow(container, self.cluster.address(name), size, with_memberships)
        # Half a town must not be taken for a whole one by the next row, whatever stopped this one.
        except BaseException:
            self.drop(name)
            raise
        return name

    @contextmanager
    def installation(
        self, database: str, broker: bool = True, rules: Path | None = None
    ) -> Iterator[Installation]:
        """The product on a database, with a broker of its own or none."""
        with self._broker(broker) as url:
            made = self._installation(database, url, rules)
            try:
                yield made
            finally:
                made.close()

    @contextmanager
    def _broker(self, wanted: bool) -> Iterator[str]:
        if not wanted:
            yield ""
            return
        with rabbitmq() as url:
            yield url

    def _installation(self, database: str, broker: str, rules: Path | None) -> Installation:
        folder = self.folder / uuid4().hex[:8]
        folder.mkdir(parents=True)
        url = database if "://" in database else self.cluster.address(database)
        return Installation(folder, url, broker, rules)
