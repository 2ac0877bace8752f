"""A worker for the baseline of fold-task: one event for each task and transaction, as most do it.

The product's own code does the work; only its batches hold one row, and a task ends after one.
"""

import sys
from collections.abc import Callable

from connector import config
from connector.cli.serving import run_worker
from connector.log import set_up_logging
from connector.runtime import fold
from connector.runtime.engine import Engine
from connector.runtime.hints import work_of
from connector.tasks import app, queues


def one(kind: str, engine: Engine, publish: Callable[[str], None]) -> int:
    return work_of(engine, kind)()  # type: ignore[arg-type]


def unbounded() -> None:
    """A hint for each event: the queue must hold them all."""
    queues.ARGUMENTS.pop("x-max-length", None)
    queues.ARGUMENTS.pop("x-overflow", None)


def main() -> int:
    settings = config.load()
    set_up_logging(settings.log_level)
    if not hasattr(fold, "BATCH"):
        raise RuntimeError("connector.runtime.fold has no BATCH: the baseline must be built anew")
    fold.BATCH = 1
    app.drain = one  # type: ignore[assignment]
    unbounded()
    return run_worker(settings, 2)


if __name__ == "__main__":
    sys.exit(main())
