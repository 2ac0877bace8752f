"""The processes of a town, as whoever started them holds them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from tests.guards.tree import ROOT
from tests.services.process_tree import descendants


class Starter:
    """Talks to tests/faults/starter.py. Safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.starter"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, what: list[str], environment: Mapping[str, str], log: Path) -> int:
        order = {"start": what, "environment": dict(environment), "log": str(log)}
        return int(self._ask(order)["pid"])

    def code(self, pid: int) -> int | None:
        code = self._ask({"ask": pid})["code"]
        return None if code is None else int(code)

    def close(self) -> None:
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait(10)

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._process.stdout.readline())
            return answer


@contextmanager
def starter() -> Iterator[Starter]:
    made = Starter()
    try:
        yield made
    finally:
        made.close()


@dataclass
class Started:
    """One of them, with whatever it forks."""

    starter: Starter
    kind: str
    pid: int
    log: Path
    _code: int | None = field(default=None, init=False)

    @property
    def code(self) -> int | None:
        """How it ended; None while it runs."""
        if self._code is None:
            self._code = self.starter.code(self.pid)
        return self._code

    def children(self) -> list[int]:
        return descendants(self.pid)

    def signal(self, number: signal.Signals) -> None:
        """To the whole group."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def kill(self) -> None:
        """As power would: no farewell of any kind."""
        self.signal(signal.SIGKILL)
        self.wait(10)

    def tell_to_end(self) -> None:
        """As an administrator would."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)

    def wait(self, seconds: float) -> int:
        """The exit code. Raises TimeoutError."""
        ends_at = time.monotonic() + seconds
        while self.code is None:
            if time.monotonic() > ends_at:
                raise TimeoutError(f"{self.kind} {self.pid} has not ended")
            time.sleep(0.02)
        assert self._code is not None
        return self._code

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""
