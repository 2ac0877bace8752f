"""The quick way in, behind the real server: who goes it, and what happens when things go wrong."""

import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from threading import Thread

import pytest
from flask import Flask

from connector.clock import AdjustableClock
from connector.domain.signals import Dialect
from connector.hooks.blueprint import create_blueprint
from connector.hooks.quick_door import BODY_LIMIT, QuickDoor
from connector.hooks.receiver import HookSource
from connector.hooks.waitress_server import WebServer, build_server
from tests.contract.memory_receiver import MemoryReceiver
from tests.contract.moodle_deliveries import BEARER
from tests.contract.native_events import NOW, SECRET, envelope, graded, native_event, signed


class Town:
    """A receiver behind two servers: one with the quick way, one without."""

    def __init__(self) -> None:
        self.receiver = MemoryReceiver(
            HookSource("plugin", Dialect.NATIVE, (SECRET,)),
            HookSource("trigger", Dialect.TOOL_TRIGGER, (BEARER,)),
        )
        clock = AdjustableClock(NOW)
        app = Flask("hooks")
        app.register_blueprint(create_blueprint(self.receiver, clock))
        self.quick = build_server(app, "127.0.0.1", 0, 2, QuickDoor(self.receiver, clock))
        self.ordinary = build_server(app, "127.0.0.1", 0, 2)


@contextmanager
def serving(*servers: WebServer) -> Iterator[None]:
    loops = [Thread(target=server.run) for server in servers]
    for loop in loops:
        loop.start()
    try:
        yield
    finally:
        for server, loop in zip(servers, loops, strict=True):
            server.stop()
            loop.join(10)
            assert not loop.is_alive()


@pytest.fixture
def town() -> Iterator[Town]:
    made = Town()
    with serving(made.quick, made.ordinary):
        yield made
        made.receiver.open.set()


def answer(
    port: int, body: bytes, headers: dict[str, str], path: str = "/hooks/plugin"
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        told = {name: value for name, value in response.getheaders() if name != "Date"}
        return response.status, told, response.read()
    finally:
        connection.close()


def eventually(ready: Callable[[], bool]) -> bool:
    ends_at = time.monotonic() + 10
    while not ready() and time.monotonic() < ends_at:
        time.sleep(0.005)
    return ready()


@pytest.mark.parametrize(
    "events",
    [[graded()], [graded(1), graded(2), graded(1)], [native_event("chess.played")], [], [1, "a"]],
)
def test_both_ways_answer_the_same_bytes(town: Town, events: list[object]) -> None:
    body = envelope(*events)
    for _again in range(2):
        town.receiver.stored.clear()
        quick = answer(town.quick.port, body, signed(body))
        town.receiver.stored.clear()
        assert answer(town.ordinary.port, body, signed(body)) == quick
        assert quick[0] == 200
    assert town.receiver.quick == 2


def test_both_ways_answer_the_same_when_nothing_can_be_stored(town: Town) -> None:
    body = envelope(graded())
    town.receiver.is_full = True
    town.receiver.stored.clear()
    full = answer(town.quick.port, body, signed(body))
    town.receiver.is_full = False
    town.receiver.is_down = True

    assert answer(town.ordinary.port, body, signed(body)) == full
    assert full[0] == 503
    assert full[1]["Retry-After"]
    assert not town.receiver.stored


def test_a_database_that_goes_away_while_a_request_waits_is_answered_503(town: Town) -> None:
    body = envelope(graded())
    town.receiver.open.clear()
    with ThreadPoolExecutor(1) as others:
        waiting = others.submit(answer, town.quick.port, body, signed(body))
        assert eventually(lambda: town.receiver.quick == 1)
        town.receiver.is_down = True
        town.receiver.open.set()
        assert waiting.result(20)[0] == 503


@pytest.mark.parametrize(
    ("replaced", "status"),
    [
        ({"webhook-signature": "v1,AAAA"}, 401),
        ({"webhook-timestamp": str(int((NOW - timedelta(minutes=6)).timestamp()))}, 401),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Encoding": "gzip"}, 415),
        ({"Content-Type": 'application/json; charset="utf-8"'}, 200),
    ],
)
def test_what_is_not_plainly_right_goes_the_ordinary_way(
    town: Town, replaced: dict[str, str], status: int
) -> None:
    body = envelope(graded())

    assert answer(town.quick.port, body, signed(body) | replaced)[0] == status
    assert town.receiver.quick == 0


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"events":[{"a":1,"a":2}]}', envelope(*range(101))]
)
def test_a_bad_body_is_refused_the_ordinary_way_and_counted_once(town: Town, body: bytes) -> None:
    assert answer(town.quick.port, body, signed(body))[0] == 400
    assert town.receiver.quick == 0
    assert town.receiver.refusals.total() == 1


