"""One child process and the pipes to it.

`subprocess`, not multiprocessing: a Celery prefork child is a daemon and may start none of that. No
preexec_fn: it runs between fork and exec, where another thread's lock may be held for ever; what a
child must be denied it denies itself before it imports a plugin (isolation.child).
"""

import json
import os
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Sequence
from contextlib import suppress

from connector.isolation.frames import BrokenPipe, TimedPipes, TooLate
from connector.isolation.limits import Limits


class Died(Exception):
    """The child is no more; says how it went, in words for its plugin's author."""


class ChildProcess:
    """Started on construction; what it was asked is answered frame by frame.

    It has no environment, no file of ours, a session of its own and nothing at its standard input.
    It ends when its pipe is closed, which happens by itself when this process goes, whatever way.
    """

    def __init__(self, plugin: str, limits: Limits, before: Sequence[str] = ()) -> None:
        """plugin: as an entry point names it. before: folders in which packages are looked for
        before those that are installed. Raises Died where no process can be started."""
        self.born = os.getpid()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-m", "connector.isolation.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={},
                close_fds=True,
                start_new_session=True,
            )
        except OSError as err:
            raise Died(f"процесс не запускается: {type(err).__name__}") from err
        # However it is forgotten, and at the end of this process.
        self._finish = weakref.finalize(self, _end, self._process, self.born)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._pipes = TimedPipes(
            self._process.stdout.fileno(), self._process.stdin.fileno(), limits.frame
        )
        hello = {"plugin": plugin, "paths": [*before, *sys.path], "limits": limits.as_body()}
        self.send(json.dumps(hello).encode(), time.monotonic() + limits.start_s)

    def send(self, payload: bytes, deadline: float) -> None:
        """Raises Died; the process is ended then."""
        try:
            self._pipes.send(payload, deadline)
        except (BrokenPipe, TooLate) as err:
            raise Died(self._ended(err)) from err

    def receive(self, deadline: float) -> bytes:
        """Raises Died; the process is ended then."""
        try:
            return self._pipes.receive(deadline)
        except (BrokenPipe, TooLate) as err:
            raise Died(self._ended(err)) from err

    def _ended(self, err: BrokenPipe | TooLate) -> str:
        if isinstance(err, TooLate):
            self.end()
            return "timeout: не ответил в срок, процесс остановлен"
        if str(err) == "frame":
            self.end()
            return "ответ длиннее дозволенного"
        # Its pipe is closed, so it is about to end; what it ended of tells more than our kill.
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(0.5)
        code = self._process.poll()
        self.end()
        if code is None:
            return "процесс закрыл канал"
        if code < 0:
            return f"процесс упал: {_signal(-code)}"
        return f"процесс закончился сам, код {code}"

    def end(self) -> None:
        """Ends it and whatever it has started. Idempotent."""
        self._finish()


def _end(process: subprocess.Popen[bytes], born: int) -> None:
    # Forked meanwhile: the child is the other process's, and only the pipes are ours too.
    is_ours = os.getpid() == born
    if is_ours and process.returncode is None:
        # It leads a group of its own, and is not yet waited for: the number is still its own.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    if is_ours:
        process.wait()


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
