"""The hooks behind the real server, over real sockets: chunked, huge, half-sent, slow, many."""

import http.client
import json
import resource
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from flask import Flask

from connector.clock import AdjustableClock
from connector.domain.signals import Dialect
from connector.hooks import waitress_server
from connector.hooks.blueprint import create_blueprint
from connector.hooks.quick_door import QuickDoor
from connector.hooks.receiver import HookSource
from connector.hooks.waitress_server import WebServer, build_server
from tests.contract.memory_receiver import MemoryReceiver
from tests.contract.moodle_deliveries import (
    BASIC,
    BASIC_HEADER,
    BEARER,
    FORM_TOKEN,
    JSON_TOKEN,
    captured,
)
from tests.contract.native_events import NOW, SECRET, envelope, graded, signed

MIB = 1 << 20
ADDRESSES = {
    "local_webhooks": "/hooks/webhooks",
    "tool_trigger": "/hooks/trigger",
    "logstore_xapi": "/hooks/lrs/statements",
}


@pytest.fixture
def receiver() -> MemoryReceiver:
    return MemoryReceiver(
        HookSource("plugin", Dialect.NATIVE, (SECRET,)),
        HookSource("webhooks", Dialect.LOCAL_WEBHOOKS, (JSON_TOKEN, FORM_TOKEN)),
        HookSource("trigger", Dialect.TOOL_TRIGGER, (BEARER,)),
        HookSource("lrs", Dialect.XAPI, (BASIC,)),
    )


@pytest.fixture(params=["ordinary", "quick"])
def port(request: pytest.FixtureRequest, receiver: MemoryReceiver) -> Iterator[int]:
    """Of a server without the quick way, and of one with it: nobody outside can tell."""
    app, clock = Flask("hooks"), AdjustableClock(NOW)
    app.register_blueprint(create_blueprint(receiver, clock))
    door = QuickDoor(receiver, clock) if request.param == "quick" else None
    with serving(build_server(app, "127.0.0.1", 0, 4, door)) as port:
        yield port
    assert bool(receiver.quick) <= (door is not None)


@contextmanager
def serving(server: WebServer) -> Iterator[int]:
    """`server` running in a thread of its own; its port."""
    loop = threading.Thread(target=server.run)
    loop.start()
    try:
        yield server.port
    finally:
        server.stop()
        loop.join(10)
    assert not loop.is_alive()


