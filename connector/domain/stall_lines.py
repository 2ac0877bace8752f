"""One stall, one line in one letter: what a reader hears twice in two capacities is said once.

Both notices are told by that letter; which of the two is read is decided here, in whatever order
they come.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from connector.domain.owed import Said

_SAYS_MOST = (
    # A colleague counts on the reader.
    "stall_handed",
    # The later the rung, the more is told of what was tried and how long it lasts.
    "route_stalled.specialist",
    "route_stalled.head",
    "stall_check",
    "stall_reminder",
    "route_stalled.methodist",
    "route_stalled.mentor",
)


_Said = TypeVar("_Said", bound=Said)


def said_once(notices: Iterable[_Said]) -> list[_Said]:
    """Without what another notice to the same reader says better of the same stall."""
    kept: list[_Said] = []
    places: dict[tuple[Any, ...], int] = {}
    for notice in notices:
        stall = _stall(notice)
        place = places.setdefault(stall, len(kept)) if stall is not None else len(kept)
        if place == len(kept):
            kept.append(notice)
        elif _rank(notice) < _rank(kept[place]):
            kept[place] = notice
    return kept


def _stall(notice: Said) -> tuple[Any, ...] | None:
    """None: it is about none, or does not say whose."""
    params = notice.params
    if _name(notice) not in _SAYS_MOST or not params.get("of"):
        return None
    return params["of"], params.get("number"), params.get("first_day")


def _name(notice: Said) -> str:
    alone = f"{notice.kind}.{notice.role}"
    return alone if alone in _SAYS_MOST else notice.kind


def _rank(notice: Said) -> tuple[int, str]:
    # Of two alike any will do, as long as it is always the same one.
    return _SAYS_MOST.index(_name(notice)), repr(sorted(notice.params.items()))
