"""Servers as they answer: Rocket.Chat's incoming webhook, Mattermost's, ntfy's publishing.

Written from their documentation (docs.rocket.chat, developers.mattermost.com, docs.ntfy.sh).
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

TOKEN = "integration17/hooktoken0123456789abc"
PEOPLE = frozenset({"ivanova", "petrova.a", "t-4"})


@dataclass
class Heard:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Services:
    """status: answered to everything, if set; location: where a redirect leads; size: of a body
    that is too long; slow_s: how long an answer takes. told: who was told what."""

    port: int = 0
    status: int | None = None
    location: str = ""
    size: int = 0
    slow_s: float = 0.0
    heard: list[Heard] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def answer(self, heard: Heard) -> tuple[int, Any]:
        if self.status is not None:
            return self.status, {"error": "as the test wants it"}
        parts = [part for part in urlsplit(heard.path).path.split("/") if part]
        body = heard.body if isinstance(heard.body, dict) else {}
        if parts[:1] == ["hooks"]:
            return self._hook("/".join(parts[1:]), body)
        if "topic" in body:
            self.told.append((body["topic"], body["message"]))
            return 200, {"id": "x", "event": "message", **body}
        return 404, {"error": "no such page"}

    def _hook(self, token: str, body: dict[str, Any]) -> tuple[int, Any]:
        if token != TOKEN:
            return 404, {"success": False, "error": "Invalid integration id or token provided."}
        channel = str(body.get("channel", "#general"))
        if channel.startswith("@") and channel[1:] not in PEOPLE:
            return 400, {"success": False, "error": "invalid-channel"}
        self.told.append((channel, body["text"]))
        return 200, {"success": True}


@contextmanager
def services() -> Iterator[Services]:
    made = Services()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                body: Any = json.loads(raw)
            except ValueError:
                body = raw.decode("utf-8", "replace")
            heard = Heard(self.command, self.path, dict(self.headers.items()), body)
            made.heard.append(heard)
            if made.slow_s:
                time.sleep(made.slow_s)
            status, answer = made.answer(heard)
            told = b" " * made.size if made.size else json.dumps(answer).encode()
            self.send_response(status)
            if made.location:
                self.send_header("Location", made.location)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = do_PUT = _answer

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
