"""Logs: structured, with ids; never names, e-mails, tokens or bodies."""

import logging
import sys

import structlog

_NOISY = (
    "alembic",
    "waitress.queue",
    "urllib3",
    "kombu",
    "amqp",
    # Two lines a hint, several hints a second, and nearly all of them find nothing to do.
    "celery.worker.strategy",
    "celery.app.trace",
)


def set_up_logging(level: str | None) -> None:
    """Routes the standard library's loggers through structlog to standard error.

    On a terminal as lines for people, elsewhere as JSON.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor
    if sys.stderr.isatty():
        renderer = structlog.dev.ConsoleRenderer()
    else:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel((level or "WARNING").upper())
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
