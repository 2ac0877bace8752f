"""An SQLite file with our tables, to be copied: the migrations take half a second each time."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from connector.db import Database
from connector.services.upkeep import schema


@cache
def migrated_file() -> bytes:
    """All migrations done, and nothing else. Made once a process."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "connector.sqlite3"
        db = Database(f"sqlite:///{file}")
        schema.upgrade(db)
        # The last to leave writes the log back, so that the file alone is the whole.
        db.close()
        return file.read_bytes()
