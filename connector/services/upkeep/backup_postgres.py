"""Backup and restore of a PostgreSQL database with its own programs, in the custom format.

pg_dump reads one moment while the connector works. What is restored goes through one transaction:
the former tables, if any, go and the copy's come in one step, or nothing has happened.
"""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from sqlalchemy import text

from connector.db import APPLICATION, Database
from connector.services.upkeep import schema
from connector.services.upkeep.backups import (
    Backup,
    BackupRefused,
    check_digest,
    check_revision,
    finish,
    holds_data,
    tables_of,
)
from connector.services.upkeep.postgres_programs import Programs, last_line, programs_for

SUFFIX = ".dump"
LOCK_S = 30


def backup(db: Database, path: Path) -> Backup:
    """Writes a copy of the database to `path`, whole or not at all. Raises BackupRefused."""
    programs = programs_for(db, "pg_dump", "pg_restore")
    if schema.current(db) is None:
        raise BackupRefused("База данных пуста: копировать нечего.")
    with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        part = Path(folder) / path.name
        programs.run(
            "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-comments",
            "--no-password", f"--file={part}",
        )  # fmt: skip
        return finish(part, path, check_revision(_revision(programs, part)))


def restore(db: Database, path: Path, replace: bool) -> str:
    """Puts the copy in the place of our tables; the revision the copy had.

    Afterwards the tables are brought up to date, each migration a transaction. Raises
    BackupRefused; nothing has changed then.
    """
    check_digest(path)
    programs = programs_for(db, "pg_restore", "psql")
    revision = check_revision(_revision(programs, path))
    if not replace and holds_data(db):
        raise BackupRefused(
            "В базе данных уже есть данные. Если их надо заменить копией, добавьте --replace."
        )
    tables, strange = tables_of(db)
    if tables and strange:
        # They would be in the way of the migration that makes them, some day.
        raise BackupRefused(
            f"В базе данных есть таблицы, которых эта версия не знает: {', '.join(strange)}. "
            "Создайте новую пустую базу и восстановите копию в неё."
        )
    # Ours would be counted, too.
    db.close()
    _refuse_company(db)
    _pour(programs, path, tables)
    schema.upgrade(db)
    with db.engine.connect() as connection:
        # Without it the planner knows nothing of the tables for minutes, and scans them.
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    return revision


def _pour(programs: Programs, path: Path, tables: list[str]) -> None:
    """Has psql run what pg_restore writes. The end of it says COMMIT only where both were content:
    a copy that breaks off, or a process that is killed, leaves the transaction to be undone."""
    with TemporaryFile() as read_faults, TemporaryFile() as run_faults:
        reader = programs.start(
            "pg_restore", "--file=-", "--exit-on-error", "--no-owner", "--no-privileges",
            "--no-comments", str(path),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=read_faults,
        )  # fmt: skip
        runner = programs.start(
            "psql", "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1",
            "--set=VERBOSITY=terse", "--output=/dev/null",
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=run_faults,
        )  # fmt: skip
        assert reader.stdout is not None
        assert runner.stdin is not None
        try:
            with reader.stdout, runner.stdin:
                runner.stdin.write(_opening(tables).encode())
                shutil.copyfileobj(reader.stdout, runner.stdin, 1 << 20)
                if reader.wait() == 0:
                    runner.stdin.write(b"\nCOMMIT;\n")
        except BrokenPipeError:
            # psql has met a fault and gone; what it said is told below.
            pass
        finally:
            reader.kill()
            failed_reading = reader.wait() != 0
            failed_running = runner.wait() != 0
        if failed_running or failed_reading:
            faults = run_faults if failed_running else read_faults
            faults.seek(0)
            raise BackupRefused(
                f"Копия {path.name} не восстановлена, база данных осталась прежней: "
                f"{last_line(faults.read())}"
            )


def _opening(tables: list[str]) -> str:
    dropped = ", ".join(f'"{table}"' for table in tables)
    return f"BEGIN;\nSET LOCAL lock_timeout = '{LOCK_S}s';\n" + (
        f"DROP TABLE IF EXISTS {dropped} CASCADE;\n" if tables else ""
    )


def _revision(programs: Programs, path: Path) -> str | None:
    """The revision that stands in the copy. Raises BackupRefused for what is no archive."""
    try:
        script = programs.run(
            "pg_restore", "--file=-", "--data-only", "--table=alembic_version", str(path)
        )
    except BackupRefused as err:
        raise BackupRefused(f"Копия {path.name} повреждена или не наша: {err}") from err
    lines = iter(script.splitlines())
    for line in lines:
        if line.startswith("COPY "):
            return next(lines, "").strip() or None
    return None


def _refuse_company(db: Database) -> None:
    with db.engine.connect() as connection:
        others = connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND application_name = :name AND pid <> pg_backend_pid()"
            ),
            {"name": APPLICATION},
        )
    db.close()
    if others:
        raise BackupRefused(
            f"С базой данных работают другие процессы connector (подключений: {others}). "
            "Остановите их на всех машинах и повторите."
        )
