"""The tables' version: brought up to date by `connector db upgrade`, checked by /readyz."""

from importlib.resources import files
from pathlib import PurePath

from sqlalchemy import inspect, text

from connector.db import Database

_LOCK = 7_041_988_127
"""PostgreSQL's advisory lock under which migrations run: two upgrades wait for each other."""


def upgrade(db: Database) -> str:
    """Runs the migrations that are missing; the revision that holds afterwards. Idempotent.

    Each migration is a transaction of its own, so an upgrade that was killed is simply run again.
    Raises StorageUnavailable.
    """
    # Eight megabytes with what they bring along, for something that a server does once a year.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("connector.migrations")))
    with db.connection() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
            connection.commit()
    return head()


def head() -> str:
    """The newest revision this program knows."""
    return _revisions()[-1]


def knows(revision: str) -> bool:
    """Whether this program has that migration; of a newer program's database it has not."""
    return revision in _revisions()


def is_served(held: str | None) -> bool:
    """Whether this program can work on tables of that revision: its own, or a newer program's.

    Migrations only add, so that while an installation is upgraded machine by machine the former
    program goes on, and may be started again, on the new tables.
    """
    return held is not None and (held == head() or not knows(held))


def current(db: Database) -> str | None:
    """The database's revision, None for an empty one. Raises StorageUnavailable."""
    with db.connection() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def _revisions() -> list[str]:
    """By age: a revision is its file's stem, and begins with its number."""
    folder = files("connector.migrations") / "versions"
    names = (PurePath(entry.name) for entry in folder.iterdir())
    return sorted(name.stem for name in names if name.suffix == ".py" and name.stem[0].isdigit())
