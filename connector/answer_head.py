"""An HTTP answer whose head is there in time, or not at all.

A time to read bounds each read: a server that sends one byte of a header every ten seconds would
hold its caller for days, and whoever waits behind him.
"""

import socket
from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from time import monotonic
from typing import Any


class _Bounded(RawIOBase):
    """What a socket sends. until: by when the next bytes must be there; None: the socket's own
    patience, which begins anew with each of them."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._raw = sock.makefile("rb", buffering=0)
        self.until: float | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.until is not None:
            left = self.until - monotonic()
            if left <= 0:
                raise TimeoutError("the head of the answer comes by the drop")
            self._socket.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class WholeHead(HTTPResponse):
    """Its head within the socket's patience from when it is waited for; its body as ever: whoever
    reads that bounds it (connector.outgoing.read_body). Raises TimeoutError."""

    def __init__(self, sock: socket.socket, *arguments: Any, **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        self._patience = sock.gettimeout()
        self._socket = sock
        self._bounded = _Bounded(sock)
        self.fp.close()
        self.fp = BufferedReader(self._bounded)

    def begin(self) -> None:
        if self._patience is not None:
            self._bounded.until = monotonic() + self._patience
        super().begin()
        self._bounded.until = None
        self._socket.settimeout(self._patience)
