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


def sheet(rows: Sequence[T], asked: str | None) -> Sheet[T]:
    """The page asked for; one that is not there becomes the nearest."""
    last = max(1, -(-len(rows) // PER_PAGE))
    number = min(number_of(asked) or 1, last)
    return Sheet(rows[(number - 1) * PER_PAGE : number * PER_PAGE], number, last, len(rows))


def search(rows: Sequence[T], text: str, told: Callable[[T], str]) -> list[T]:
    """Those in whose text every word occurs; case does not matter, nor does ё for е."""
    words = _folded(text).split()
    return [row for row in rows if all(word in _folded(told(row)) for word in words)]


def _folded(text: str) -> str:
    return text.casefold().replace("ё", "е")
