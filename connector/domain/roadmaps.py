"""Roadmaps as the rules list them: terms of a document become dated occurrences.

«Ежеквартально» is four occurrences a year, each due on its quarter's last day; «до 25 апреля» is a
day; «в течение года» ends with it. An item without any of these has no due date, and no figure.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from connector.domain.records import RoadmapItem

_DAY = timedelta(days=1)


class Recurrence(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ACADEMIC_YEAR = "academic_year"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A month, quarter or year. name: as the sheets write it; next: the first day after it."""

    name: str
    first: date
    next: date


def stretch_of(every: Recurrence, day: date) -> Stretch:
    """The one that contains `day`."""
    begins = _begin(every, day)
    return Stretch(_name(every, begins), begins, _next(every, begins))


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """item: what all occurrences have in common. every: how often, from `first` to `last` (both
    included, last None: for ever); None for an item that comes once."""

    item: RoadmapItem
    every: Recurrence | None = None
    first: date | None = None
    last: date | None = None

    def occurrences(self, until: date) -> Iterator[RoadmapItem]:
        """In order; recurring ones for as long as their stretch begins on or before `until`."""
        if self.every is None or self.first is None:
            yield self.item
            return
        begins = _begin(self.every, self.first)
        end = until if self.last is None else min(until, self.last)
        while begins <= end:
            after = _next(self.every, begins)
            due = after - _DAY
            if self.last is not None:
                due = min(due, self.last)
            yield replace(self.item, occurrence=_name(self.every, begins), due_on=due)
            begins = after


def _begin(every: Recurrence, day: date) -> date:
    """The first day of the stretch that contains `day`."""
    match every:
        case Recurrence.MONTH:
            return day.replace(day=1)
        case Recurrence.QUARTER:
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        case Recurrence.YEAR:
            return date(day.year, 1, 1)
        case Recurrence.ACADEMIC_YEAR:
            return date(day.year if day.month >= 9 else day.year - 1, 9, 1)


def _next(every: Recurrence, begins: date) -> date:
    months = {Recurrence.MONTH: 1, Recurrence.QUARTER: 3}.get(every, 12)
    month = begins.month - 1 + months
    return date(begins.year + month // 12, month % 12 + 1, 1)


def _name(every: Recurrence, begins: date) -> str:
    """What the sheet's column `occurrence` holds: 2026-04, 2026-Q2, 2026, 2026/2027."""
    match every:
        case Recurrence.MONTH:
            return f"{begins:%Y-%m}"
        case Recurrence.QUARTER:
            return f"{begins.year}-Q{(begins.month + 2) // 3}"
        case Recurrence.YEAR:
            return str(begins.year)
        case Recurrence.ACADEMIC_YEAR:
            return f"{begins.year}/{begins.year + 1}"
