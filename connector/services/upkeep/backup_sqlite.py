"""Backup and restore of an SQLite database, the copy made while the connector works.

`VACUUM INTO` reads one moment of the database and writes it page by page in order: what was deleted
for good does not come along. It reads every row on its way, so damage shows here and not on the day
the copy is needed.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL

from connector.db import BUSY_MS, Database
from connector.services.upkeep import schema
from connector.services.upkeep.backups import (
    Backup,
    BackupRefused,
    check_digest,
    check_revision,
    finish,
    holds_data,
    sync,
)

SUFFIX = ".sqlite3"
_SIDECARS = ("-wal", "-shm", "-journal")


def backup(url: URL, path: Path) -> Backup:
    """Writes a copy of the database to `path`, whole or not at all. Raises BackupRefused."""
    source = _file(url)
    if not source.is_file():
        raise BackupRefused(f"Базы данных {source} ещё нет: копировать нечего.")
    with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        part = Path(folder) / path.name
        try:
            with closing(_connect(source)) as connection:
                connection.execute("VACUUM INTO ?", (str(part),))
            revision = _checked(part)
        except sqlite3.Error as err:
            raise BackupRefused(f"Копия не получилась: {err}.") from err
        return finish(part, path, check_revision(revision))


def restore(url: URL, path: Path, replace: bool) -> str:
    """Puts the copy in the database's place; the revision the copy had.

    Everything happens in a file beside it, which then takes its place in one step. An older copy is
    upgraded there. Raises BackupRefused, and nothing has changed then.
    """
    target = _file(url)
    check_digest(path)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
        part = Path(folder) / target.name
        shutil.copyfile(path, part)
        try:
            revision = check_revision(_checked(part))
        except sqlite3.Error as err:
            raise BackupRefused(f"Копия {path.name} повреждена: {err}.") from err
        _upgrade(part)
        _own(part, target)
        with _closed_to_others(target, replace):
            sync(part)
            os.replace(part, target)
            sync(target.parent)
    return revision


@contextmanager
def _closed_to_others(target: Path, replace: bool) -> Iterator[None]:
    """Holds the file that is there until it is replaced, so that nothing is written into it yet.

    Nobody else may have it open: a process would go on writing into a file without a name. Only
    where nobody has, SQLite leaves the WAL mode, and takes the files beside it away.
    """
    if not target.exists():
        for suffix in _SIDECARS:
            # Of a file that is gone; SQLite would mix them into the new one.
            target.with_name(target.name + suffix).unlink(missing_ok=True)
        yield
        return
    if not replace and _holds_data(target):
        raise BackupRefused(
            f"В базе данных {target} уже есть данные. Если их надо заменить копией, "
            "добавьте --replace."
        )
    with closing(_connect(target, timeout=1)) as connection:
        try:
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
            if mode != "delete":
                raise BackupRefused(f"База данных {target} не отпускает свой журнал ({mode}).")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as err:
            if not _is_damaged(err):
                raise BackupRefused(
                    f"База данных {target} занята. Остановите connector и повторите."
                ) from err
            # What cannot be read is what a copy is brought back for.
        yield


def _holds_data(target: Path) -> bool:
    try:
        with closing(_connect(target)) as connection:
            connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.DatabaseError:
        # Damaged, perhaps all there is: not to be replaced unasked.
        return True
    db = Database(f"sqlite:///{target}")
    try:
        return holds_data(db)
    finally:
        db.close()


def _is_damaged(err: sqlite3.DatabaseError) -> bool:
    return err.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _upgrade(part: Path) -> None:
    db = Database(f"sqlite:///{part}")
    try:
        schema.upgrade(db)
    finally:
        db.close()
    with closing(_connect(part)) as connection:
        # The file travels alone: what stands in its WAL must be in it.
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()


def _checked(part: Path) -> str | None:
    """The revision of a file found whole. Raises BackupRefused, sqlite3.Error."""
    with closing(_connect(part)) as connection:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise BackupRefused(f"Копия повреждена ({found}). Возьмите другую.")
        held = "SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'"
        if connection.execute(held).fetchone() is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return None if row is None else str(row[0])


def _own(part: Path, target: Path) -> None:
    """The service must be able to write what an administrator brought back as root."""
    part.chmod(0o600)
    if os.geteuid() == 0:
        owner = (target if target.exists() else target.parent).stat()
        os.chown(part, owner.st_uid, owner.st_gid)


def _file(url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        raise BackupRefused("База данных в памяти: копировать нечего.")
    return Path(url.database)


def _connect(path: Path, timeout: float = BUSY_MS / 1000) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=timeout, isolation_level=None)
