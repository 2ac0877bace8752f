"""Looks at the broker without changing anything there, for `connector doctor`."""

from dataclasses import dataclass

from amqp.exceptions import AMQPError, NotFound, PreconditionFailed
from kombu import Connection, Queue
from kombu.exceptions import KombuError

from connector.config import Config
from connector.errors import BrokerUnavailable
from connector.tasks.queues import queues

TIMEOUT_S = 4


@dataclass(frozen=True, slots=True)
class SeenQueue:
    """is_ours: with the arguments that this program would declare; else no worker starts."""

    name: str
    is_there: bool
    is_ours: bool = True
    consumers: int = 0
    messages: int = 0


def look(config: Config) -> list[SeenQueue]:
    """Every queue of this installation. Raises BrokerUnavailable."""
    try:
        with Connection(config.broker_url, connect_timeout=TIMEOUT_S) as connection:
            connection.ensure_connection(max_retries=1, timeout=TIMEOUT_S)
            return [_look(connection, queue) for queue in queues(config.queue_prefix)]
    except (AMQPError, KombuError, OSError) as err:
        raise BrokerUnavailable(type(err).__name__) from err


def _look(connection: Connection, queue: Queue) -> SeenQueue:
    try:
        with connection.channel() as channel:
            found = queue.bind(channel).queue_declare(passive=True)
    except NotFound:
        return SeenQueue(queue.name, is_there=False)
    try:
        with connection.channel() as channel:
            # It is there: declared once more it is only compared.
            queue.bind(channel).queue_declare()
    except PreconditionFailed:
        return SeenQueue(queue.name, is_there=True, is_ours=False)
    return SeenQueue(queue.name, True, True, found.consumer_count, found.message_count)
