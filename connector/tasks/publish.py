"""Sends one hint, and waits for the broker: never called in a web request (runtime/relay.py)."""

from amqp.exceptions import AMQPError, MessageNacked
from celery import Celery
from kombu.exceptions import KombuError

from connector.errors import BrokerUnavailable
from connector.tasks.queues import queue_name

TASK = "connector.drain"
CONFIRM_S = 5.0


def send_hint(app: Celery, prefix: str, kind: str) -> None:
    """A message in the kind's queue, confirmed by the broker. Raises BrokerUnavailable.

    Uses the application's pool of connections, which Celery renews after a fork.
    """
    try:
        app.send_task(
            TASK,
            args=(kind,),
            queue=queue_name(prefix, kind),
            ignore_result=True,
            confirm_timeout=CONFIRM_S,
        )
    except (KombuError, AMQPError, MessageNacked, OSError) as err:
        raise BrokerUnavailable(type(err).__name__) from err
