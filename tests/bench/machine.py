"""The machine and the versions that figures were measured on, described by itself."""

import os
import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("celery", "kombu", "sqlalchemy", "psycopg", "flask", "waitress", "marshmallow")


def described(postgres: str, broker: str) -> dict[str, str]:
    """What stands above the table, in order. postgres, broker: as their servers say."""
    system = platform.uname()
    return {
        "Processor": f"{_processor()}, {os.cpu_count()} cores",
        "Memory": f"{_memory_gib():.0f} GiB",
        "Kernel": f"{system.system} {system.release}",
        "Python": platform.python_version(),
        "PostgreSQL": postgres,
        "RabbitMQ": broker,
        "Packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def rabbitmq_version() -> str:
    """As its programs say; the protocol of a foreign broker does not tell it cheaply."""
    found = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*"))
    if found:
        return found[-1].name.rpartition("-")[2]
    return "unknown version"


def revision(root: Path) -> str:
    """The commit, marked where files were changed after it."""
    if shutil.which("git") is None:
        return "unknown"
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude", "*"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return said.stdout.strip() or "unknown"
