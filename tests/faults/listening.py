"""Other systems that hear of events: a queue at the broker, and a receiver of webhooks."""

from collections import Counter

from kombu import Connection, Queue

from connector.bootstrap import Container
from connector.channels.webhook import WebhookPost
from connector.services.webhooks.subscriptions import WebhookService
from connector.tasks.exchange import exchange
from tests.integration.distributed_town import MUNICIPALITY


class Listener:
    """Whatever was published, by identifier. It listens from the moment it is made."""

    def __init__(self, broker_url: str, prefix: str) -> None:
        self._url = broker_url
        self._queue = Queue(f"{prefix}.heard", exchange(prefix), "#", durable=True)
        self._ids: Counter[str] = Counter()
        with Connection(self._url) as connection:
            bound = self._queue(connection.default_channel)
            bound.declare()
            # Of the trial before, on the same broker.
            bound.purge()

    def heard(self) -> Counter[str]:
        with Connection(self._url) as connection:
            bound = self._queue(connection.default_channel)
            while (message := bound.get(no_ack=True)) is not None:
                self._ids[str(message.properties["message_id"])] += 1
        return self._ids


def subscribe(made: Container, url: str) -> None:
    """Every event of the town's municipality is called out there."""
    with made.db.writing() as session:
        WebhookService(session, made.box).add(
            WebhookPost(True), url, ("*",), MUNICIPALITY, "tests", made.clock.now()
        )
