"""What the rulebook knows of whoever answers for a municipality's Python."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from connector.domain.because import SubjectKind
from connector.domain.cases import Case
from connector.domain.owed import Circle
from connector.isolation.said import Said

Pair = tuple[Case, Circle]

PROPOSE = "connector_propose_route"
"""Asked when a draft is wanted; the other hooks are asked whenever a subject is judged."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a plugin's package turned out to be.

    hooks: those it answers that are asked about cases. folders: absolute paths. subjects: the kinds
    that its hooks speak of.
    """

    hooks: frozenset[str]
    folders: tuple[str, ...]
    subjects: frozenset[SubjectKind]


class Asker(Protocol):
    """Answers for one municipality's Python; never raises for whatever that does."""

    def ask(self, pairs: Sequence[Pair], day: date, hooks: Collection[str]) -> list[Said]:
        """What each of `hooks` says of each pair, in the order of `pairs`."""
        ...

    def close(self) -> None:
        """Ends what it runs on; asked again, it starts anew."""
        ...
