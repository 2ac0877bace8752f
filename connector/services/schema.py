"""The tables' version: brought up to date by `connector db upgrade`, checked by /readyz."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from connector.db import Database

_LOCK = 7_041_988_127
"""PostgreSQL's advisory lock under which migrations run: two upgrades wait for each other."""


def upgrade(db: Database) -> str:
    """Runs the migrations that are missing; the revision that holds afterwards. Idempotent.

    Each migration is a transaction of its own, so an upgrade that was killed is simply run again.
    """
    config = _config()
    with db.engine.connect() as connection:
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
    found = ScriptDirectory.from_config(_config()).get_current_head()
    assert found is not None
    return found


def knows(revision: str) -> bool:
    """Whether this program has that migration; of a newer program's database it has not."""
    script = ScriptDirectory.from_config(_config())
    return any(one.revision == revision for one in script.walk_revisions())


def current(db: Database) -> str | None:
    """The database's revision, None for an empty one."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("connector.migrations")))
    return config
