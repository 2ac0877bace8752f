"""MAX as its Bot API is documented: messages taken, updates handed out, errors as it words them."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "a token of the tests"


@dataclass
class FakeMax:
    """refuse: the next answers to messages, (status, code, message). blocked: users who stopped the
    bot. updates: what people did, handed out once."""

    port: int = 0
    said: list[tuple[str, str]] = field(default_factory=list)
    refuse: list[tuple[int, str, str]] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    updates: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, list[str]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wrote(self, user: int, text: str, chat: str = "dialog", is_bot: bool = False) -> None:
        self.updates.append(
            {
                "update_type": "message_created", "timestamp": 1771409719000,
                "message": {
                    "sender": {"user_id": user, "first_name": "Анна", "is_bot": is_bot},
                    "recipient": {"chat_id": 7, "chat_type": chat, "user_id": 1},
                    "body": {"mid": "mid.1", "seq": 1, "text": text},
                },
            }
        )  # fmt: skip

    def started(self, user: int, payload: str | None) -> None:
        who = {"user_id": user, "first_name": "Анна", "is_bot": False}
        self.updates.append(
            {"update_type": "bot_started", "timestamp": 1, "chat_id": 7, "user": who,
             "payload": payload}
        )  # fmt: skip

    def answer_message(self, user: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.refuse:
            status, code, message = self.refuse.pop(0)
            return status, {"code": code, "message": message}
        if user in self.blocked:
            return 403, {"code": "chat.denied", "message": "error.dialog.suspended"}
        if len(body["text"]) > 4000:
            return 400, {"code": "proto.payload", "message": "text: too long"}
        self.said.append((user, body["text"]))
        return 200, {"message": {"body": {"mid": "mid.2", "text": body["text"]}}}

    def answer_updates(self) -> tuple[int, dict[str, Any]]:
        given, self.updates = self.updates, []
        return 200, {"updates": given, "marker": 1000 + len(self.asked)}


@contextmanager
def fake_max() -> Iterator[FakeMax]:
    made = FakeMax()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(lambda query: made.answer_message(query["user_id"][0], body))

        def do_GET(self) -> None:
            self._answer(lambda query: made.asked.append(query) or made.answer_updates())

        def _answer(self, answer: Any) -> None:
            if self.headers["Authorization"] != TOKEN:
                told = 401, {"code": "verify.token", "message": "Invalid access_token"}
            else:
                told = answer(parse_qs(urlsplit(self.path).query))
            self.send_response(told[0])
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(told[1]).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
