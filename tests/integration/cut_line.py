"""A line to a server that a test can cut, mend, and make a black hole of."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Line:
    """Forwards TCP from a port of its own.

    cut: whatever is open is closed, and nobody answers. held: it still accepts, and forwards
    nothing in either direction; whoever waits without a limit waits for ever.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._open: list[socket.socket] = []
        self._server: socket.socket | None = None
        self._flows = threading.Event()
        self._flows.set()
        self.port = 0

    def hold(self) -> None:
        self._flows.clear()

    def release(self) -> None:
        """What was held back arrives, late."""
        self._flows.set()

    def mend(self) -> None:
        self._server = socket.create_server(("127.0.0.1", self.port))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._server,), daemon=True).start()

    def cut(self) -> None:
        if self._server is not None:
            # Closing alone does not wake the thread that is accepting.
            self._server.shutdown(socket.SHUT_RDWR)
            self._server.close()
            self._server = None
        for end in self._open:
            _end(end)
        # Whoever still holds something back finds its line gone.
        self._flows.set()
        self._open.clear()

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                near, _ = server.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self._target)
            except OSError:
                # Nobody at the other end, for the moment.
                near.close()
                continue
            self._open += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._forward, args=(source, sink), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while chunk := source.recv(65536):
                self._flows.wait()
                sink.sendall(chunk)
        except OSError:
            pass
        finally:
            _end(sink)


def _end(end: socket.socket) -> None:
    """Closes both directions, so that a blocked reader wakes."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def line(host: str, port: int) -> Iterator[Line]:
    made = Line(host, port)
    made.mend()
    try:
        yield made
    finally:
        made.cut()
