"""`connector web --processes N`: one address, several processes, none of which is indispensable."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from connector.cli.crew import listening

_SERVING = """
import os, sys
from connector.cli.crew import Crew, listening
from connector.cli.serving import _serve, announce
from connector.hooks.waitress_server import build_server

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]

def serve(sock):
    _serve(build_server(app, "", 0, 2, sock=sock), None)
    return 0

sockets = listening("127.0.0.1", 0, 2)
announce("127.0.0.1", sockets[0].getsockname()[1])
sys.exit(Crew(sockets, serve).run())
"""

_DYING = """
import os, sys
from connector.cli.crew import Crew, listening
sys.exit(Crew(listening("127.0.0.1", 0, 2), lambda sock: 7).run())
"""


@contextmanager
def crew() -> Iterator[tuple["subprocess.Popen[str]", int]]:
    process = subprocess.Popen([sys.executable, "-c", _SERVING], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        found = re.search(r":(\d+)$", process.stderr.readline().strip())
        assert found
        yield process, int(found[1])
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def asked(port: int) -> int:
    """The id of the process that answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", "/")
        return int(connection.getresponse().read())
    finally:
        connection.close()


def several(port: int, wanted: int) -> set[int]:
    """Who answers, asked until so many different ones did."""
    found: set[int] = set()
    ends = time.monotonic() + 20
    while len(found) < wanted:
        assert time.monotonic() < ends, found
        found.add(asked(port))
    return found


def test_connections_are_dealt_out_and_a_killed_process_is_replaced() -> None:
    with crew() as (parent, port):
        first = several(port, 2)
        assert parent.pid not in first
        victim = min(first)
        os.kill(victim, signal.SIGKILL)
        # Nobody is refused meanwhile: what is dealt to the dead one waits for its successor.
        answered = [asked(port) for _ in range(40)]
        assert victim not in answered
        assert len(several(port, 2) - first) == 1


def test_told_to_stop_it_ends_with_all_of_its_processes() -> None:
    with crew() as (parent, port):
        workers = several(port, 2)
        parent.send_signal(signal.SIGTERM)
        assert parent.wait(20) == 0
        for pid in workers:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)


def test_nobody_outlives_a_parent_that_was_killed() -> None:
    with crew() as (parent, port):
        workers = several(port, 2)
        parent.kill()
        parent.wait(20)
        ends = time.monotonic() + 20
        while any(is_there(pid) for pid in workers):
            assert time.monotonic() < ends
            time.sleep(0.05)


def is_there(pid: int) -> bool:
    """Whether it runs: who ended and has no parent to say so to may be listed for a moment."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_processes_that_do_not_stay_up_are_not_started_for_ever() -> None:
    done = subprocess.run([sys.executable, "-c", _DYING], timeout=60, check=False)
    assert done.returncode == 1


def test_an_address_that_is_taken_is_not_shared() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            listening("127.0.0.1", port, 2)
    ours = listening("127.0.0.1", 0, 2)
    try:
        with pytest.raises(OSError, match="in use"):
            listening("127.0.0.1", ours[0].getsockname()[1], 2)
    finally:
        for one in ours:
            one.close()
