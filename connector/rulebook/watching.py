"""Sees that a rules folder has changed, cheaply enough to look every few seconds."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connector.rulebook.plugins import FoundPlugin, folder_plugins

Stamp = tuple[tuple[str, int, int, int], ...]
"""Of each file its path, time of change (ns), size and number."""


@dataclass(frozen=True, slots=True)
class Seen:
    """changed: folders that are other than they were when they were last read, new ones too.
    gone: municipalities whose folder was there and is no more."""

    changed: tuple[FoundPlugin, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(slots=True)
class FolderWatch:
    """Looks at the folders below `rules_dir`.

    A change is told at the second look that finds it the same: whoever is still copying files there
    has not finished, and half of the indicators are rules without fault.
    """

    rules_dir: Path | None
    _before: Mapping[str, Stamp] = field(default_factory=dict)
    _told: dict[str, Stamp] = field(default_factory=dict)

    def look(self) -> Seen:
        plugins = {p.municipality: p for p in folder_plugins(self.rules_dir)}
        now = {code: _stamp(plugin) for code, plugin in plugins.items()}
        changed = [
            code
            for code, stamp in now.items()
            if self._told.get(code) != stamp and self._before.get(code) == stamp
        ]
        gone = [code for code in self._told if code not in now and code not in self._before]
        for code in changed:
            self._told[code] = now[code]
        for code in gone:
            del self._told[code]
        self._before = now
        return Seen(tuple(plugins[code] for code in changed), tuple(gone))


def _stamp(plugin: FoundPlugin) -> Stamp:
    return tuple(sorted(row for folder in plugin.folders for row in _rows(str(folder))))


def _rows(folder: str, depth: int = 2) -> Iterator[tuple[str, int, int, int]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    if depth > 1:
                        yield from _rows(entry.path, depth - 1)
                    continue
                said = entry.stat()
                yield entry.path, said.st_mtime_ns, said.st_size, said.st_ino
    except OSError as err:
        # A file that went in between, a folder that may not be read: another stamp than before.
        yield folder, err.errno or 0, -1, 0
