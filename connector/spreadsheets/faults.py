"""What is wrong with a workbook: said whole, at once, and to the person who filled it in."""

from dataclasses import dataclass, field

from connector.errors import ConnectorError

LIMIT = 10_000
"""Faults kept of one workbook; a file of noise would otherwise fill the memory with sentences."""


class WorkbookRefused(ConnectorError):
    """The file cannot be read as a workbook at all; the message is Russian and says what to do."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one cell, row or sheet, in Russian.

    row: as a spreadsheet program numbers it, the header being row 1; None for a whole sheet.
    column: the header as contract 3 writes it; None for a whole row.
    """

    sheet: str | None
    row: int | None
    column: str | None
    text: str

    def __str__(self) -> str:
        places = (
            f"лист «{self.sheet}»" if self.sheet else "",
            f"строка {self.row}" if self.row else "",
            f"колонка «{self.column}»" if self.column else "",
        )
        where = ", ".join(place for place in places if place)
        return f"{where}: {self.text}" if where else self.text


@dataclass(frozen=True, slots=True)
class Fault(Remark):
    """Keeps the import from being written; `text` says what was expected."""

    def as_json(self) -> dict[str, object]:
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "expected": self.text,
        }


@dataclass(frozen=True, slots=True)
class Caution(Remark):
    """Worth knowing; the import goes on."""

    def as_json(self) -> dict[str, object]:
        return {"sheet": self.sheet, "row": self.row, "column": self.column, "text": self.text}


@dataclass(slots=True)
class Findings:
    """Gathers what is found on the way; nothing stops at the first fault."""

    kept: list[Fault] = field(default_factory=list)
    cautions: list[Caution] = field(default_factory=list)
    dropped: int = 0

    def fault(self, sheet: str | None, row: int | None, column: str | None, text: str) -> None:
        if len(self.kept) < LIMIT:
            self.kept.append(Fault(sheet, row, column, text))
        else:
            self.dropped += 1

    def caution(self, sheet: str | None, row: int | None, column: str | None, text: str) -> None:
        if len(self.cautions) < LIMIT:
            self.cautions.append(Caution(sheet, row, column, text))

    def copy(self) -> "Findings":
        """To go on from: a workbook can be checked again and again."""
        return Findings(list(self.kept), list(self.cautions), self.dropped)

    @property
    def faults(self) -> list[Fault]:
        """All faults, by sheet as they were found and by row."""
        if not self.dropped:
            return list(self.kept)
        return [*self.kept, Fault(None, None, None, f"и ещё ошибок: {self.dropped}")]
