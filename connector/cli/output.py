"""What commands say: results on standard output, progress and errors on standard error."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any


class Output:
    """One JSON document with `--json`, else lines for people."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json

    def result(self, document: Any, lines: Iterable[str]) -> None:
        """The outcome of a command, once."""
        if self.as_json:
            text = json.dumps(document, ensure_ascii=False, indent=2, default=_plain)
            print(text)
            return
        for line in lines:
            print(line)

    def progress(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Columns side by side, for a terminal."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in (list(head), *texts)) for i in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (list(head), *texts)
    ]


def day(value: date | datetime | None) -> str:
    return "" if value is None else f"{value:%d.%m.%Y}"


def moment(value: datetime | None) -> str:
    return "" if value is None else f"{value:%d.%m.%Y %H:%M:%S} UTC"


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal | Fraction):
        return float(value)
    return str(value)
