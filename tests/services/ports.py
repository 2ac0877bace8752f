"""Loopback ports: which are free, and whether anything answers on one."""

import socket
import time
from collections.abc import Callable


def free_port() -> int:
    """Return a port nobody listens on now; somebody may a moment later."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(host: str, port: int, timeout: float = 1.0) -> bool:
    try:
        socket.create_connection((host, port), timeout=timeout).close()
    except OSError:
        return False
    return True


def wait_until(ready: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again; False when the time is over and it still is not ready."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        time.sleep(0.1)
    return ready()
