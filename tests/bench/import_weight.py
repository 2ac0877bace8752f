"""What a process at rest consists of: resident memory added by each package, imported in turn.

Run as a program it prints the MiB by name as JSON; `shares` has it run so. What two packages both
need stands with the first of them.
"""

import importlib
import json
import subprocess
import sys
from pathlib import Path

PARTS = (
    "connector.log",
    "sqlalchemy.orm",
    "psycopg",
    "flask",
    "flask_smorest",
    "marshmallow",
    "cryptography.fernet",
    "celery.app.base",
    "kombu.connection",
    "waitress",
    "connector.cli.serving",
    "connector.web.app",
)


def shares(root: Path) -> dict[str, float]:
    """Parts of the whole, largest first."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.import_weight"],
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout)
    total = sum(found.values())
    ordered = sorted(found.items(), key=lambda one: -one[1])
    return {f"{name}, {mib:.0f} MiB": mib / total for name, mib in ordered}


def main() -> None:
    found = {"the interpreter": _resident_mib()}
    for name in PARTS:
        before = _resident_mib()
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            # Not every installation and not every version has each of them.
            continue
        found[name.partition(".")[0] if not name.startswith("connector") else name] = (
            _resident_mib() - before
        )
    print(json.dumps(found))


def _resident_mib() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (one for one in status.splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