def request(port: int, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def raw(port: int, *parts: bytes, pause: float = 0) -> bytes:
    """What the server answers to these bytes until it closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer


def head(path: str, **headers: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: x",
        "Connection: close",
        "Content-Type: application/json",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.mark.parametrize("plugin", ["local_webhooks", "tool_trigger", "logstore_xapi"])
def test_captured_requests_arrive_as_they_were_sent(
    port: int, receiver: MemoryReceiver, plugin: str
) -> None:
    for recorded in captured(plugin):
        headers = {k: v for k, v in recorded.headers.items() if k not in ("Host", "Content-Length")}
        headers["Content-Type"] = recorded.content_type
        status, answer = request(port, ADDRESSES[plugin], recorded.raw, headers)
        assert status == 200, (recorded.origin, answer)
    assert receiver.stored
    assert not receiver.refusals


def test_a_signed_request_is_accepted(port: int) -> None:
    body = envelope(graded())

    assert request(port, "/hooks/plugin", body, signed(body)) == (
        200,
        b'{"accepted":1,"duplicate":0,"ignored":0}\n',
    )


def test_no_server_banner_is_shown(port: int) -> None:
    answer = raw(port, head("/hooks/plugin", Content_Length="2") + b"{}")

    assert b"401" in answer.split(b"\r\n")[0]
    assert b"server:" not in answer.lower()


def test_a_chunked_body_is_answered_411_and_not_read(port: int, receiver: MemoryReceiver) -> None:
    body = envelope(graded())
    headers = {name.replace("-", "_"): value for name, value in signed(body).items()}
    start = head("/hooks/plugin", Transfer_Encoding="chunked", **headers)
    chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"

    assert raw(port, start + chunk).startswith(b"HTTP/1.1 411 ")
    assert raw(port, start, pause=0.2).startswith(b"HTTP/1.1 411 ")
    assert not receiver.stored
    assert receiver.refusals == {("", "no_length"): 2}


def test_a_smuggled_request_inside_a_chunked_one_is_not_served(
    port: int, receiver: MemoryReceiver
) -> None:
    inner = head("/hooks/nobody", Content_Length="2") + b"{}"
    outer = head("/hooks/plugin", Transfer_Encoding="chunked", Content_Length="3")
    answer = raw(port, outer + inner, inner)

    assert answer.count(b"HTTP/1.1 ") == 1
    assert receiver.refusals == {("", "no_length"): 1}


def test_a_forged_mark_of_an_unread_body_changes_nothing(port: int) -> None:
    body = envelope(graded())
    headers = signed(body) | {"Content_Length": "1", "Transfer_Encoding": "chunked"}

    assert request(port, "/hooks/plugin", body, headers)[0] == 200


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/hooks/plugin", MIB + 1, 413),
        ("/hooks/plugin", 5 * MIB, 413),
        ("/hooks/plugin", 40 * MIB, 413),
        ("/hooks/lrs/statements", 4 * MIB, 200),
        ("/hooks/lrs/statements", 4 * MIB + 1, 413),
    ],
)
def test_the_sender_of_a_body_too_large_gets_to_read_its_413(
    port: int, path: str, size: int, status: int
) -> None:
    body = b"[" + b" " * (size - 2) + b"]"
    headers = {"Content-Type": "application/json", "Authorization": BASIC_HEADER}

    assert request(port, path, body, headers)[0] == status


def test_an_announced_length_too_large_is_answered_before_a_byte_comes(port: int) -> None:
    began = time.monotonic()
    answer = raw(port, head("/hooks/plugin", Content_Length=str(10**15)))

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in answer
    # The connection itself lingers a moment longer, for senders that only read after writing.
    assert time.monotonic() - began < waitress_server.LINGER_SECONDS + 5


def test_who_asks_before_sending_too_much_is_told_at_once(port: int) -> None:
    start = head("/hooks/plugin", Content_Length=str(9 * MIB), Expect="100-continue")

    assert raw(port, start).startswith(b"HTTP/1.1 413 ")


def test_an_empty_body_is_not_json(port: int) -> None:
    answer = raw(port, head("/hooks/trigger", Content_Length="0", Authorization=f"Bearer {BEARER}"))

    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "start",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /hooks/plugin HTTP/1.1\r\nContent-Length: abc\r\n\r\n",
        b"POST /hooks/plugin HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"POST /hooks/plugin HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"POST /hooks/plugin HTTP/1.1\r\nX: " + b"a" * 40_000 + b"\r\n\r\n",
        b"POST /hooks/plugin HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ],
)
def test_what_is_hardly_http_is_refused_and_the_server_lives_on(port: int, start: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(start + b"\r\n\r\n")
        connection.settimeout(2)
        try:
            answer = connection.recv(65536)
        except TimeoutError:
            answer = b""
    assert b" 500 " not in answer.partition(b"\r\n")[0]
    body = envelope(graded())
    assert request(port, "/hooks/plugin", body, signed(body))[0] == 200


def test_a_half_sent_body_is_not_stored(port: int, receiver: MemoryReceiver) -> None:
    body = envelope(graded())
    headers = {name.replace("-", "_"): value for name, value in signed(body).items()}
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head("/hooks/plugin", Content_Length=str(len(body)), **headers))
        connection.sendall(body[:-1])
    time.sleep(0.3)

    assert not receiver.stored
    assert request(port, "/hooks/plugin", body, signed(body))[0] == 200


def _is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def test_who_sends_nothing_more_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waitress_server, "IDLE_SECONDS", 1)
    server = build_server(Flask("hooks"), "127.0.0.1", 0, threads=1)
    with (
        serving(server) as port,
        socket.create_connection(("127.0.0.1", port), timeout=20) as half,
    ):
        half.sendall(head("/hooks/plugin", Content_Length="100") + b"{")
        assert half.recv(100) == b""


def test_who_sends_a_byte_now_and_then_is_closed(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waitress_server, "REQUEST_SECONDS", 0.5)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as drip:
        drip.sendall(head("/hooks/plugin", Content_Length="1000"))
        sent = 0
        drip.settimeout(0.1)
        while sent < 100 and not _is_closed(drip):
            drip.sendall(b" ")
            sent += 1
    assert sent < 50


def test_several_requests_on_one_connection_are_answered(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    for number in range(5):
        body = envelope(graded(number))
        connection.request("POST", "/hooks/plugin", body, signed(body))
        assert json.loads(connection.getresponse().read())["accepted"] == 1
    connection.close()


def test_many_senders_at_once_are_each_stored_once(port: int, receiver: MemoryReceiver) -> None:
    bodies = [envelope(graded(number % 50)) for number in range(200)]
    with ThreadPoolExecutor(8) as senders:
        answers = list(
            senders.map(lambda body: request(port, "/hooks/plugin", body, signed(body)), bodies)
        )

    assert {status for status, _answer in answers} == {200}
    assert sum(json.loads(answer)["accepted"] for _status, answer in answers) == 50
    assert len(receiver.stored) == 50


def test_memory_stays_flat_under_large_and_refused_bodies(port: int) -> None:
    headers = {"Content-Type": "application/json", "Authorization": BASIC_HEADER}
    deep = b"[" * (4 * MIB)
    large = b" " * (30 * MIB)

    def round_of_hostility() -> None:
        for body in (deep, large):
            status, _answer = request(port, "/hooks/lrs/statements", body, headers)
            assert status in (400, 413)

    round_of_hostility()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(8):
        round_of_hostility()
    grown_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024

    assert grown_mib < 40


def test_a_stopped_server_finishes_what_it_is_answering() -> None:
    entered, leave = threading.Event(), threading.Event()
    app = Flask("slow")

    @app.get("/")
    def answer() -> str:
        entered.set()
        leave.wait(10)
        return "whole"

    server = build_server(app, "127.0.0.1", 0, threads=1)
    with serving(server) as port, ThreadPoolExecutor(2) as others:
        reading = others.submit(raw, port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert entered.wait(10)
        stopping = others.submit(server.stop)
        leave.set()
        assert reading.result(10).endswith(b"whole")
        stopping.result(10)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)


def test_a_taken_address_is_an_error_at_once() -> None:
    with (
        serving(build_server(Flask("one"), "127.0.0.1", 0, threads=1)) as port,
        pytest.raises(OSError, match="in use"),
    ):
        build_server(Flask("two"), "127.0.0.1", port, threads=1)
