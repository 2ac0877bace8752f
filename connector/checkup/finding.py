"""What an examination finds, in a sentence for people, with what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """ok: as it should be; note: to be known; trouble: somebody must act."""

    OK = "ok"
    NOTE = "note"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Finding:
    """check: what was looked at, one word for scripts. todo: empty where nothing is to be done."""

    level: Level
    check: str
    what: str
    todo: str = ""

    @property
    def line(self) -> str:
        mark = {Level.OK: "+", Level.NOTE: "·", Level.TROUBLE: "!"}[self.level]
        return f"{mark} {self.text}"

    @property
    def text(self) -> str:
        return f"{self.what} {self.todo}".strip()


def ok(check: str, what: str) -> Finding:
    return Finding(Level.OK, check, what)


def note(check: str, what: str, todo: str = "") -> Finding:
    return Finding(Level.NOTE, check, what, todo)


def trouble(check: str, what: str, todo: str = "") -> Finding:
    return Finding(Level.TROUBLE, check, what, todo)
