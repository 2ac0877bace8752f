"""Rule files as they were read at one moment: what is judged by is what can be kept and read again.

Read once, so that an editor that saves meanwhile cannot have rules made of both.
"""

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any

from connector.rulebook.documents import MAX_BYTES

LETTERS = "letters"
FOLDERS = ("indicators", LETTERS)
"""Folders within a rules folder whose files are rules too."""
EXAMPLES = ("examples.yaml", "scenarios.yaml")
"""Read by tests only."""

Texts = Mapping[str, str]
"""Of one folder, by path."""


class HeldFile:
    """A file in memory, in the manner of importlib.resources."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self.content = content

    def is_dir(self) -> bool:
        return False

    def open(self, mode: str = "rb") -> io.BytesIO:
        return io.BytesIO(self.content)

    def read_bytes(self) -> bytes:
        return self.content


class HeldFolder:
    """A folder in memory. An entry that could not be read stays the entry it was, so that whoever
    reads it meets the same fault."""

    def __init__(self, name: str, entries: Mapping[str, Any]) -> None:
        self.name = name
        self._entries = entries

    def is_dir(self) -> bool:
        return True

    def iterdir(self) -> Iterator[Any]:
        yield from self._entries.values()

    def __truediv__(self, name: str) -> Any:
        return self._entries.get(name, HeldFile(name, b""))

    def files(self) -> Iterator[tuple[str, HeldFile]]:
        """Those that could be read, with their paths."""
        for name, entry in sorted(self._entries.items()):
            if isinstance(entry, HeldFile):
                yield name, entry
            elif isinstance(entry, HeldFolder):
                yield from ((f"{name}/{path}", file) for path, file in entry.files())


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """A municipality's folders, read. digest: SHA-256 (hex) of names and contents."""

    folders: tuple[Any, ...]
    digest: str = field(compare=False)

    def texts(self) -> list[dict[str, str]]:
        """To be kept. Of files that were read without fault, so they are UTF-8."""
        return [
            {path: file.content.decode("utf-8", "replace") for path, file in folder.files()}
            for folder in self.folders
            if isinstance(folder, HeldFolder)
        ]


def read_files(folders: Sequence[Traversable]) -> RuleFiles:
    """Reads folders as they are now. Never raises: what cannot be read is refused later, as every
    other fault of the files is."""
    return _files([_copied(folder, is_top=True) for folder in folders])


def from_texts(texts: Sequence[Texts]) -> RuleFiles:
    """What RuleFiles.texts kept."""
    return _files([_folder("rules", kept) for kept in texts])


def _files(folders: Sequence[Any]) -> RuleFiles:
    digest = hashlib.sha256()
    for folder in folders:
        digest.update(b"\0\0")
        if isinstance(folder, HeldFolder):
            for path, file in folder.files():
                digest.update(f"{path}\0".encode())
                digest.update(hashlib.sha256(file.content).digest())
    return RuleFiles(tuple(folders), digest.hexdigest())


def _copied(folder: Traversable, is_top: bool) -> Any:
    entries: dict[str, Any] = {}
    try:
        if not folder.is_dir():
            return folder
        for entry in folder.iterdir():
            if entry.name.startswith("."):
                continue  # an editor's, while it is open
            if entry.is_dir():
                if is_top and entry.name in FOLDERS:
                    entries[entry.name] = _copied(entry, is_top=False)
            elif entry.name not in EXAMPLES and (folder.name == LETTERS or _is_rule(entry.name)):
                entries[entry.name] = _read(entry)
    except OSError:
        return folder
    return HeldFolder(folder.name, entries)


def _is_rule(name: str) -> bool:
    return name.endswith((".yaml", ".yml"))


def _read(entry: Traversable) -> Any:
    try:
        with entry.open("rb") as file:
            # One byte more than is allowed: whoever reads it sees that it is too long.
            return HeldFile(entry.name, file.read(MAX_BYTES + 1))
    except OSError:
        return entry


def _folder(name: str, texts: Texts) -> HeldFolder:
    entries: dict[str, Any] = {}
    inner: dict[str, dict[str, str]] = {}
    for path, text in texts.items():
        head, _, rest = path.partition("/")
        if rest:
            inner.setdefault(head, {})[rest] = text
        else:
            entries[head] = HeldFile(head, text.encode("utf-8"))
    for head, held in inner.items():
        entries[head] = _folder(head, held)
    return HeldFolder(name, entries)
