"""Dated parameters: values each from a day on, with the order that set it (domain 5)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connector.rulebook.documents import Node
from connector.rulebook.faults import RuleFileFault
from connector.rulebook.fields import Day, RuleSchema, Text, Whole
from connector.rulebook.schemas import load


class DatedNumberSchema(RuleSchema):
    """A number of a word: `{from: 2027-01-01, value: 20, source: ...}`."""

    valid_from = Day(data_key="from", load_default=None)
    value = Whole(0, 1000, required=True)
    source = Text(required=True)


@dataclass(frozen=True, slots=True)
class DatedNumber:
    """versions: (first day, value) in order; the first holds before its day too."""

    versions: tuple[tuple[date | None, int], ...]

    def on(self, day: date | None) -> int:
        """The value in force on `day`; None: before any later one."""
        held = self.versions[0][1]
        for valid_from, value in self.versions[1:]:
            if day is not None and valid_from is not None and valid_from <= day:
                held = value
        return held


def read_number(node: Node, faults: list[RuleFileFault]) -> DatedNumber | None:
    """A list of dated numbers; None, with every fault noted, where it is faulty."""
    loaded = [load(DatedNumberSchema(), item, faults) for item in node.items]
    ready = [one for one in loaded if one is not None]
    if len(ready) < len(loaded):
        return None
    wrong = list(out_of_order(ready, node))
    faults += wrong
    return None if wrong else DatedNumber(tuple((v["valid_from"], v["value"]) for v in ready))


def out_of_order(versions: Sequence[Mapping[str, Any]], node: Node) -> Iterator[RuleFileFault]:
    """Faults of a dated parameter: only the first may lack `from`, and the days must ascend."""
    earlier = None
    for number, version in enumerate(versions):
        day = version["valid_from"]
        if number and (day is None or (earlier is not None and day <= earlier)):
            yield node.at((number,)).fault(
                "from: каждое следующее значение действует с более поздней даты"
            )
        earlier = day or earlier
