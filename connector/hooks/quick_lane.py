"""Requests that waitress's own thread takes and answers, while the threads serve everything else.

Everything about a channel happens in the server's thread here, so nothing is locked. Only the
answers come from other threads; they are laid down, and the server is woken.
"""

import time
from collections import deque
from collections.abc import Callable
from threading import get_ident
from typing import Any

from waitress.task import ThreadedTaskDispatcher, WSGITask

from connector.hooks.answers import Answer
from connector.hooks.quick_door import BODY_LIMIT, QuickDoor

GIVE_UP_EVERY_S = 1.0
STOP_S = 5.0


class QuickLane:
    """Between waitress and the door. wake: makes the server call `serve` soon, from any thread."""

    def __init__(self, door: QuickDoor) -> None:
        self._door = door
        self._answers: deque[tuple[Any, Any, Answer]] = deque()
        self._taken = 0
        self._thread = 0
        self._is_closing = False
        self._looked_at = 0.0

    def open(self, wake: Callable[[], None]) -> None:
        """From now on the calling thread takes requests."""
        self._thread = get_ident()
        self._door.receiver.after_group(wake)

    def takes(self, channel: Any) -> bool:
        """Whether the channel's first request will be answered here."""
        if self._is_closing or get_ident() != self._thread:
            return False
        request = channel.requests[0]
        if request.error or request.unread_body or not 0 < request.content_length <= BODY_LIMIT:
            return False
        if not self._door.take(
            request.command,
            request.path,
            request.headers,
            request.body_rcv.getbuf().get(),
            lambda answer: self._answers.append((channel, request, answer)),
        ):
            return False
        self._taken += 1
        return True

    def serve(self) -> None:
        """Sends what is answered by now, and sees to it that nobody waits for ever."""
        while self._answers:
            channel, request, answer = self._answers.popleft()
            self._taken -= 1
            # Of a connection that broke meanwhile nothing is left to answer.
            if channel.requests and channel.requests[0] is request:
                channel.answer_at_once(answer)
        if time.monotonic() - self._looked_at > GIVE_UP_EVERY_S:
            self._looked_at = time.monotonic()
            self._door.receiver.give_up()

    def close(self) -> None:
        """Takes nothing more and waits (five seconds at most) until what was taken is answered."""
        self._is_closing = True
        ends_at = time.monotonic() + STOP_S
        while self._taken and time.monotonic() < ends_at:
            time.sleep(0.01)


class Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    """Hands a request to the quick lane if that takes it, else to a thread."""

    def __init__(self, lane: QuickLane | None) -> None:
        super().__init__()
        self._lane = lane

    def add_task(self, task: Any) -> None:
        if self._lane is None or not self._lane.takes(task):
            super().add_task(task)


class AnswerTask(WSGITask):  # type: ignore[misc]
    """Sends the answer that a request has already, or asks the application for one."""

    def execute(self) -> None:
        answer: Answer | None = self.request.answer
        if answer is None:
            super().execute()
            return
        self.status = f"{answer.status.value} {answer.status.phrase}"
        self.response_headers = [("Content-Type", answer.media_type), *answer.headers]
        self.content_length = len(answer.body)
        head = self.build_response_header()
        self.complete = self.wrote_header = True
        # In one piece: waitress would send head and body apart.
        self.channel.write_soon(head + answer.body)
