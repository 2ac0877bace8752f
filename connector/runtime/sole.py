"""One process over one SQLite file: the second is sent away before it does anything.

It would take the first one's claims for those of a dead process, give them up and send letters
twice. The lock is the operating system's, so it is gone with whoever held it, killed or not.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connector.errors import ConnectorError


class AlreadyRunning(ConnectorError):
    """Somebody works on this file already; whoever started the second must stop one of them."""


@contextmanager
def sole(file: Path) -> Iterator[None]:
    """Holds the place beside the database `file`. Raises AlreadyRunning; OSError where nothing can
    be written."""
    lock = file.with_name(f"{file.name}.lock")
    handle = os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as err:
            raise AlreadyRunning(
                f"С файлом {file} уже работает другой connector run. Остановите его или задайте "
                "другую папку: CONNECTOR_DATA_DIR."
            ) from err
        yield
    finally:
        os.close(handle)
