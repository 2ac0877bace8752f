"""Logs: structured, with ids; never names, e-mails, tokens or bodies."""

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType


@contextmanager
def _as_if_missing(name: str) -> Iterator[None]:
    """Whoever imports `name` meanwhile has to do without it."""
    held = sys.modules.get(name)
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
        if held is not None:
            sys.modules[name] = held


with _as_if_missing("rich"):
    # For tracebacks in colours, which we never ask for: 16 MiB a process where it is installed.
    import structlog

_NOISY = (
    "alembic",
    # Tells the address of each request whose sender hung up, and addresses hold personnel numbers.
    "waitress",
    "urllib3",
    "kombu",
    "amqp",
    # Two lines a hint, several hints a second, and nearly all of them find nothing to do.
    "celery.worker.strategy",
    "celery.app.trace",
)
_MOST_CAUSES = 8
_PARTED = re.compile(r"(?P<event>[a-z_]+\.[a-z_]+)(?P<rest>(?: [a-z_]+=\S+)*)")
"""How our lines are written: `part.what_happened id=%s other=%s` (tests/guards/test_log_events.py).
"""


def set_up_logging(level: str | None) -> None:
    """Routes the standard library's loggers through structlog to standard error.

    On a terminal as lines for people, elsewhere as JSON.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_where),
    ]
    rendering: list[structlog.typing.Processor]
    if sys.stderr.isatty():
        rendering = [structlog.dev.ConsoleRenderer()]
    else:
        rendering = [_part, structlog.processors.JSONRenderer(ensure_ascii=False)]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel((level or "WARNING").upper())
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _part(
    logger: object, method: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Ids become fields of their own, to be searched by; `event` is the same for all of a kind."""
    found = _PARTED.fullmatch(str(line["event"]))
    if found is None:
        return line
    line["event"] = found["event"]
    for word in found["rest"].split():
        key, _, value = word.partition("=")
        line.setdefault(key, value)
    return line


def _where(
    exc_info: tuple[type[BaseException], BaseException, TracebackType | None],
) -> str:
    """Kinds of errors and lines of code, without messages: a driver quotes the row it refused, a
    parser the text it could not read."""
    parts: list[str] = []
    told: BaseException | None = exc_info[1]
    while told is not None and len(parts) < _MOST_CAUSES:
        lines = "".join(traceback.format_tb(told.__traceback__))
        parts.append(f"{lines}{type(told).__module__}.{type(told).__qualname__}")
        told = told.__cause__ or (None if told.__suppress_context__ else told.__context__)
    return "\ncaused by:\n".join(parts)
