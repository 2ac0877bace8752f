"""A parent that is killed leaves no child behind, whatever that one is doing."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.guards.tree import ROOT
from tests.integration.isolation.plugin_package import notices, write_package
from tests.integration.isolation.process_table import is_alive, until

PARENT = """
import sys, time
sys.path[:0] = sys.argv[1:3]
from datetime import date
from connector.domain.owed import Circle
from connector.isolation.confined import Confined
from connector.isolation.limits import Limits
from tests.integration.isolation.plugin_package import person

asker = Confined("hostile", "connector_orphan", Limits(case_s=4))
pairs = [(person(n), Circle()) for n in sys.argv[3]]
(first, *_) = asker.ask(pairs[:1], date(2026, 5, 1), ["connector_notices"])
print(first.owed[0].params["me"], flush=True)
asker.ask(pairs[1:], date(2026, 5, 1), ["connector_notices"]) if pairs[1:] else time.sleep(600)
"""
BODY = """
if case.code == "2":
    {deed}
return [owed(case, day, me=os.getpid())]
"""


@contextmanager
def parent(folder: Path, people: str, deed: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process of ours that asks a plugin about these people, and the number of its child."""
    write_package(folder, "connector_orphan", notices(BODY.format(deed=deed)))
    command = [sys.executable, "-c", PARENT, str(folder), str(ROOT), people]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("people", "deed"),
    [
        pytest.param("1", "pass", id="idle"),
        pytest.param("12", "while True: pass", id="busy"),
        # It holds the interpreter's lock, so no thread of the child would ever notice anything.
        pytest.param("12", "re.match('(a+)+$', 'a' * 60 + 'b')", id="deaf"),
    ],
)
def test_no_child_outlives_a_killed_parent(tmp_path: Path, people: str, deed: str) -> None:
    with parent(tmp_path, people, deed) as (process, child):
        assert is_alive(child)
        process.kill()
        process.wait()
        until(lambda: not is_alive(child))
