"""Is the database there, up to date, quick, safe, and does it agree with us what time it is?"""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import monotonic

from sqlalchemy import text
from sqlalchemy.orm import Session

from connector.bootstrap import Container
from connector.checkup.finding import Finding, note, ok, trouble
from connector.services.upkeep import schema

SLOW_S = 0.02
DRIFT_S = 2.0
OLDEST_POSTGRES = 13
FREE = 1 << 30


def database(made: Container) -> Iterator[Finding]:
    """Raises StorageUnavailable."""
    with made.db.reading() as session:
        yield _latency(session)
        if made.db.is_sqlite:
            yield from _sqlite(made, session)
        else:
            yield from _postgres(made, session)
    held, head = schema.current(made.db), schema.head()
    if held == head:
        yield ok("revision", f"Таблицы обновлены ({head}).")
    elif held is not None and not schema.knows(held):
        yield note(
            "revision",
            f"Таблицы новее программы ({held}).",
            "Обновите программу и на этой машине: старая годится только на время обновления.",
        )
    else:
        yield trouble("revision", "Таблицы не обновлены.", "Выполните: connector db upgrade")


def disk(made: Container) -> Finding:
    """Room where SQLite, its journal and the copies lie."""
    folder = made.config.data_dir
    usage = shutil.disk_usage(folder)
    what = f"Свободно в папке данных {folder}: {usage.free >> 20} МиБ."
    if usage.free < FREE or usage.free < usage.total // 20:
        return trouble(
            "disk", what, "Освободите место: без него сообщения Moodle не принимаются (ответ 503)."
        )
    return ok("disk", what)


def _latency(session: Session) -> Finding:
    times = []
    session.execute(text("SELECT 1"))
    for _ in range(5):
        began = monotonic()
        session.execute(text("SELECT 1"))
        times.append(monotonic() - began)
    middle = median(times)
    what = f"База данных отвечает за {middle * 1000:.1f} мс."
    if middle > SLOW_S:
        return note("latency", what, "Это медленно: перегружена она или сеть до неё.")
    return ok("latency", what)


def _sqlite(made: Container, session: Session) -> Iterator[Finding]:
    mode = session.scalar(text("PRAGMA journal_mode"))
    if mode == "wal":
        yield ok("sqlite", "SQLite пишет с журналом WAL.")
    else:
        yield trouble(
            "sqlite",
            f"SQLite не перешёл на журнал WAL ({mode}).",
            "Папка данных должна лежать на местном диске, не на сетевом.",
        )
    path = Path(made.db.engine.url.database or "")
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        yield trouble(
            "sqlite",
            f"В файл {path} нельзя писать.",
            "Верните его владельца: chown -R connector: папка данных.",
        )
    else:
        yield ok("sqlite", f"Файл {path} доступен для записи, {path.stat().st_size >> 20} МиБ.")


def _postgres(made: Container, session: Session) -> Iterator[Finding]:
    shown = {
        name: str(session.scalar(text(f"SHOW {name}")))
        for name in ("server_version", "server_version_num", "fsync", "synchronous_commit",
                     "full_page_writes", "max_connections", "default_transaction_read_only")
    }  # fmt: skip
    version = int(shown["server_version_num"]) // 10000
    if version < OLDEST_POSTGRES:
        yield trouble(
            "postgres", f"PostgreSQL {version} слишком стар.", f"Нужен {OLDEST_POSTGRES} или новее."
        )
    else:
        yield ok("postgres", f"PostgreSQL {shown['server_version']}.")
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        if shown[name] == "off":
            yield trouble(
                "durability",
                f"В PostgreSQL выключено {name}: принятое может пропасть при сбое питания.",
                f"Включите: ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf();",
            )
    if shown["default_transaction_read_only"] == "on":
        yield trouble(
            "postgres", "База данных только для чтения.", "Укажите адрес основного сервера."
        )
    yield _connections(made, session, int(shown["max_connections"]))
    size = session.scalar(text("SELECT pg_database_size(current_database())")) or 0
    yield ok("size", f"База данных занимает {size >> 20} МиБ.")
    yield _drift(made, session)


def _connections(made: Container, session: Session, most: int) -> Finding:
    used = session.scalar(text("SELECT count(*) FROM pg_stat_activity")) or 0
    pool = 2 * made.db.pool_size
    what = (
        f"Подключений к PostgreSQL: {used} из {most}; один процесс web открывает до {pool}, "
        "процесс worker обычно два."
    )
    if used > most * 8 // 10 or most - 5 < pool:
        return trouble(
            "connections", what, "Увеличьте max_connections или уменьшите CONNECTOR_WEB_THREADS."
        )
    return ok("connections", what)


def _drift(made: Container, session: Session) -> Finding:
    if made.config.clock is not None:
        return note("clock", "Часы переставлены (CONNECTOR_CLOCK): только для показа и учений.")
    before = made.clock.now()
    told = session.scalar(text("SELECT clock_timestamp()"))
    middle = before + (made.clock.now() - before) / 2
    assert isinstance(told, datetime)
    drift = abs((told.astimezone(UTC) - middle).total_seconds())
    what = f"Часы этой машины и базы данных расходятся на {drift:.1f} с."
    if drift > DRIFT_S:
        return trouble(
            "clock", what, "Включите сверку времени (timedatectl set-ntp true) на обеих."
        )
    return ok("clock", what)
