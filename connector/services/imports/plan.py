"""What an import would do: counted for the person who decides, listed for the one who writes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from connector.spreadsheets.faults import Caution, Fault

Body = Mapping[str, Any]


class Write(StrEnum):
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Change:
    """One version of one row to be written.

    valid_from: of the version written or deleted. body: what is in force afterwards; before: what
    was, None for a new row. latest: no version of a later day stays in force after it.
    """

    sheet: str
    key: str
    write: Write
    valid_from: date
    body: Body
    before: Body | None
    latest: bool = True

    def differs_in(self, *names: str) -> bool:
        """Whether a row that was there before has another value in one of the columns."""
        before = self.before
        return before is not None and any(before.get(n) != self.body.get(n) for n in names)


@dataclass(slots=True)
class Counts:
    added: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0


@dataclass(slots=True)
class Plan:
    """The outcome of a check; nothing is written before `ImportService.apply`.

    With faults there are no changes, and the counts are empty.
    """

    municipality: str
    effective: date
    sheets: dict[str, Counts] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    cautions: list[Caution] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.faults

    def as_json(self) -> dict[str, Any]:
        """The document that `connector import --json` prints (contract 2)."""
        return {
            "sheets": {name: asdict(counts) for name, counts in self.sheets.items()},
            "faults": [fault.as_json() for fault in self.faults],
            "warnings": [caution.as_json() for caution in self.cautions],
        }
