"""A process with everything it started: found, killed and frozen together."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path


def descendants(pid: int) -> list[int]:
    """Children and their children, those nearest first; empty for a process that is gone."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *descendants(int(child))]
    return found


def kill_tree(pid: int) -> None:
    """As power would: nobody of them says farewell. Returns when they are gone."""
    # Stopped first, so that none is born while they die.
    freeze_tree(pid)
    all_of_them = [pid, *descendants(pid)]
    for one in all_of_them:
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    while any(_is_alive(one) for one in all_of_them):
        time.sleep(0.01)


def freeze_tree(pid: int) -> None:
    _tell_all(pid, signal.SIGSTOP)


def thaw_tree(pid: int) -> None:
    _tell_all(pid, signal.SIGCONT)


def _tell_all(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
    for one in descendants(pid):
        with suppress(ProcessLookupError):
            os.kill(one, number)


def _is_alive(pid: int) -> bool:
    """A zombie is dead: whoever started it need not have asked yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state != "Z"
