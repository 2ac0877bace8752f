"""A load generator that costs little: ready requests, raw sockets, one process, epoll.

Either as fast as the answers come (closed: each connection has one request under way), or at a
given rate (open: a request is due when it is due, whether or not the server keeps up; its latency
counts from then).
"""

import select
import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.bench.figures import percentile

ACCEPTED = b'"accepted":'
SILENCE_S = 20.0


@dataclass
class Outcome:
    """latencies: seconds, of answers 200 only. refused: answers by status, and cut connections.

    own_share: of one core, what the generator itself took.
    """

    seconds: float = 0.0
    accepted: int = 0
    latencies: list[float] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    own_share: float = 0.0
    has_run_dry: bool = False

    @property
    def rate(self) -> float:
        return self.accepted / self.seconds

    @property
    def errors(self) -> int:
        return sum(self.refused.values())

    def latency_ms(self, percent: float) -> float:
        return percentile(self.latencies, percent) * 1000 if self.latencies else float("inf")

    def refuse(self, why: str) -> None:
        self.refused[why] = self.refused.get(why, 0) + 1


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.since = 0.0

    def send(self, request: bytes, since: float) -> None:
        self.since = since
        self.received = b""
        self.socket.sendall(request)

    def answer(self) -> tuple[bytes, bytes] | None:
        """Status line and body once they are whole. Raises ConnectionError when cut."""
        more = self.socket.recv(65536)
        if not more:
            raise ConnectionError("closed by the server")
        self.received += more
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not end:
            return None
        lowered = head.lower()
        at = lowered.find(b"content-length:")
        if at < 0:
            raise ConnectionError("an answer without a length")
        length = int(lowered[at + 15 :].split(b"\r\n", 1)[0])
        if len(body) < length:
            return None
        return head.split(b"\r\n", 1)[0], body


class Generator:
    """connections: kept alive between runs, opened at the first."""

    def __init__(self, port: int, connections: int = 16) -> None:
        self._port = port
        self._connections = [_Connection(port) for _ in range(connections)]
        self._epoll = select.epoll()
        self._by_number: dict[int, _Connection] = {}
        for one in self._connections:
            self._watch(one)

    def _watch(self, one: _Connection) -> None:
        self._by_number[one.socket.fileno()] = one
        self._epoll.register(one.socket.fileno(), select.EPOLLIN)

    def close(self) -> None:
        for one in self._connections:
            one.socket.close()
        self._epoll.close()

    def run(self, requests: Sequence[bytes], seconds: float, rate: float | None = None) -> Outcome:
        """Sends until the time or the requests are over, then waits for what is under way."""
        outcome = Outcome()
        self._renew_ended()
        waiting = iter(requests)
        idle = deque(self._connections)
        busy: set[_Connection] = set()
        due = 0
        burnt, begun = time.process_time(), time.perf_counter()
        ends, heard = begun + seconds, begun
        while True:
            now = time.perf_counter()
            while idle and now < ends and (rate is None or begun + due / rate <= now):
                request = next(waiting, None)
                if request is None:
                    outcome.has_run_dry = True
                    ends = now
                    break
                one = idle.popleft()
                self._send(one, request, now if rate is None else begun + due / rate, outcome)
                busy.add(one)
                due += 1
            if not busy and now >= ends:
                break
            for number, _ in self._epoll.poll(self._patience(begun, due, rate, now)):
                heard = self._take(self._by_number[number], outcome, idle, busy)
            if time.perf_counter() - heard > SILENCE_S:
                raise TimeoutError(f"{len(busy)} requests without an answer")
        outcome.seconds = time.perf_counter() - begun
        outcome.own_share = (time.process_time() - burnt) / outcome.seconds
        return outcome

    def _renew_ended(self) -> None:
        """A server ends connections that were idle between two runs; no request is lost by it."""
        while ready := self._epoll.poll(0):
            for number, _ in ready:
                self._renew(self._by_number[number])

    def _patience(self, begun: float, due: int, rate: float | None, now: float) -> float:
        """Seconds to wait for an answer before something else has to be done."""
        if rate is None:
            return 0.5
        return min(max(begun + due / rate - now, 0.0), 0.5)

    def _send(self, one: _Connection, request: bytes, since: float, outcome: Outcome) -> None:
        try:
            one.send(request, since)
        except OSError:
            # A server may end a connection that was kept alive; a sender then opens another.
            self._renew(one)
            one.send(request, since)

    def _take(
        self, one: _Connection, outcome: Outcome, idle: deque[_Connection], busy: set[_Connection]
    ) -> float:
        now = time.perf_counter()
        try:
            answer = one.answer()
        except OSError:
            self._renew(one)
            if one in busy:
                outcome.refuse("cut")
                self._free(one, idle, busy)
            return now
        if answer is None:
            return now
        status, body = answer
        if b" 200 " in status and ACCEPTED + b"0" not in body and ACCEPTED in body:
            outcome.accepted += 1
            outcome.latencies.append(time.perf_counter() - one.since)
        else:
            outcome.refuse(status.decode("latin-1").split()[1])
        self._free(one, idle, busy)
        return now

    def _free(self, one: _Connection, idle: deque[_Connection], busy: set[_Connection]) -> None:
        busy.discard(one)
        idle.append(one)

    def _renew(self, one: _Connection) -> None:
        del self._by_number[one.socket.fileno()]
        one.socket.close()
        fresh = _Connection(self._port)
        one.socket, one.received = fresh.socket, b""
        self._watch(one)


@contextmanager
def generator(port: int, connections: int = 16) -> Iterator[Generator]:
    made = Generator(port, connections)
    try:
        yield made
    finally:
        made.close()
