"""Starts processes by forking: the product is imported once, and each start takes no second more.

`python -m tests.faults.starter` reads orders on standard input, one JSON object a line, and answers
each with one: {"start": [kind, ...], "environment": {}, "log": path} → {"pid": n};
{"ask": pid} → {"code": n or null}. Its children are its own, so it tells how they ended.
"""

import json
import os
import signal
import sys
import traceback
from contextlib import suppress
from importlib import import_module
from typing import Any

from connector.rulebook import Rulebook
from tests.faults import process

LATE = (
    "celery.apps.worker",
    "celery.concurrency.prefork",
    "kombu.transport.pyamqp",
    "sqlalchemy.dialects.postgresql.psycopg",
)
"""What a process of the town imports on its way, so that none has to."""


def serve() -> None:
    for name in LATE:
        import_module(name)
    Rulebook.open(None)
    for line in sys.stdin:
        order = json.loads(line)
        answer = {"code": _code(order["ask"])} if "ask" in order else {"pid": _start(order)}
        print(json.dumps(answer), flush=True)
    # Whoever gave the orders is gone, perhaps killed: nothing is to outlive him.
    for pid in _started:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


_started: list[int] = []


def _start(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        _started.append(pid)
        return pid
    os._exit(_live(order))


def _live(order: dict[str, Any]) -> int:
    """As if `python` had been started with that environment; the exit code."""
    # A worker and the processes it forks are one group: killed and frozen together.
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(number, target)
    os.environ.clear()
    os.environ.update(order["environment"])
    code: Any
    try:
        code = process.main(*order["start"])
    except SystemExit as end:
        code = end.code
    # Whatever it was, it is the log that tells of it.
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return int(code or 0)


def _code(pid: int) -> int | None:
    """Negative for a signal, as subprocess tells it; None while it runs."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    if not ended:
        return None
    _started.remove(pid)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    serve()
