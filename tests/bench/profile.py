"""Where the time of a running process goes, seen from outside: py-spy samples its stacks."""

import cProfile
import pstats
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SAMPLER = Path(sys.executable).with_name("py-spy")
FRAME = re.compile(r"^(?P<function>.*) \((?P<file>[^()]*?)(?::\d+)?\)$")

GROUPS = (
    ("waiting for the database", r"psycopg|psycopg_binary|sqlite3"),
    ("SQLAlchemy", r"sqlalchemy/"),
    ("marshmallow", r"marshmallow/"),
    ("signatures", r"connector/hooks/signatures"),
    ("reading JSON", r"connector/dialects/strict_json|json/(decoder|scanner|__init__)"),
    ("dialects", r"connector/dialects/"),
    ("hooks", r"connector/hooks/"),
    ("rules", r"connector/(rulebook|domain/words|domain/cases|domain/facts)"),
    ("folding evidence", r"connector/domain/"),
    ("services", r"connector/services/"),
    ("runtime", r"connector/(runtime|db|tasks)"),
    ("logging", r"structlog/|logging/|connector/log"),
    ("Flask and Werkzeug", r"flask|werkzeug|jinja2|wtforms"),
    ("web server", r"waitress/|gunicorn/|granian|connector/hooks/waitress_server|socketserver"),
    ("Celery and kombu", r"celery/|kombu/|amqp/|billiard/|vine/"),
    ("pages", r"connector/web/"),
)


class Sampling:
    """shares: of the samples in which the process held a thread busy, by group; empty where the
    system does not let one look into another process."""

    def __init__(self) -> None:
        self.shares: dict[str, float] = {}
        self.told = ""


@contextmanager
def sampled(pid: int, seconds: float, subprocesses: bool = False) -> Iterator[Sampling]:
    """Samples the process while the block runs; at most so long."""
    found = Sampling()
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as folder:
        path = Path(folder) / "stacks"
        command = [
            str(SAMPLER), "record", "--pid", str(pid), "--format", "raw", "--output", str(path),
            "--duration", str(max(int(seconds), 1)), "--rate", "100", "--nonblocking",
            *(["--subprocesses"] if subprocesses else []),
        ]  # fmt: skip
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )  # fmt: skip
        except OSError as err:
            found.told = f"py-spy: {err}"
            yield found
            return
        try:
            yield found
            _, said = process.communicate(timeout=seconds + 30)
        # Whatever the block raised, the sampler must not outlive it.
        except BaseException:
            process.kill()
            process.communicate()
            raise
        if path.exists():
            found.shares = shares(path.read_text(encoding="utf-8", errors="replace"))
        else:
            found.told = f"py-spy: {said.decode(errors='replace').strip()[-200:]}"


@contextmanager
def profiled() -> Iterator[Sampling]:
    """The same of this process and thread, from cProfile: own time of functions by group. What is
    written in C counts for the group of its callers."""
    found = Sampling()
    profiler = cProfile.Profile()
    profiler.enable()
    try:
        yield found
    finally:
        profiler.disable()
    found.shares = own_times(pstats.Stats(profiler))


def own_times(stats: pstats.Stats) -> dict[str, float]:
    """Shares by group, largest first."""
    times: Counter[str] = Counter()
    # Not in the stubs, and stable since Python 2: (file, line, function) -> calls and callers.
    table: dict[Any, Any] = stats.stats  # type: ignore[attr-defined]
    for (file, _, _), (_, _, own, _, callers) in table.items():
        if file != "~" or not callers:
            times[_group([file])] += own
            continue
        for (caller, _, _), (_, _, part, _) in callers.items():
            times[_group([caller])] += part
    total = sum(times.values())
    return {name: own / total for name, own in times.most_common()} if total else {}


def shares(stacks: str) -> dict[str, float]:
    """Samples by the innermost frame that belongs to a group, largest first."""
    counts: Counter[str] = Counter()
    for line in stacks.splitlines():
        stack, _, number = line.rpartition(" ")
        if number.isdigit():
            counts[_group(stack.split(";"))] += int(number)
    total = counts.total()
    return {name: count / total for name, count in counts.most_common()} if total else {}


def _group(stack: list[str]) -> str:
    for frame in reversed(stack):
        matched = FRAME.match(frame)
        file = matched["file"] if matched else frame
        for name, pattern in GROUPS:
            if re.search(pattern, file):
                return name
    return "other"
