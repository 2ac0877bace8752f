"""What every test may ask for: real servers, settings of hypothesis, an empty database."""

import os
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url

from connector.db import Database
from connector.rulebook import documents, loader
from connector.services.access import logins
from connector.services.upkeep import schema
from tests.services.copies import Copies
from tests.services.migrated_file import migrated_file
from tests.services.missing import ServiceMissing
from tests.services.postgres import Postgres, postgres
from tests.services.rabbitmq import rabbitmq
from tests.services.smtp import SmtpServer, smtp

# No deadline: two busy cores make a fair example slow now and then, and that is no fault.
settings.register_profile(
    "default", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "thorough", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# Every town opens the same rule files, and most of the time goes into their YAML: read once a
# process. What reads it (tests/unit/rulebook/test_rulebook_documents.py) is tried without this.
loader.read_document = lru_cache(maxsize=256)(documents.read_document)


# Signing in is meant to be slow, and half a dozen people do it in every town. Whoever runs as a
# process of its own (tests/contract) takes the time.
_quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
logins._hasher = cache(lambda: _quick)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: taken up last, one of them would keep everybody waiting."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL on which a test may make databases."""
    try:
        with postgres() as server:
            yield server
    except ServiceMissing as err:
        # Never a skip: half of what is promised holds on PostgreSQL only if it is tried there.
        pytest.fail(str(err), pytrace=False)


@pytest.fixture(scope="session")
def migrated_copies(postgres_server: Postgres) -> Iterator[Copies]:
    """Databases on which all migrations are done, to be lent: they take a second each time."""
    with postgres_server.database() as url:
        db = Database(url)
        schema.upgrade(db)
        db.close()
        name = make_url(url).database
        assert name is not None
        copies = Copies(postgres_server, name)
        yield copies
        copies.close()


@pytest.fixture
def postgres_url(migrated_copies: Copies) -> Iterator[str]:
    """A PostgreSQL database with our tables for one test, as an SQLAlchemy address."""
    with migrated_copies.lent() as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """A PostgreSQL database without any tables."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An SQLite file with our tables for one test, as an SQLAlchemy address."""
    file = tmp_path / "connector.sqlite3"
    file.write_bytes(migrated_file())
    return f"sqlite:///{file}"


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """An SQLite file for one test, not there yet."""
    return f"sqlite:///{tmp_path / 'connector.sqlite3'}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with our tables for one test, which runs twice: on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["empty_sqlite_url", "empty_postgres_url"], ids=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """As database_url, without tables."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture(scope="session")
def rabbitmq_url() -> Iterator[str]:
    """A RabbitMQ virtual host of the test session's own; tests leave its queues empty."""
    try:
        with rabbitmq() as url:
            yield url
    except ServiceMissing as err:
        pytest.fail(str(err), pytrace=False)


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """A real SMTP server that keeps what it accepts and can be told to misbehave."""
    with smtp() as server:
        yield server
