"""`make bench`: measures row after row, each in a process of its own, then writes the page.

    python -m tests.bench [--quick] [--only NAME,NAME] [--page]

What a row found is kept in .bench/results, so one that fails or is stopped loses nothing else, and
one that is measured again replaces only itself.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import capacity, machine, page
from tests.bench.cluster import attached, handed_on, own_cluster
from tests.bench.context import Context
from tests.guards.tree import ROOT

ROWS = (
    "accept-pg",
    "accept-nodered",
    "accept-flask",
    "fold-task",
    "fold-sql",
    "fold-million",
    "shares-read",
    "visible",
    "rejudge",
    "pages",
    "accept-sqlite",
    "memory",
    "diagnostic-day",
)
BY_ITSELF = ("soak",)
"""An hour: not measured with the others, only when it is named."""
RESULTS = ROOT / ".bench/results"
MOST_S = {"fold-million": 1500, "rejudge": 1200, "soak": 7200}
USUAL_MOST_S = 900


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.row:
        return _measure(arguments.row, arguments.cluster, arguments.quick)
    chosen = [name for name in arguments.only.split(",") if name] or list(ROWS)
    every = (*ROWS, *BY_ITSELF)
    unknown = sorted(set(chosen) - set(every))
    if unknown:
        print(f"no such row: {', '.join(unknown)}; there are: {', '.join(every)}", file=sys.stderr)
        return 2
    failed = [] if arguments.page else _measure_all(chosen, arguments.quick)
    page.write(ROOT / "docs", RESULTS, every)
    print("written: docs/performance.md", file=sys.stderr)
    if capacity.write(ROOT / "docs", RESULTS, os.cpu_count() or 1):
        print("written: docs/capacity.md", file=sys.stderr)
    if failed:
        print(f"not measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only see that it works")
    parser.add_argument("--only", default="", metavar="NAME,NAME", help=", ".join(ROWS))
    parser.add_argument("--page", action="store_true", help="write the page from what is there")
    parser.add_argument("--row", help=argparse.SUPPRESS)
    parser.add_argument("--cluster", help=argparse.SUPPRESS)
    return parser


def _measure_all(chosen: list[str], is_quick: bool) -> list[str]:
    """The names of those that failed."""
    failed = []
    with own_cluster() as cluster:
        described = machine.described(cluster.described(), machine.rabbitmq_version())
        RESULTS.mkdir(parents=True, exist_ok=True)
        text = json.dumps(described, ensure_ascii=False)
        (RESULTS / "machine").write_text(text, encoding="utf-8")
        for name in chosen:
            command = [sys.executable, "-m", "tests.bench", "--row", name]
            command += ["--cluster", handed_on(cluster), *(["--quick"] if is_quick else [])]
            print(f"{name} …", file=sys.stderr, flush=True)
            begun = time.monotonic()
            try:
                done = subprocess.run(
                    command, cwd=ROOT, check=False, timeout=MOST_S.get(name, USUAL_MOST_S)
                )
                is_measured = done.returncode == 0
            except subprocess.TimeoutExpired:
                is_measured = False
            told = "measured" if is_measured else "FAILED"
            print(f"{name} {told}, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
            if not is_measured:
                failed.append(name)
    return failed


def _measure(name: str, cluster: str, is_quick: bool) -> int:
    """One row, in this process."""
    module = importlib.import_module(f"tests.bench.rows.{name.replace('-', '_')}")
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as folder:
        context = Context(attached(cluster), Path(folder), is_quick)
        result = module.measure(context)
    result.is_quick = is_quick
    result.took_s = time.monotonic() - begun
    result.measured_at = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    result.revision = machine.revision(ROOT)
    result.save(RESULTS)
    for line in page.told(result):
        print(f"    {line}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    sys.exit(main())
