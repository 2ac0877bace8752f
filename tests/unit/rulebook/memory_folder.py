"""A folder of rule files in memory, because unit tests touch no disk."""

import io
from collections.abc import Iterator, Mapping
from typing import Any

MUNICIPALITY = """
code: test
title: Город Пробный
timezone: Asia/Vladivostok
"""

INDICATORS = """
document: Положение о пробах
indicators:
  - code: test.diagnosed
    title: Доля прошедших диагностику
    subject: staff
    kind: share
    period: year
    population: {everyone: true}
    achieved: {diagnosed: base}
    plan:
      - {at_least_percent: 60, source: Приказ № 1}
    basis: {clause: "1"}
"""


class MemoryFolder:
    """Files by name, in the manner of importlib.resources; `a/b.yaml` makes a folder `a`."""

    def __init__(self, files: Mapping[str, str], name: str = "rules") -> None:
        self.name = name
        self._entries: dict[str, Any] = {}
        folders: dict[str, dict[str, str]] = {}
        for path, text in files.items():
            head, _, rest = path.partition("/")
            if rest:
                folders.setdefault(head, {})[rest] = text
            else:
                self._entries[head] = MemoryFile(head, text)
        for head, inner in folders.items():
            self._entries[head] = MemoryFolder(inner, head)

    def is_dir(self) -> bool:
        return True

    def iterdir(self) -> Iterator[Any]:
        yield from self._entries.values()

    def __truediv__(self, name: str) -> Any:
        return self._entries.get(name, MemoryFile(name, ""))


class MemoryFile:
    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._content = text.encode("utf-8")

    def is_dir(self) -> bool:
        return False

    def open(self, mode: str = "rb") -> io.BytesIO:
        assert mode == "rb"
        return io.BytesIO(self._content)

    def read_bytes(self) -> bytes:
        return self._content


def folder(**files: str) -> Any:
    """A whole folder; keywords without `.yaml` replace a file's text, None leaves it out."""
    texts: dict[str, str | None] = {"municipality": MUNICIPALITY, "indicators": INDICATORS, **files}
    return MemoryFolder({f"{name}.yaml": text for name, text in texts.items() if text is not None})
