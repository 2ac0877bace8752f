"""Frames on a pipe: four bytes of length, then so many bytes."""

import os
import select
import time
from collections.abc import Callable

_HEAD = 4


class BrokenPipe(Exception):
    """The other side is gone, or what it sends is no frame."""


class TooLate(Exception):
    """The deadline passed before a whole frame had gone through."""


def framed(payload: bytes) -> bytes:
    return len(payload).to_bytes(_HEAD, "big") + payload


def read_frame(pipe: int) -> bytes | None:
    """Waits for a frame as long as it takes; None where the other side has gone."""
    head = _exactly(pipe, _HEAD)
    return _exactly(pipe, int.from_bytes(head, "big")) if head else None


def _exactly(pipe: int, size: int) -> bytes | None:
    parts = []
    while size:
        part = os.read(pipe, min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def write_all(pipe: int, payload: bytes) -> None:
    """Writes as long as it takes."""
    view = memoryview(payload)
    while view:
        view = view[os.write(pipe, view) :]


class TimedPipes:
    """Both ends as the parent holds them: nothing waits longer than until a deadline.

    Deadlines are instants of time.monotonic. most: bytes of the longest frame that is taken.
    """

    def __init__(self, answers: int, requests: int, most: int) -> None:
        self._answers = answers
        self._requests = requests
        self._most = most
        self._held = bytearray()
        os.set_blocking(answers, False)
        os.set_blocking(requests, False)

    def send(self, payload: bytes, deadline: float) -> None:
        """Raises BrokenPipe, TooLate."""
        view = memoryview(framed(payload))

        def write() -> bool:
            nonlocal view
            view = view[os.write(self._requests, view) :]
            return not view

        self._until(write, self._requests, select.POLLOUT, deadline)

    def receive(self, deadline: float) -> bytes:
        """Raises BrokenPipe, TooLate."""
        while (frame := self._taken()) is None:
            self._until(self._read, self._answers, select.POLLIN, deadline)
        return frame

    def _taken(self) -> bytes | None:
        if len(self._held) < _HEAD:
            return None
        size = int.from_bytes(self._held[:_HEAD], "big")
        if size > self._most:
            raise BrokenPipe("frame")
        if len(self._held) < _HEAD + size:
            return None
        frame = bytes(self._held[_HEAD : _HEAD + size])
        del self._held[: _HEAD + size]
        return frame

    def _read(self) -> bool:
        part = os.read(self._answers, 1 << 16)
        if not part:
            raise BrokenPipe("end")
        self._held += part
        return True

    def _until(self, step: Callable[[], bool], pipe: int, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(pipe, event)
        while True:
            try:
                if step():
                    return
            except BlockingIOError:
                pass
            except OSError as err:
                raise BrokenPipe("pipe") from err
            # Tried before the clock is asked: a parent that was stopped meanwhile blames nobody
            # whose answer has long been there.
            left = deadline - time.monotonic()
            if left <= 0:
                raise TooLate
            poll.poll(left * 1000)
