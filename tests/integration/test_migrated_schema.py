"""The migrations end where the models are: the same tables and constraints, on both databases."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, inspect
from sqlalchemy.engine.interfaces import ReflectedColumn

from connector.models import Base

ROOT = Path(__file__).resolve().parents[2]
ASPECTS = {
    "primary key": "get_pk_constraint",
    "foreign keys": "get_foreign_keys",
    "unique constraints": "get_unique_constraints",
    "check constraints": "get_check_constraints",
    "indexes": "get_indexes",
}
Schema = dict[tuple[str, str], Any]


def upgrade(connection: Connection) -> None:
    config = Config(ROOT / "setup.cfg")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def plain(column: ReflectedColumn) -> tuple[str, str, bool, str | None]:
    return column["name"], str(column["type"]), column["nullable"], column["default"]


def comparable(said: Any) -> Any:
    """Conditions as text: as expressions, two equal ones are not equal. Lists keep their order."""
    if isinstance(said, dict):
        return {key: comparable(value) for key, value in said.items()}
    if isinstance(said, list):
        return [comparable(value) for value in said]
    return said if isinstance(said, str | int | None) else str(said)


def schema(connection: Connection) -> Schema:
    """Everything the database itself says about its tables."""
    inspector = inspect(connection)
    found: Schema = {}
    for table in inspector.get_table_names():
        if table != "alembic_version":
            found[table, "columns"] = sorted(map(plain, inspector.get_columns(table)))
            for aspect, method in ASPECTS.items():
                said = comparable(getattr(inspector, method)(table))
                found[table, aspect] = sorted(said, key=str) if isinstance(said, list) else said
    return found


@pytest.fixture(params=["sqlite", "postgres"])
def two_databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'migrated.sqlite3'}", f"sqlite:///{tmp_path / 'made.sqlite3'}"
        return
    server = request.getfixturevalue("postgres_server")
    with ExitStack() as stack:
        yield stack.enter_context(server.database()), stack.enter_context(server.database())


@contextmanager
def begun(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def test_the_migrations_make_what_the_models_say(two_databases: tuple[str, str]) -> None:
    migrated_url, made_url = two_databases
    with begun(migrated_url) as connection:
        upgrade(connection)
        migrated = schema(connection)
    with begun(made_url) as connection:
        Base.metadata.create_all(connection)
        made = schema(connection)
    assert made, "no tables: the test compares nothing"
    differing = {
        key: {"migrated": migrated.get(key), "models": made.get(key)}
        for key in migrated.keys() | made.keys()
        if migrated.get(key) != made.get(key)
    }
    assert differing == {}


def test_upgrading_twice_changes_nothing(empty_database_url: str) -> None:
    with begun(empty_database_url) as connection:
        upgrade(connection)
        once = schema(connection)
    with begun(empty_database_url) as connection:
        upgrade(connection)
        assert schema(connection) == once
