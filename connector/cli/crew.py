"""Several processes of one web server on one address, where one processor is not enough.

Each has a socket of its own on the same port (SO_REUSEPORT), and the kernel deals the connections
out. The sockets belong to the parent: when a process dies, what was dealt to it waits there for its
successor, and nobody is refused. The parent does nothing else, and forks before it has connected to
anything or started a thread. When it is killed itself, the others end too, as if told to stop.
"""

import errno
import gc
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from threading import Thread

log = logging.getLogger(__name__)

BACKLOG = 1024
EARLY_S = 5.0
MOST_EARLY_ENDS = 3
"""So many processes in a row that end within EARLY_S of their start, and nothing will help."""

Serve = Callable[[socket.socket], int]


def listening(host: str, port: int, count: int) -> list[socket.socket]:
    """As many sockets on one address; port 0 takes a free one for all. Raises OSError."""
    with ExitStack() as opened:
        found: list[socket.socket] = []
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        if count > 1 and port:
            # With SO_REUSEPORT two servers would share an address without a word.
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        for _ in range(count):
            one = opened.enter_context(socket.socket(family))
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            one.bind(address)
            address = one.getsockname()
            found.append(one)
        for one in found:
            one.listen(BACKLOG)
        opened.pop_all()
        return found


class Crew:
    """Keeps one process a socket; `run` returns when told to stop, or when it makes no sense."""

    def __init__(self, sockets: Sequence[socket.socket], serve: Serve) -> None:
        self._sockets = sockets
        self._serve = serve
        self._at_work: dict[int, tuple[int, float]] = {}
        """By process id: which socket it has, and since when."""
        self._early_ends = 0
        self._told = False
        self._alive = os.pipe()
        """Only the parent holds the end that is written to: whoever reads learns of its death."""

    def run(self) -> int:
        """The exit code: 0 when told to stop, 1 where processes do not stay up."""
        former = {n: signal.signal(n, self._hear) for n in (signal.SIGTERM, signal.SIGINT)}
        # What is there already is shared by all for as long as nobody writes to it.
        gc.freeze()
        try:
            for place in range(len(self._sockets)):
                self._begin(place)
            while self._at_work and not self._told and self._early_ends < MOST_EARLY_ENDS:
                self._replace()
            self._end()
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)
        return 0 if self._told else 1

    def _hear(self, number: int, frame: object) -> None:
        self._told = True
        for pid in list(self._at_work):
            _tell(pid, signal.SIGTERM)

    def _begin(self, place: int) -> None:
        pid = os.fork()
        if pid:
            self._at_work[pid] = place, time.monotonic()
            if self._told:
                # The signal came in between, and did not know of this one yet.
                _tell(pid, signal.SIGTERM)
            return
        code = 1
        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            reading, writing = self._alive
            os.close(writing)
            Thread(target=_end_with_parent, args=(reading,), name="parent", daemon=True).start()
            code = self._serve(self._sockets[place])
        finally:
            # Whatever the parent has on its stack is not this process's to unwind.
            os._exit(code)

    def _replace(self) -> None:
        pid, status = os.waitpid(-1, 0)
        place, since = self._at_work.pop(pid)
        if self._told:
            return
        is_early = time.monotonic() - since < EARLY_S
        self._early_ends = self._early_ends + 1 if is_early else 0
        log.error("web.process_ended code=%d", os.waitstatus_to_exitcode(status))
        if self._early_ends < MOST_EARLY_ENDS:
            self._begin(place)

    def _end(self) -> None:
        for pid in list(self._at_work):
            _tell(pid, signal.SIGTERM)
        while self._at_work:
            pid, _ = os.waitpid(-1, 0)
            self._at_work.pop(pid, None)


def _end_with_parent(reading: int) -> None:
    """Returns from reading when the parent is gone, however it went."""
    os.read(reading, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _tell(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except OSError as err:
        if err.errno != errno.ESRCH:
            raise
