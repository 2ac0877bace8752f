"""The web server: waitress, with the places closed where it is kinder than contract 1.

Waitress takes a chunked body whole, measures it and shows it to the application as if the sender
had announced its length; and it breaks the connection on a body over the limit while the sender is
still writing, which often destroys the answer on its way. Here neither body is read at all: the
request goes to the application at once, without a body, with the length the sender announced (none,
if chunked), to be answered 411 or 413. Then our side of the connection is shut, and what still
comes is read and thrown away for a moment, so that the sender gets to read the answer.
"""

import errno
import resource
import socket
import time
from collections.abc import Callable
from threading import Lock
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer, create_server
from waitress.trigger import trigger

from connector.hooks.answers import Answer, in_bytes
from connector.hooks.quick_door import QuickDoor
from connector.hooks.quick_lane import AnswerTask, Dispatcher, QuickLane

BODY_LIMIT = (5 << 20) + (64 << 10) + 1
"""Bytes; the largest body that any route takes (a file that proves a step: 5 MiB and its form)."""

HEADER_LIMIT = 32 << 10
CONNECTIONS = 2000
"""Open at once. More senders than may wait for the inbox, so that the last are told so (503) and do
not hang before a door that nobody opens."""

OTHER_FILES = 200
IDLE_SECONDS = 30
REQUEST_SECONDS = 60
LINGER_SECONDS = 5
LINGER_BYTES = 64 << 20


class UnreadBodyParser(HTTPRequestParser):  # type: ignore[misc]
    """A request parser that does not read a chunked or too large body."""

    unread_body = False
    answer: Answer | None = None
    """What to send, where the quick lane knows it already."""
    chunked: bool
    content_length: int

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if not self.chunked and self.content_length < self.adj.max_request_body_size:
            return
        if self.chunked:
            # A request with both headers is a smuggler's; neither length is believed.
            self.headers.pop("CONTENT_LENGTH", None)
        self.unread_body = True
        self.close()
        self.body_rcv = None
        self.chunked = False
        self.content_length = 0
        self.expect_continue = False
        self.headers["CONNECTION"] = "close"

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        # What follows is the unread body. Left to the channel it would be parsed as a next request.
        return len(data) if self.unread_body else consumed


class LingeringChannel(HTTPChannel):  # type: ignore[misc]
    """A connection that outlives a refused body for a moment, and no slow request for long."""

    parser_class = UnreadBodyParser
    task_class = AnswerTask
    close_when_flushed: bool
    will_close: bool

    _lingers = False
    _lingering_until: float | None = None
    _lingered_bytes = 0
    _request_since: float | None = None

    def service(self) -> None:
        if self.requests and self.requests[0].unread_body:
            self._lingers = True
        super().service()

    def answer_at_once(self, answer: Answer) -> None:
        """Sends the answer to the first request, in the server's own thread.

        As `service`, but without the task, the buffer and the further turn of the loop that an
        answer from another thread needs: a quarter of what a small request costs.
        """
        request = self.requests[0]
        if not self._is_plain(request):
            request.answer = answer
            self.service()
            return
        payload = in_bytes(answer)
        try:
            sent = self.send(payload)
        except OSError:
            sent, self.will_close = len(payload), True
        request.close()
        with self.requests_lock:
            self.requests.pop(0)
        if sent < len(payload) and self.connected:
            self.write_soon(payload[sent:])

    def _is_plain(self, request: UnreadBodyParser) -> bool:
        """Nothing comes before it, behind it or after it, and the connection stays open."""
        return (
            self.connected
            and request.version == "1.1"
            and not request.connection_close
            and len(self.requests) == 1
            and self.request is None
            and not self.total_outbufs_len
        )

    def readable(self) -> bool:
        if self._lingering_until is None:
            return bool(super().readable())
        if time.monotonic() > self._lingering_until:
            self.will_close = True
        return not self.will_close

    def handle_write(self) -> None:
        if not self._lingers or not self.close_when_flushed or self.will_close:
            super().handle_write()
            return
        self._flush_exception(self._flush_some)
        if self.total_outbufs_len or self.will_close:
            return
        self.close_when_flushed = False
        self._lingering_until = time.monotonic() + LINGER_SECONDS
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.will_close = True

    def handle_read(self) -> None:
        if self._lingering_until is None:
            super().handle_read()
            self._end_slow_request()
            return
        try:
            self._lingered_bytes += len(self.recv(self.adj.recv_bytes))
        except OSError:
            self.will_close = True
        if self._lingered_bytes > LINGER_BYTES:
            self.will_close = True

    def _end_slow_request(self) -> None:
        """One byte every few seconds keeps a connection from idling; a request must also end."""
        if self.request is None:
            self._request_since = None
        elif self._request_since is None:
            self._request_since = time.monotonic()
        elif time.monotonic() - self._request_since > REQUEST_SECONDS:
            self.will_close = True


