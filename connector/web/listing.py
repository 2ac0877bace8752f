"""Long lists: searched, and cut into pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from connector.web.numbers import number_of

T = TypeVar("T")
PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Sheet(Generic[T]):
    """One page of a list; number: from 1 to `last`."""

    rows: Sequence[T]
    number: int
    last: int
    total: int

    @property
    def offered(self) -> list[int | None]:
        """Numbers of pages to go to: the first, the last and those around; None for a gap."""
        near = {1, self.last, *range(self.number - 2, self.number + 3)}
        found: list[int | None] = []
        for number in sorted(one for one in near if 1 <= one <= self.last):
            before = found[-1] if found else 0
            if before is not None and number > before + 1:
                found.append(None)
            found.append(number)
        return found


def sheet(rows: Sequence[T], asked: str | None) -> Sheet[T]:
    """The page asked for; one that is not there becomes the nearest."""
    number, last = cut(len(rows), asked, PER_PAGE)
    return Sheet(rows[(number - 1) * PER_PAGE : number * PER_PAGE], number, last, len(rows))


def cut(total: int, asked: str | None, per_page: int) -> tuple[int, int]:
    """The number of the page asked for, or the nearest there is, and of the last one."""
    last = max(1, -(-total // per_page))
    return min(number_of(asked) or 1, last), last


def search(rows: Sequence[T], text: str, told: Callable[[T], str]) -> list[T]:
    """Those in whose text every word occurs; case does not matter, nor does ё for е."""
    words = _folded(text).split()
    return [row for row in rows if all(word in _folded(told(row)) for word in words)]


def _folded(text: str) -> str:
    return text.casefold().replace("ё", "е")
