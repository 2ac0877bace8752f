"""`connector run` as a process of its own that is killed and started again, and its clients."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.contract.native_events import signed
from tests.integration.spine.native_stream import Event
from tests.integration.spine.native_stream import envelope as envelope_of

START_SECONDS = 30.0
_RUN = "import sys; from connector.cli import main; sys.exit(main(sys.argv[1:]))"


class KilledConnector:
    """The embedded connector over one data folder, at one port."""

    def __init__(self, folder: Path, port: int, clock: datetime) -> None:
        self._folder = folder
        self._port = port
        self._clock = clock
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers."""
        environment = {
            **os.environ,
            "CONNECTOR_DATA_DIR": str(self._folder),
            "CONNECTOR_CLOCK": self._clock.isoformat(),
            "CONNECTOR_LOG_LEVEL": "ERROR",
        }
        with (self._folder / "connector.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _RUN, "run", "--port", str(self._port)],
                env=environment,
                stdout=log,
                stderr=log,
            )
        ends = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "connector.log").read_text()
            assert time.monotonic() < ends, "did not start"
            time.sleep(0.05)

    def kill(self) -> None:
        """kill -9, in the middle of whatever it is doing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=1)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


class Clients:
    """Threads that post each envelope, again and again, until it is answered 200."""

    def __init__(self, port: int, secret: str, now: datetime, source: str) -> None:
        self._port = port
        self._secret = secret
        self._now = now
        self._path = f"/hooks/{source}"
        self._threads: list[threading.Thread] = []
        self.answered = 0
        self.failed = 0
        self._given_up = threading.Event()

    def start(self, batches: Sequence[Sequence[Event]], threads: int) -> None:
        for number in range(threads):
            work = threading.Thread(target=self._post_all, args=(batches[number::threads],))
            work.start()
            self._threads.append(work)

    def join(self, timeout_s: float) -> None:
        ends = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, ends - time.monotonic()))
        self._given_up.set()
        assert not any(thread.is_alive() for thread in self._threads)

    def _post_all(self, batches: Sequence[Sequence[Event]]) -> None:
        for batch in batches:
            body = envelope_of(batch)
            while not self._post(body):
                self.failed += 1
                if self._given_up.wait(0.05):
                    return
            self.answered += 1

    def _post(self, body: bytes) -> bool:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            headers = signed(body, self._secret, self._now)
            connection.request("POST", self._path, body=body, headers=headers)
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()
