"""Celery's settings, each with the failure it prevents; all were tried with processes killed."""

from typing import Any

from connector.config import Config
from connector.runtime.hints import Hint
from connector.tasks.queues import queue_name, queues

SOFT_LIMIT_S = 660
"""A minute more than the longest term of a claim: by then the work is another worker's anyway."""
HARD_LIMIT_S = 720
"""Less than half an hour: RabbitMQ then takes an unacknowledged message back and closes the
channel."""


def settings(config: Config) -> dict[str, Any]:
    return {
        # Acknowledged when done: what a killed worker had in hand is handed to another.
        "task_acks_late": True,
        # Even so, what a killed process of the pool had in hand would be acknowledged.
        "task_reject_on_worker_lost": True,
        # Rejecting alone puts a hint that kills its worker back in front, to kill the next one.
        # This sends it anew, and counts (max_retries of the task).
        "task_retry_on_worker_lost": True,
        # What is prefetched waits behind a long task while other workers have nothing to do.
        "worker_prefetch_multiplier": 1,
        # A quorum queue refuses the global QoS that Celery asks of other queues: no worker starts.
        "worker_detect_quorum_queues": True,
        # 28 queues for delayed messages would be declared on every broker, and nothing is delayed.
        "worker_consumer": "connector.tasks.consumer:HintConsumer",
        # Nobody reads results; a store for them would be one more thing to fail and to fill.
        "result_backend": None,
        "task_ignore_result": True,
        # Pickle would let whoever reaches the broker run code.
        "task_serializer": "json",
        "accept_content": ["json"],
        # Work that hangs (a rule, a network without an end) must not hold a process for ever.
        "task_soft_time_limit": SOFT_LIMIT_S,
        "task_time_limit": HARD_LIMIT_S,
        # A broker that starts later than we do must not end the worker,
        "broker_connection_retry_on_startup": True,
        # nor one that is away over a weekend: by default it is given up after a hundred tries.
        "broker_connection_max_retries": None,
        # Without confirms a half-dead connection takes messages into the void for a quarter of an
        # hour, and without these bounds a publisher waits for a broker that is away.
        "broker_transport_options": {"confirm_publish": True, "max_retries": 1},
        "broker_connection_timeout": 4,
        # One more try, on a new connection: once the broker was restarted, the pooled one is dead.
        "task_publish_retry": True,
        "task_publish_retry_policy": {
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0,
            "interval_max": 0,
        },
        "task_queues": queues(config.queue_prefix),
        "task_default_queue": queue_name(config.queue_prefix, Hint.FOLD),
        # A misspelt queue would be made on the fly, and nobody would ever read it.
        "task_create_missing_queues": False,
        # Whoever reaches the broker could stop the workers over it.
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        # Whoever starts a process sets its logging up, the same for all of them.
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
    }
