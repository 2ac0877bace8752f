"""A Moodle that is slow, gone, or talks nonsense: real sockets, typed errors, nothing kept."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import pytest

from connector.moodle import questions
from connector.moodle.breaker import Breaker
from connector.moodle.client import Limits, MoodleClient
from connector.moodle.errors import MoodleError, MoodleRefused, MoodleUnavailable
from connector.replay import Replied
from tests.contract.fake_moodle import TOKEN, client_of, site

QUICK = Limits(connect=0.5, read=0.15, whole=0.3, answer=1000, tries=1)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"

Serve = Callable[[socket.socket, Event], None]


@contextmanager
def listener(serve: Serve) -> Iterator[str]:
    """A server on a free port that reads each request and then does as `serve` says."""
    closing = Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)

        def accept() -> None:
            while not closing.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(2)
                    with suppress(OSError):
                        read_request(connection)
                        serve(connection, closing)

        thread = Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            closing.set()
            thread.join()


def ask(client: MoodleClient) -> object:
    return client.call(questions.user_by_id("4")).body


def read_request(connection: socket.socket) -> None:
    """Head and body: a socket closed with bytes unread resets what was answered."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < int(lengths[0].partition(b":")[2]):
        body += connection.recv(65536)


def answering(payload: bytes) -> Serve:
    return lambda connection, closing: connection.sendall(payload)


def silent(connection: socket.socket, closing: Event) -> None:
    closing.wait(1)


def dripping(connection: socket.socket, closing: Event) -> None:
    connection.sendall(OK + b"\r\n")
    while not closing.wait(0.05):
        connection.sendall(b" ")


def stalling(connection: socket.socket, closing: Event) -> None:
    connection.sendall(OK + b"Content-Length: 500\r\n\r\n[")
    closing.wait(1)


LONG = b"[" + b" " * 2000 + b"]"


@pytest.mark.parametrize(
    ("serve", "kind", "reason"),
    [
        pytest.param(silent, MoodleUnavailable, "timed_out", id="says nothing"),
        pytest.param(dripping, MoodleUnavailable, "timed_out", id="never ends"),
        pytest.param(stalling, MoodleUnavailable, "timed_out", id="stops in the middle"),
        pytest.param(answering(b""), MoodleUnavailable, "connection", id="hangs up at once"),
        pytest.param(
            answering(OK + b"Content-Length: 50\r\n\r\n[{"),
            MoodleUnavailable,
            "connection",
            id="hangs up in the body",
        ),
        pytest.param(
            answering(b"\x00\x01\x02garbage\r\n\r\n"),
            MoodleUnavailable,
            "connection",
            id="is no HTTP server",
        ),
        pytest.param(
            answering(OK + b"\r\n<!DOCTYPE html><html>"), MoodleUnavailable, "not_json", id="HTML"
        ),
        pytest.param(answering(OK + b"\r\n[{]"), MoodleUnavailable, "not_json", id="broken JSON"),
        pytest.param(answering(OK + b"\r\n\xff\xfe"), MoodleUnavailable, "not_json", id="bytes"),
        pytest.param(
            answering(OK + b"\r\n[" + b"[" * 900), MoodleUnavailable, "not_json", id="deep"
        ),
        pytest.param(answering(OK + b"\r\n[NaN]"), MoodleUnavailable, "not_json", id="NaN"),
        pytest.param(answering(OK + b"\r\n[1e999]"), MoodleUnavailable, "not_json", id="1e999"),
        pytest.param(answering(OK + b'\r\n["\\u0000"]'), MoodleUnavailable, "not_json", id="a NUL"),
        pytest.param(
            answering(OK + b'\r\n["\\ud800"]'), MoodleUnavailable, "not_json", id="half a letter"
        ),
        pytest.param(answering(OK + b"\r\n" + LONG), MoodleRefused, "answer_too_large", id="long"),
        pytest.param(
            answering(OK + b"Content-Length: 99999999\r\n\r\n"),
            MoodleRefused,
            "answer_too_large",
            id="long by its own word",
        ),
        pytest.param(
            answering(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n"),
            MoodleRefused,
            "redirected",
            id="sends us elsewhere",
        ),
        pytest.param(
            answering(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"),
            MoodleUnavailable,
            "http_500",
            id="500",
        ),
        pytest.param(
            answering(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"),
            MoodleRefused,
            "http_404",
            id="404",
        ),
    ],
)
def test_what_is_no_answer_is_a_typed_error(
    serve: Serve, kind: type[MoodleError], reason: str
) -> None:
    with listener(serve) as url, pytest.raises(kind) as caught:
        ask(client_of(url, limits=QUICK))

    assert caught.value.reason == reason
    assert TOKEN not in repr(caught.value)


def test_a_closed_port_is_tried_three_times_with_growing_pauses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    pauses: list[float] = []

    with pytest.raises(MoodleUnavailable, match="connection"):
        ask(client_of(url, sleep=pauses.append))

    assert pauses == [0.6, 1.2]


def test_a_second_try_that_succeeds_is_an_answer() -> None:
    replies = [Replied(502, text="bad gateway"), Replied(200, [])]
    with site(lambda *_: replies.pop(0)) as running:
        assert ask(running.client) == []


def test_an_open_breaker_asks_nothing() -> None:
    breaker = Breaker(failures=2, pause=30, tick=lambda: 100.0)
    with site(lambda *_: Replied(500, text="")) as running:
        client = client_of(running.server.url, breaker=breaker)
        with pytest.raises(MoodleUnavailable):
            ask(client)
        asked = len(running.server.calls)
        with pytest.raises(MoodleUnavailable) as caught:
            ask(client)

    assert asked == len(running.server.calls) == 2
    assert (caught.value.reason, caught.value.retry_after) == ("breaker_open", 30)


def test_a_refusal_does_not_open_the_breaker() -> None:
    refusal = {"exception": "moodle_exception", "errorcode": "invalidtoken", "message": "no"}
    breaker = Breaker(failures=1, tick=lambda: 0.0)
    with site(lambda *_: Replied(200, refusal)) as running:
        client = client_of(running.server.url, breaker=breaker)
        for _ in range(3):
            with pytest.raises(MoodleRefused):
                ask(client)

    assert breaker.wait() == 0
