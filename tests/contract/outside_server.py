"""`connector run` as its neighbours see it: an address, an API, hooks, and SIGTERM at the end."""

import json
import re
import signal
import subprocess
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests
from standardwebhooks.webhooks import Webhook

from tests.contract.outside_command import COMMAND, Command
from tests.services.ports import free_port

PATIENCE_S = 60.0
WAITING = re.compile(r'connector_deliveries\{.*state="(new|ready)"|connector_unjudged ')


@dataclass(frozen=True)
class Server:
    """A running connector; `bearer` is asked for with every call of the API."""

    url: str
    bearer: str = ""

    def as_role(self, bearer: str) -> "Server":
        return Server(self.url, bearer)

    def answer(self, path: str, **query: str) -> requests.Response:
        return requests.get(
            self.url + path,
            params=query,
            headers={"Authorization": f"Bearer {self.bearer}"} if self.bearer else {},
            timeout=20,
        )

    def get(self, path: str, **query: str) -> Any:
        """The document of `/api/v1` + path, which must be there."""
        answer = self.answer("/api/v1" + path, **query)
        assert answer.status_code == 200, (path, query, answer.status_code, answer.text)
        return answer.json()

    def send(self, hook: str, secret: str, events: Iterable[Mapping[str, Any]]) -> dict[str, int]:
        """Sign and post the events, a hundred at a time. The counts of all answers, summed."""
        sums = {"accepted": 0, "duplicate": 0, "ignored": 0}
        for batch in _hundreds(list(events)):
            answer = self.post(hook, json.dumps({"events": batch}), secret)
            assert answer.status_code == 200, (answer.status_code, answer.text)
            for name, count in answer.json().items():
                sums[name] += count
        return sums

    def post(self, hook: str, body: str, secret: str, **headers: str) -> requests.Response:
        return requests.post(
            self.url + hook,
            data=body.encode(),
            headers={**signed(body, secret), "Content-Type": "application/json", **headers},
            timeout=20,
        )

    def settled(self) -> None:
        """Return once no delivery waits for work and nobody is left to be judged."""
        until = time.monotonic() + PATIENCE_S
        while self._waits():
            assert time.monotonic() < until, self.answer("/metrics").text
            time.sleep(0.1)

    def _waits(self) -> bool:
        lines = self.answer("/metrics").text.splitlines()
        return any(not line.endswith(" 0.0") for line in lines if WAITING.match(line))


def signed(body: str, secret: str, at: datetime | None = None) -> dict[str, str]:
    """The three headers of Standard Webhooks, made by its own library."""
    at = at or datetime.now(UTC)
    message = f"msg_{uuid.uuid4().hex}"
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message, at, body),
    }


@contextmanager
def running(command: Command) -> Iterator[Server]:
    """`connector run` until the block ends; then SIGTERM, to which it must answer with 0."""
    port = free_port()
    with (command.folder / "run.log").open("wb") as log:
        process = subprocess.Popen(
            [COMMAND, "run", "--host", "127.0.0.1", "--port", str(port)],
            env=command.surroundings,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        server = Server(f"http://127.0.0.1:{port}")
        _wait_until_ready(server, process)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(20)
    assert code == 0, (command.folder / "run.log").read_text()


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        assert process.poll() is None, "connector run ended by itself"
        try:
            if server.answer("/readyz").status_code == 200:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.1)
    raise AssertionError("connector run never became ready")


def _hundreds(events: list[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    for start in range(0, len(events), 100):
        yield events[start : start + 100]
