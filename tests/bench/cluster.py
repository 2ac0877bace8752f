"""A PostgreSQL of the bench's own: the newest that is installed, else the wheel's, settings told.

Unlike the tests' it keeps what a server in use keeps: fsync and synchronous_commit are on.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

from tests.services import postgres
from tests.services.missing import ServiceMissing
from tests.services.ports import free_port

SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "max_connections": "200",
    # The instant of each commit: when a share became visible is read from it.
    "track_commit_timestamp": "on",
}
SHOWN = ("fsync", "synchronous_commit", "shared_buffers", "max_wal_size", "checkpoint_timeout")
DEBIAN = Path("/usr/lib/postgresql")
START_SECONDS = 120


@dataclass(frozen=True)
class Cluster:
    """url: its maintenance database, as SQLAlchemy addresses; pid: the first process; programs:
    the folder that holds pgbench."""

    url: URL
    pid: int
    programs: Path

    def address(self, database: str) -> str:
        """As libpq and the connector take it."""
        url = self.url.set(drivername="postgresql", database=database)
        return url.render_as_string(hide_password=False)

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.address(database), autocommit=True)

    def described(self) -> str:
        with self.connect() as connection:
            (version,) = connection.execute("SHOW server_version").fetchone() or ("?",)
            shown = [
                f"{name}={connection.execute(f'SHOW {name}').fetchone()[0]}"  # type: ignore[index]
                for name in SHOWN
            ]
        return f"{version}, started by the bench ({', '.join(shown)}; else defaults)"


def attached(description: str) -> Cluster:
    """The cluster that another process started: what `handed_on` gave."""
    url, pid, programs = description.split("|")
    return Cluster(make_url(url), int(pid), Path(programs))


def handed_on(cluster: Cluster) -> str:
    return f"{cluster.url.render_as_string(hide_password=False)}|{cluster.pid}|{cluster.programs}"


@contextmanager
def own_cluster(base: Path | None = None) -> Iterator[Cluster]:
    """Started in a temporary folder, stopped and removed afterwards. Raises ServiceMissing."""
    folder = Path(tempfile.mkdtemp(prefix="connector-bench-pg-", dir=base))
    try:
        programs, user = _programs(folder)
        if user is not None:
            shutil.chown(folder, user)
        folder.chmod(0o755)
        yield from _run(folder, programs, user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, programs: Path, user: str | None) -> Iterator[Cluster]:
    data, port = folder / "data", free_port()

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(programs / program), *arguments],
            cwd=folder, user=user, env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            timeout=START_SECONDS, check=False,
        )  # fmt: skip
        if done.returncode:
            raise ServiceMissing(f"{program}: {done.stderr.decode(errors='replace').strip()}")

    run("initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
        "--no-locale")  # fmt: skip
    chosen = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    options = f"-h 127.0.0.1 -p {port} -k {folder} {chosen}"
    run("pg_ctl", "-D", str(data), "-w", "-t", str(START_SECONDS), "-o", options, "-l",
        str(folder / "log"), "start")  # fmt: skip
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        yield Cluster(
            URL.create("postgresql", "postgres", None, "127.0.0.1", port, "postgres"), pid, programs
        )
    finally:
        run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")


def _programs(folder: Path) -> tuple[Path, str | None]:
    """Where initdb, pg_ctl and pgbench are, and the user they can run as (None: ourselves)."""
    found = [
        path.parent for path in DEBIAN.glob("*/bin/pgbench") if (path.parent / "initdb").exists()
    ]
    if not found:
        install, user = postgres._binaries(folder)
        return install / "bin", user
    newest = max(found, key=lambda path: int(path.parent.name))
    is_root = os.geteuid() == 0
    return newest, pwd.getpwnam("nobody").pw_name if is_root else None
