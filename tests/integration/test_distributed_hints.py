"""Hints on a real RabbitMQ: confirmed, few, and no trouble when the broker is away."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from kombu import Connection

from connector import config
from connector.errors import BadSettings, BrokerUnavailable
from connector.runtime.hints import Hint
from connector.tasks.app import hint_publisher
from connector.tasks.queues import ARGUMENTS, queue_name
from tests.integration.cut_line import Line, line
from tests.services.ports import free_port, wait_until


@dataclass(frozen=True)
class Broker:
    url: str
    prefix: str

    def waiting(self, kind: str) -> int:
        """Hints in the queue."""
        with Connection(self.url) as connection:
            name = queue_name(self.prefix, kind)
            counted: int = connection.default_channel.queue_declare(
                name, passive=True
            ).message_count
            return counted


@pytest.fixture
def broker(rabbitmq_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    made = Broker(rabbitmq_url, f"test-{uuid4().hex[:8]}")
    monkeypatch.setenv("CONNECTOR_BROKER_URL", rabbitmq_url)
    monkeypatch.setenv("CONNECTOR_QUEUE_PREFIX", made.prefix)
    yield made
    with Connection(rabbitmq_url) as connection:
        for hint in Hint:
            connection.default_channel.queue_delete(queue_name(made.prefix, hint))


@pytest.fixture
def wire(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """Between the publisher and the broker."""
    parts = urlsplit(broker.url)
    with line(parts.hostname or "127.0.0.1", parts.port or 5672) as made:
        user = f"{parts.username or 'guest'}:{parts.password or 'guest'}"
        url = f"amqp://{user}@127.0.0.1:{made.port}{parts.path}"
        monkeypatch.setenv("CONNECTOR_BROKER_URL", url)
        yield made


def publisher() -> Callable[[str], None]:
    return hint_publisher(config.load())


def test_each_hint_lands_in_its_queue(broker: Broker) -> None:
    publish = publisher()
    for hint in Hint:
        publish(hint)
    assert [broker.waiting(hint) for hint in Hint] == [1] * len(Hint)


def test_a_night_without_workers_fills_no_disk(broker: Broker) -> None:
    publish = publisher()
    most = ARGUMENTS["x-max-length"]
    for _ in range(most + 50):
        publish(Hint.FOLD)
    assert wait_until(lambda: broker.waiting(Hint.FOLD) == most, 5), broker.waiting(Hint.FOLD)


def test_a_broker_that_is_away_is_told_of_soon(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTOR_BROKER_URL", f"amqp://guest:guest@127.0.0.1:{free_port()}//")
    began = time.monotonic()
    with pytest.raises(BrokerUnavailable):
        publisher()(Hint.FOLD)
    assert time.monotonic() - began < 10


def test_a_wrong_password_is_a_broker_that_is_away(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = urlsplit(broker.url)
    monkeypatch.setenv(
        "CONNECTOR_BROKER_URL", f"amqp://nobody:wrong@{parts.hostname}:{parts.port}{parts.path}"
    )
    with pytest.raises(BrokerUnavailable):
        publisher()(Hint.FOLD)


def test_the_same_publisher_goes_on_when_the_broker_is_back(broker: Broker, wire: Line) -> None:
    publish = publisher()
    publish(Hint.FOLD)
    wire.cut()
    with pytest.raises(BrokerUnavailable):
        publish(Hint.FOLD)
    wire.mend()
    publish(Hint.FOLD)
    assert broker.waiting(Hint.FOLD) == 2


def test_a_broken_connection_costs_no_hint(broker: Broker, wire: Line) -> None:
    publish = publisher()
    publish(Hint.FOLD)
    # As after a restart of the broker: the pooled connection is dead, a new one would do.
    wire.cut()
    wire.mend()
    publish(Hint.FOLD)
    assert broker.waiting(Hint.FOLD) == 2


def test_without_a_broker_the_parts_say_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONNECTOR_BROKER_URL", raising=False)
    with pytest.raises(BadSettings, match="CONNECTOR_BROKER_URL"):
        publisher()
