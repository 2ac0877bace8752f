"""Listens to the connector's domain events: a sample to begin with.

    pip install kombu
    python listen.py amqp://user:password@host:5672/vhost our-system 'korolev.route.*'

Prints one line of JSON for each event. Killed at any moment, it goes on where it was.
"""

import json
import sys
from typing import Any

from kombu import Connection, Exchange, Queue, binding
from kombu.mixins import ConsumerMixin

# `connector` is CONNECTOR_QUEUE_PREFIX of the installation.
EXCHANGE = Exchange("connector.events", type="topic", durable=True)


class Listener(ConsumerMixin):
    """Connects anew by itself whenever the broker was away."""

    def __init__(self, broker: str, queue: str, patterns: list[str]) -> None:
        self.connection = Connection(broker)
        # A queue of your own: it keeps what came while you were away. One binding a pattern.
        bindings = [binding(EXCHANGE, routing_key=pattern) for pattern in patterns]
        lasting = {"x-queue-type": "quorum"}
        self.queue = Queue(queue, bindings, durable=True, queue_arguments=lasting)
        self.seen: set[str] = set()

    def get_consumers(self, Consumer: Any, channel: Any) -> list[Any]:
        return [Consumer([self.queue], callbacks=[self.take], prefetch_count=20, accept=["json"])]

    def take(self, event: dict[str, Any], message: Any) -> None:
        # Told at least once: keep the identifiers where you keep what you make of the events.
        if event["id"] not in self.seen:
            self.seen.add(event["id"])
            sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")
            sys.stdout.flush()
        # Only now: what was not acknowledged comes again.
        message.ack()


if __name__ == "__main__":
    broker, queue, *patterns = sys.argv[1:]
    Listener(broker, queue, patterns or ["#"]).run()