class WebServer:
    """A bound server; `run` serves in the calling thread until `stop` is called from any other."""

    def __init__(
        self, dispatchers: dict[int, Any], tasks: Dispatcher, port: int, lane: QuickLane | None
    ) -> None:
        self.port = port
        self._lane = lane
        self._dispatchers = dispatchers
        self._tasks = tasks
        self._left: dict[int, Any] = {}
        self._lock = Lock()
        self._has_ended = False

    def run(self) -> None:
        """Serve, once. An interrupt is passed on, after the sockets are closed."""
        try:
            if self._lane is not None:
                self._lane.open(lambda: self._in_loop(None))
            while self._dispatchers:
                wasyncore.poll2(1.0, self._dispatchers)
                if self._lane is not None:
                    self._lane.serve()
        finally:
            self._tasks.shutdown()
            with self._lock:
                self._has_ended = True
                wasyncore.close_all(self._left | self._dispatchers)

    def stop(self) -> None:
        """Take no new connection, finish what is being answered (five seconds at most), end."""
        self._in_loop(self._stop_listening)
        self._tasks.shutdown()
        if self._lane is not None:
            self._lane.close()
        self._in_loop(self._leave)

    def _in_loop(self, act: Callable[[], None] | None) -> None:
        # The loop's map may change in its own thread only; and the pipe that wakes it must not be
        # closed by that thread while this one is still writing to it.
        with self._lock:
            triggers = [d for d in list(self._dispatchers.values()) if isinstance(d, trigger)]
            if triggers and not self._has_ended:
                triggers[0].pull_trigger(act)

    def _leave(self) -> None:
        self._left |= self._dispatchers
        self._dispatchers.clear()

    def _stop_listening(self) -> None:
        for dispatcher in list(self._dispatchers.values()):
            if isinstance(dispatcher, BaseWSGIServer):
                wasyncore.dispatcher.close(dispatcher)


def build_server(
    app: Any,
    host: str,
    port: int,
    threads: int,
    door: QuickDoor | None = None,
    sock: socket.socket | None = None,
) -> WebServer:
    """A waitress server over the WSGI application `app`, bound and not yet serving.

    door: takes what it can before `app` is asked. port 0 takes a free one. sock: bound already;
    host and port are not looked at. An idle connection and a half-sent request are closed after
    about half a minute. Raises OSError if the address is taken.
    """
    address: dict[str, Any] = {"host": host, "port": port} if sock is None else {"sockets": [sock]}
    dispatchers: dict[int, Any] = {}
    lane = QuickLane(door) if door is not None else None
    tasks = Dispatcher(lane)
    try:
        create_server(
            app,
            map=dispatchers,
            _dispatcher=tasks,
            **address,
            ident="",
            max_request_body_size=BODY_LIMIT,
            max_request_header_size=HEADER_LIMIT,
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=5,
            connection_limit=_connection_limit(),
            log_socket_errors=False,
        )
    except OSError:
        wasyncore.close_all(dispatchers)
        raise
    except ValueError as err:
        # Its name for a host that does not exist.
        raise OSError(errno.EADDRNOTAVAIL, "no such host") from err
    tasks.set_thread_count(threads)
    listening = [d for d in dispatchers.values() if isinstance(d, BaseWSGIServer)]
    for dispatcher in listening:
        dispatcher.channel_class = LingeringChannel
    return WebServer(dispatchers, tasks, listening[0].effective_port, lane)


def _connection_limit() -> int:
    """As many as wanted, or as the system lets this process have files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return CONNECTIONS if soft == resource.RLIM_INFINITY else min(CONNECTIONS, soft - OTHER_FILES)
