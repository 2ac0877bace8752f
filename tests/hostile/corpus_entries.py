"""The corpus of hostile bodies: `corpus/manifest.yaml` says of each what must become of it.

An entry names its file, whose first folder is the dialect; why it is hostile; the status that the
hook answers; and, where something is stored, how its deliveries end (`state: reason`, how many;
`read` where Moodle was asked and shows a learner whom nobody knows here).
A file named .gz is sent unpacked.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from connector.domain.signals import Dialect

FOLDER = Path(__file__).parent / "corpus"
_READ = ("parked: unknown_person", "done: same_as")
"""Two that point to one place are asked for once if they meet in one batch."""


@dataclass(frozen=True)
class Entry:
    """ends: empty where nothing is stored."""

    file: str
    why: str
    status: int
    ends: Mapping[str, int] = field(default_factory=dict)

    @property
    def sender(self) -> Dialect:
        return Dialect(self.file.partition("/")[0])

    def end(self, state: str, reason: str | None) -> str:
        """As the manifest writes it."""
        told = f"{state}: {reason}" if reason else state
        return "read" if self.sender is not Dialect.NATIVE and told in _READ else told

    @property
    def body(self) -> bytes:
        kept = (FOLDER / self.file).read_bytes()
        return gzip.decompress(kept) if self.file.endswith(".gz") else kept


def corpus() -> list[Entry]:
    """In the order in which the bodies are sent: some are hostile only after another."""
    written = yaml.safe_load((FOLDER / "manifest.yaml").read_text("utf-8"))
    return [Entry(**entry) for entry in written]
