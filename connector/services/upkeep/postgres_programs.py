"""PostgreSQL's own programs (pg_dump, pg_restore, psql), found on the PATH and told where to work.

Address and password go into the environment of the program, which only its user can read: a command
line is read by everybody on the machine.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import IO

from sqlalchemy import text

from connector.db import APPLICATION, Database
from connector.services.upkeep.backups import BackupRefused


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs for one database. environment: holds the password; never to be logged."""

    folder_of: dict[str, str]
    environment: dict[str, str]

    def command(self, program: str, *arguments: str) -> list[str]:
        return [self.folder_of[program], *arguments]

    def run(self, program: str, *arguments: str) -> str:
        """What it prints. Raises BackupRefused with its own words where it fails."""
        done = subprocess.run(
            self.command(program, *arguments),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise BackupRefused(f"{program}: {last_line(done.stderr)}")
        return done.stdout.decode(errors="replace")

    def start(
        self, program: str, *arguments: str, stdin: int, stdout: int, stderr: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command(program, *arguments),
            env=self.environment,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
        )


def programs_for(db: Database, *names: str) -> Programs:
    """Raises BackupRefused where one is missing, or older than the server it should read."""
    with db.reading() as session:
        server = int(session.scalar(text("SHOW server_version_num")) or 0) // 10000
    found: dict[str, str] = {}
    for name in names:
        path = shutil.which(name)
        if path is None:
            raise BackupRefused(
                f"Не найдена программа {name}. Установите клиент PostgreSQL {server}: "
                f"apt install postgresql-client-{server}"
            )
        told = subprocess.run(
            [path, "--version"], env=_plain(), capture_output=True, check=False
        ).stdout.decode(errors="replace")
        version = re.search(r"\d+", told)
        if version is None or int(version[0]) < server:
            raise BackupRefused(
                f"Программа {path} ({told.strip() or 'не запускается'}) старше сервера "
                f"PostgreSQL {server}. Установите: apt install postgresql-client-{server}"
            )
        found[name] = path
    return Programs(found, {**_plain(), **_address(db)})


def last_line(stderr: bytes) -> str:
    lines = stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "не сказано, почему"


def _plain() -> dict[str, str]:
    # The programs of some systems are scripts that look for the right version on the PATH.
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}


def _address(db: Database) -> dict[str, str]:
    """The engine's address under the names that libpq reads from the environment."""
    # An installation on SQLite has no driver.
    from psycopg.pq import Conninfo

    names = {
        option.keyword.decode(): option.envvar.decode()
        for option in Conninfo.get_defaults()
        if option.envvar
    }
    _, given = db.engine.dialect.create_connect_args(db.engine.url)
    address = {names[key]: str(value) for key, value in given.items() if key in names}
    return {**address, "PGAPPNAME": f"{APPLICATION}-backup", "PGCLIENTENCODING": "UTF8"}
