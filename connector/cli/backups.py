"""connector db backup and restore."""

import argparse
from pathlib import Path
from time import monotonic
from typing import Any

from connector.bootstrap import Container
from connector.cli.output import Output
from connector.cli.session import container
from connector.errors import BadSettings
from connector.services.upkeep import backup_postgres, backup_sqlite, schema
from connector.services.upkeep.backups import Backup, drop_older, place_for, sealed_sources


def add_to(actions: Any, common: argparse.ArgumentParser) -> None:
    backup = actions.add_parser("backup", parents=[common], help="сделать копию, не останавливая")
    backup.add_argument("path", type=Path, metavar="ПУТЬ", help="новый файл или папка для копий")
    backup.add_argument(
        "--keep", type=_number, metavar="N", help="в папке: оставить N последних копий"
    )
    backup.set_defaults(run=_backup)
    restore = actions.add_parser("restore", parents=[common], help="вернуть данные из копии")
    restore.add_argument("path", type=Path, metavar="ПУТЬ", help="файл копии")
    restore.add_argument("--replace", action="store_true", help="заменить данные, которые есть")
    restore.set_defaults(run=_restore)


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"нужно целое число от 1, не «{text}»")
    return int(text)


def _backup(arguments: argparse.Namespace, output: Output) -> int:
    given: Path = arguments.path.expanduser().absolute()
    if arguments.keep and not given.is_dir():
        raise BadSettings("--keep бывает только с папкой: назовите папку, которая есть.")
    began = monotonic()
    with container(upgrade=False) as made:
        made_copy = _make(made, given)
    older = drop_older(given, arguments.keep) if arguments.keep else []
    document = {
        "path": str(made_copy.path),
        "bytes": made_copy.size,
        "revision": made_copy.revision,
        "sha256": made_copy.digest,
        "seconds": round(monotonic() - began, 2),
        "deleted": [str(path) for path in older],
    }
    lines = [
        f"Копия: {made_copy.path} ({made_copy.size} байт, таблицы {made_copy.revision}).",
        "Ключа secret-key в ней нет, а секреты источников открывает только он: храните и его.",
        *(f"Удалена старая копия: {path}" for path in older),
    ]
    output.result(document, lines)
    return 0


def _make(made: Container, given: Path) -> Backup:
    now = made.clock.now()
    if made.db.is_sqlite:
        path = place_for(given, backup_sqlite.SUFFIX, now)
        return backup_sqlite.backup(made.db.engine.url, path)
    return backup_postgres.backup(made.db, place_for(given, backup_postgres.SUFFIX, now))


def _restore(arguments: argparse.Namespace, output: Output) -> int:
    path: Path = arguments.path.expanduser().absolute()
    with container(upgrade=False) as made:
        if made.db.is_sqlite:
            made.db.close()
            revision = backup_sqlite.restore(made.db.engine.url, path, arguments.replace)
        else:
            revision = backup_postgres.restore(made.db, path, arguments.replace)
        with made.db.reading() as session:
            sealed = sealed_sources(session, made.box)
        held = schema.head()
    lines = [f"Данные возвращены из {path}."]
    if revision != held:
        lines.append(f"Таблицы обновлены: {revision} → {held}.")
    if sealed:
        lines.append(
            f"Ключ не подходит к секретам источников ({', '.join(sealed)}): положите secret-key "
            "той установки, с которой снята копия, иначе эти источники не принимают сообщений."
        )
    lines.append(
        "То, что принято и разослано после копии, базе неизвестно: письма могут уйти второй раз, "
        "а события Moodle надо прислать снова."
    )
    output.result(
        {"path": str(path), "from": revision, "revision": held, "sealed_sources": sealed}, lines
    )
    return 0
