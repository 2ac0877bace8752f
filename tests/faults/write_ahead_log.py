"""SQLite's write-ahead log, as far as a test must know it to damage no more than a power cut does.

https://www.sqlite.org/fileformat2.html#the_write_ahead_log: a header of 32 bytes with two salts,
then frames of 24 bytes and a page; a frame that ends a transaction says how large the database is
after it, and one that was written before the log began anew has other salts.
"""

import struct
from pathlib import Path

_HEADER = 32
_FRAME_HEADER = 24


def log_of(database: Path) -> Path:
    return database.with_name(database.name + "-wal")


def committed_ends(log: Path) -> list[int]:
    """Where the committed transactions of the log end, in bytes, in order."""
    content = log.read_bytes()
    if len(content) < _HEADER:
        return []
    page = struct.unpack(">I", content[8:12])[0]
    salts = content[16:24]
    ends, at = [], _HEADER
    while at + _FRAME_HEADER + page <= len(content):
        _, size = struct.unpack(">II", content[at : at + 8])
        if content[at + 8 : at + 16] != salts:
            break
        at += _FRAME_HEADER + page
        if size:
            ends.append(at)
    return ends
