"""What every test may ask for: real servers, settings of hypothesis, an empty database."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

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


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL on which a test may make databases."""
    try:
        with postgres() as server:
            yield server
    except ServiceMissing as err:
        # Never a skip: half of what is promised holds on PostgreSQL only if it is tried there.
        pytest.fail(str(err), pytrace=False)


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """An empty PostgreSQL database for one test, as an SQLAlchemy address."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An SQLite file for one test, not there yet, as an SQLAlchemy address."""
    return f"sqlite:///{tmp_path / 'connector.sqlite3'}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database for one test, which runs twice: on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
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
