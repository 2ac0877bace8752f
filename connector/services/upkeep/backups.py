"""Backups of the whole database: what both kinds of database have in common.

A copy is written beside its final name and renamed when it is whole, with a check sum beside it. It
does not hold the key that opens the sources' secrets: whoever has both can read everything.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from connector.db import Database
from connector.errors import BadSettings, ConnectorError
from connector.models import Base
from connector.secretbox import SecretBox
from connector.services.sources.sources import SourceService
from connector.services.upkeep import schema

_TELLING = ("sources", "records", "deliveries", "logins", "imports")
"""Tables that only people and senders fill; the tick fills some others by itself."""
_OURS = re.compile(r"connector-\d{8}-\d{6}\.(sqlite3|dump)")
_CHUNK = 1 << 20


class BackupRefused(ConnectorError):
    """A copy cannot be made or brought back; the sentence (Russian) says what to do."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that is whole. digest: SHA-256, also in the file `PATH.sha256`."""

    path: Path
    size: int
    revision: str
    digest: str


def place_for(path: Path, suffix: str, now: datetime) -> Path:
    """The file to write: `path`, or in the folder `path` one that bears the moment (UTC).

    Raises BackupRefused where it is there already or its folder is not.
    """
    if path.is_dir():
        path = path / f"connector-{now:%Y%m%d-%H%M%S}{suffix}"
    if path.exists():
        raise BackupRefused(f"Файл {path} уже есть. Назовите другой.")
    if not path.parent.is_dir():
        raise BackupRefused(f"Папки {path.parent} нет. Создайте её.")
    return path


def drop_older(folder: Path, keep: int) -> list[Path]:
    """Deletes all but the `keep` newest copies that bear a moment; those deleted."""
    found = sorted(path for path in folder.iterdir() if _OURS.fullmatch(path.name))
    older = found[:-keep] if keep else []
    for path in older:
        path.unlink()
        digest_file(path).unlink(missing_ok=True)
    return older


def digest_file(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def digest_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def finish(part: Path, path: Path, revision: str) -> Backup:
    """Gives a written copy its name, once it is on the disk."""
    digest = digest_of(part)
    sum_file = digest_file(path)
    # As `sha256sum --check` reads it.
    sum_file.write_text(f"{digest}  {path.name}\n", encoding="utf-8")
    sum_file.chmod(0o600)
    part.chmod(0o600)
    sync(part)
    sync(sum_file)
    os.replace(part, path)
    sync(path.parent)
    return Backup(path, path.stat().st_size, revision, digest)


def check_digest(path: Path) -> bool:
    """Whether there was a check sum to compare with. Raises BackupRefused where it differs."""
    if not path.is_file():
        raise BackupRefused(f"Файла {path} нет.")
    try:
        told = digest_file(path).read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return False
    if not told or told[0] != digest_of(path):
        raise BackupRefused(
            f"Копия {path.name} повреждена: контрольная сумма не сходится с {path.name}.sha256. "
            "Возьмите другую копию."
        )
    return True


def check_revision(revision: str | None) -> str:
    """Raises BackupRefused for a copy this program cannot read."""
    if revision is None:
        raise BackupRefused("В файле нет таблиц connector: это не его копия.")
    if not schema.knows(revision):
        raise BackupRefused(
            f"Копия сделана более новой версией программы (таблицы {revision}, здесь "
            f"{schema.head()}). Сначала обновите программу."
        )
    return revision


def holds_data(db: Database) -> bool:
    """Whether anybody would miss the database."""
    with db.reading() as session:
        there = set(inspect(session.connection()).get_table_names())
        return any(
            session.execute(text(f"SELECT 1 FROM {table} LIMIT 1")).first() is not None
            for table in _TELLING
            if table in there
        )


def tables_of(db: Database) -> tuple[list[str], list[str]]:
    """Tables of ours that are there, and others beside them."""
    with db.reading() as session:
        there = set(inspect(session.connection()).get_table_names())
    known = {*Base.metadata.tables, "alembic_version"}
    return sorted(there & known), sorted(there - known)


def sealed_sources(session: Session, box: SecretBox) -> list[str]:
    """Codes of the sources whose secrets the key at hand does not open."""
    sealed = []
    service = SourceService(session, box)
    for code in service.codes():
        try:
            service.get(code)
        except BadSettings:
            sealed.append(code)
    return sealed


def sync(path: Path) -> None:
    """What is written there, or in that folder, survives a power cut from now on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
