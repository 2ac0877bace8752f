"""The topic exchange on which other systems hear of domain events (docs/en/events.md)."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from amqp.exceptions import AMQPError, MessageNacked
from kombu import Connection, Exchange, Producer
from kombu.exceptions import KombuError

from connector.config import Config
from connector.errors import BrokerUnavailable
from connector.services.events.messages import StoredEvent

CONNECT_S = 4.0
CONFIRM_S = 10.0
PERSISTENT = 2
_AWAY = (KombuError, AMQPError, MessageNacked, OSError)


def exchange_name(prefix: str) -> str:
    return f"{prefix}.events"


def exchange(prefix: str) -> Exchange:
    """Durable: queues of others stay bound to it over a restart of the broker."""
    return Exchange(exchange_name(prefix), type="topic", durable=True)


class EventExchange:
    """Publishes with confirms, over one connection that is made anew when it broke.

    Not for two threads at once.
    """

    def __init__(self, config: Config) -> None:
        self._url = config.broker_url
        self._exchange = exchange(config.queue_prefix)
        self._connection: Any = None
        self._producer: Any = None

    def publish(self, events: Sequence[StoredEvent]) -> None:
        """See connector.runtime.publish.Publish. One more try at once, on a new connection: after a
        restart of the broker the one that is held is dead, and nobody has told us."""
        had_connection = self._connection is not None
        try:
            self._publish(events)
        except _AWAY as err:
            self.close()
            if not had_connection:
                raise BrokerUnavailable(type(err).__name__) from err
            try:
                self._publish(events)
            except _AWAY as again:
                self.close()
                raise BrokerUnavailable(type(again).__name__) from again

    def close(self) -> None:
        held, self._connection, self._producer = self._connection, None, None
        if held is not None:
            with suppress(*_AWAY):
                held.release()

    def _publish(self, events: Sequence[StoredEvent]) -> None:
        if self._producer is None:
            self._connect()
        for event in events:
            self._producer.publish(
                event.as_body(),
                routing_key=event.routing_key,
                content_type="application/json",
                content_encoding="utf-8",
                delivery_mode=PERSISTENT,
                message_id=event.id,
                type=event.type,
                timestamp=int(event.recorded_at.timestamp()),
                app_id="connector",
                # Without a bound a broker that stopped answering would be waited for until TCP
                # gives it up.
                confirm_timeout=CONFIRM_S,
                retry=False,
            )

    def _connect(self) -> None:
        connection = Connection(
            self._url,
            connect_timeout=CONNECT_S,
            # Without confirms a half-dead connection takes messages into the void.
            transport_options={"confirm_publish": True, "max_retries": 1},
        )
        self._connection = connection
        connection.ensure_connection(max_retries=1, timeout=CONNECT_S)
        channel = connection.channel()
        self._producer = Producer(channel, exchange=self._exchange, auto_declare=False)
        self._exchange(channel).declare()
