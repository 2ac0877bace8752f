"""The queues: one for each kind of work, so that a slow Moodle keeps no letter waiting.

RabbitMQ refuses a queue that is declared again with other arguments. Whoever changes them gives the
queues another name, or has every installation delete its own.
"""

from kombu import Exchange, Queue

from connector.runtime.hints import Hint

ARGUMENTS = {
    # Copied to the other nodes and to disk; a classic queue is gone with its node.
    "x-queue-type": "quorum",
    # A hint that kills every worker is dropped after so many deaths, not handed round for ever; the
    # delivery that did it is claimed, and set aside by its own count.
    "x-delivery-limit": 5,
    # Without workers nobody takes hints: a night of them would fill the broker's disk. Any one
    # hint stands for all the work there is.
    "x-max-length": 100,
    "x-overflow": "drop-head",
}


def queue_name(prefix: str, kind: str) -> str:
    return f"{prefix}.{kind}"


def queues(prefix: str) -> tuple[Queue, ...]:
    """Every queue there is. They are reached by their names, over the default exchange."""
    names = (queue_name(prefix, hint) for hint in Hint)
    return tuple(
        Queue(name, Exchange(""), routing_key=name, durable=True, queue_arguments=dict(ARGUMENTS))
        for name in names
    )
