"""Who is still running."""

import time
from collections.abc import Callable
from pathlib import Path


def is_alive(process: int) -> bool:
    """Whether there is such a process, one that has ended and is not yet waited for excepted."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def until(happened: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)