def test_a_large_body_another_dialect_and_another_path_go_the_ordinary_way(town: Town) -> None:
    large = envelope(graded(1, filler="x" * BODY_LIMIT))
    bearer = {"Authorization": f"Bearer {BEARER}", "Content-Type": "application/json"}
    small = envelope(graded(2))

    assert answer(town.quick.port, large, signed(large))[0] == 200
    answer(town.quick.port, b"{}", bearer, "/hooks/trigger")
    assert answer(town.quick.port, small, signed(small), "/hooks/nobody")[0] == 401
    assert town.receiver.quick == 0
    assert answer(town.quick.port, small, signed(small), "/hooks/plugin?a=b")[0] == 200
    assert town.receiver.quick == 1


def test_requests_sent_in_a_row_without_waiting_are_answered_in_their_order(town: Town) -> None:
    bodies = [envelope(*(graded(serial) for serial in range(count))) for count in (1, 2, 3)]
    wire = b"".join(
        b"POST /hooks/plugin HTTP/1.1\r\nHost: x\r\nContent-Length: "
        + str(len(body)).encode()
        + b"\r\n"
        + b"".join(f"{name}: {value}\r\n".encode() for name, value in signed(body).items())
        + (b"Connection: close\r\n" if body is bodies[-1] else b"")
        + b"\r\n"
        + body
        for body in bodies
    )
    with socket.create_connection(("127.0.0.1", town.quick.port), timeout=20) as connection:
        connection.sendall(wire)
        said = b""
        while piece := connection.recv(65536):
            said += piece

    told = [json.loads(line) for line in said.split(b"\n") if line.startswith(b"{")]
    assert [sum(one.values()) for one in told] == [1, 2, 3]
    assert town.receiver.quick == 3


def test_who_hangs_up_before_the_answer_does_no_harm(town: Town) -> None:
    body = envelope(graded())
    town.receiver.open.clear()
    head = b"POST /hooks/plugin HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n" % len(body)
    headers = b"".join(f"{name}: {value}\r\n".encode() for name, value in signed(body).items())
    with socket.create_connection(("127.0.0.1", town.quick.port), timeout=20) as connection:
        connection.sendall(head + headers + b"\r\n" + body)
        assert eventually(lambda: town.receiver.quick == 1)
    town.receiver.open.set()

    assert eventually(lambda: len(town.receiver.stored) == 1)
    again = envelope(graded())
    assert json.loads(answer(town.quick.port, again, signed(again))[2])["duplicate"] == 1


def test_a_server_told_to_stop_answers_what_it_took() -> None:
    town = Town()
    town.receiver.open.clear()
    bodies = [envelope(graded(number)) for number in range(8)]
    with ThreadPoolExecutor(9) as others, serving(town.quick, town.ordinary):
        waiting = [others.submit(answer, town.quick.port, body, signed(body)) for body in bodies]
        assert eventually(lambda: town.receiver.quick == 8)
        stopping = others.submit(town.quick.stop)
        time.sleep(0.1)
        town.receiver.open.set()
        stopping.result(20)
        assert {one.result(20)[0] for one in waiting} == {200}
    assert len(town.receiver.stored) == 8


def test_hundreds_of_idle_connections_keep_nobody_out(town: Town) -> None:
    body = envelope(graded())
    with ExitStack() as idle:
        for _ in range(600):
            idle.enter_context(socket.create_connection(("127.0.0.1", town.quick.port), 20))
        assert answer(town.quick.port, body, signed(body))[0] == 200
