"""Celery's consumer without the step that declares queues for delayed messages."""

from celery.worker.consumer import Consumer


class HintConsumer(Consumer):  # type: ignore[misc]
    """Declares our queues and no other: nothing here has an ETA or a countdown."""

    class Blueprint(Consumer.Blueprint):  # type: ignore[misc]
        default_steps = tuple(
            step for step in Consumer.Blueprint.default_steps if "delayed_delivery" not in step
        )
