"""A Moodle that answers from a recording, over real HTTP: for contract tests and the demonstration.

Nothing here is made up: every answer was given by a real site, or is the same record found by
another of its fields (a user by idnumber instead of id), as the site would find it.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl

from connector.clock import SystemClock

Params = Mapping[str, str]
_FRAME = ("wstoken", "wsfunction", "moodlewsrestformat")
_NOT_FOUND = {
    "exception": "dml_missing_record_exception",
    "errorcode": "invalidrecord",
    "message": "Can't find data record in database table external_functions.",
}
_NO_TOKEN = {
    "exception": "moodle_exception",
    "errorcode": "invalidtoken",
    "message": "Invalid token - token not found",
}


@dataclass(frozen=True)
class Replied:
    """An HTTP answer: JSON by default, or any text with its headers."""

    status: int
    body: Any = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


Answering = Callable[[str, Params], Replied]


class Recording:
    """What REST said after each step of the recorded sequences; the state is cumulative.

    Asked for an object, it gives the latest answer recorded at or before the present step.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._steps: dict[tuple[str, int], int] = {}
        self._answers: dict[tuple[str, tuple[tuple[str, str], ...]], list[tuple[int, Replied]]] = {}
        self._starts: set[int] = set()
        self._now = -1

    @classmethod
    def from_sequences(cls, paths: Iterable[Path]) -> "Recording":
        """Load `NN_name.rest.jsonl` files, given in the order in which they were recorded.

        The recording starts before the first step of the first file.
        """
        recording = cls()
        for path in paths:
            name = path.name.removesuffix(".rest.jsonl")
            with path.open(encoding="utf-8") as lines:
                for line in lines:
                    recording._add(name, json.loads(line))
        recording._now = 0
        return recording

    def _add(self, name: str, call: Mapping[str, Any]) -> None:
        step = int(call["after_step"])
        position = self._steps.setdefault((name, step), len(self._steps))
        if step == 0:
            self._starts.add(position)
        params = {str(key): str(value) for key, value in call["params"].items()}
        answers = self._answers.setdefault(_key(call["function"], params), [])
        answers.append((position, Replied(int(call["status"]), call["response"])))

    def go_to(self, sequence: str, step: int) -> None:
        """Make the state that of right after `step` of `sequence` (0: before its first step)."""
        with self._lock:
            self._now = self._steps[(sequence, step)]

    def go_to_end(self) -> None:
        """Make the state the last one recorded."""
        with self._lock:
            self._now = len(self._steps) - 1

    @property
    def steps(self) -> tuple[tuple[str, int], ...]:
        """Every (sequence, step) in the order recorded."""
        return tuple(self._steps)

    def __call__(self, function: str, params: Params) -> Replied:
        with self._lock:
            now = self._now
        return (
            self._recorded(function, params, now)
            or self._found_otherwise(function, params, now)
            or Replied(200, _NOT_FOUND)
        )

    def _recorded(self, function: str, params: Params, now: int) -> Replied | None:
        answers = self._answers.get(_key(function, params), ())
        before = [answer for position, answer in answers if position <= now]
        if before:
            return before[-1]
        if answers and answers[0][0] in self._starts:
            # First asked before the first step that names it: so it had been until then.
            return answers[0][1]
        return None

    def _latest(self, function: str, now: int) -> Iterable[Any]:
        for (name, params), _ in self._answers.items():
            if name == function and (reply := self._recorded(name, dict(params), now)):
                yield reply.body

    def _found_otherwise(self, function: str, params: Params, now: int) -> Replied | None:
        match function, params.get("field"):
            case "core_user_get_users_by_field", "idnumber" | "email" | "username" as by:
                wanted = params.get("values[0]", "")
                users = [user for users in self._latest(function, now) for user in users]
                return Replied(200, [u for u in users if wanted and u.get(by) == wanted])
            case "core_course_get_courses_by_field", "idnumber":
                wanted = params.get("value", "")
                return Replied(200, {"courses": self._courses(wanted, now), "warnings": []})
            case "core_course_get_course_module_by_instance", _:
                return self._module(params, now)
        return None

    def _courses(self, idnumber: str, now: int) -> list[Any]:
        """Courses by the idnumber that only the grade report shows to this role."""
        grades = self._latest("gradereport_user_get_grade_items", now)
        ids = {
            report["courseid"]
            for body in grades
            for report in body.get("usergrades", ())
            if report["courseidnumber"] == idnumber
        }
        courses = self._latest("core_course_get_courses_by_field", now)
        return [c for body in courses for c in body["courses"] if c["id"] in ids]

    def _module(self, params: Params, now: int) -> Replied | None:
        if params.get("module") != "quiz":
            return None
        for body in self._latest("mod_quiz_get_quizzes_by_courses", now):
            for quiz in body["quizzes"]:
                if str(quiz["id"]) == params.get("instance"):
                    module = {
                        "id": quiz["coursemodule"],
                        "course": quiz["course"],
                        "name": quiz["name"],
                        "modname": "quiz",
                        "instance": quiz["id"],
                    }
                    return Replied(200, {"cm": module, "warnings": []})
        return None


def _key(function: str, params: Params) -> tuple[str, tuple[tuple[str, str], ...]]:
    return function, tuple(sorted((k, v) for k, v in params.items() if k not in _FRAME))


class ReplayedMoodle:
    """A threading HTTP server on a free port of the loopback; use it as a context manager.

    token: if given, any other is answered as Moodle answers an unknown one.
    now: what the Date header says, since readings are dated by Moodle's clock.
    """

    def __init__(
        self,
        answers: Answering,
        token: str | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.answers = answers
        self.calls: list[tuple[str, dict[str, str]]] = []
        self._token = token
        self._now = now or SystemClock().now
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """The site's address, as an administrator would type it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> "ReplayedMoodle":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def reply(self, form: dict[str, str]) -> Replied:
        """The answer to one form, as web/service/rest/server.php gives it."""
        if self._token is not None and form.get("wstoken") != self._token:
            return Replied(200, _NO_TOKEN)
        function = form.get("wsfunction", "")
        params = {name: value for name, value in form.items() if name not in _FRAME}
        self.calls.append((function, params))
        return self.answers(function, params)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        moodle = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body leave in two writes: without this the second waits 40 ms for an ACK.
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                body = self.rfile.read(length).decode("utf-8")
                if self.path != "/webservice/rest/server.php":
                    self._send(Replied(404, text="<!DOCTYPE html><title>404</title>"))
                    return
                self._send(moodle.reply(dict(parse_qsl(body, keep_blank_values=True))))

            def _send(self, reply: Replied) -> None:
                text = reply.text
                headers = {"Content-Type": "text/html; charset=utf-8"}
                if text is None:
                    text = json.dumps(reply.body, ensure_ascii=True)
                    headers = {"Content-Type": "application/json"}
                payload = text.encode("utf-8")
                self.send_response(reply.status)
                for name, value in {**headers, **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def date_time_string(self, timestamp: float | None = None) -> str:
                return format_datetime(moodle._now().astimezone(UTC), usegmt=True)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing: forms hold a token."""

        return Handler
