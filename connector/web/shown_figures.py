"""Figures as one viewer may see them: small slices hidden, for pages and API alike (domain 7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from connector.domain.because import SliceKind
from connector.services.access.visibility import Sight, SliceSize, hidden_slices
from connector.services.figures.figures import Figure


@dataclass(frozen=True, slots=True)
class ShownSlice:
    """A slice; hidden: population, achieved and share are None and must not be told."""

    kind: SliceKind
    code: str
    name: str
    population: int | None
    achieved: int | None
    share: float | None
    hidden: bool = False


def shown_slices(figure: Figure, sight: Sight) -> tuple[ShownSlice, ...]:
    """The slices of a figure, in its order.

    `figure` must hold all slices of a kind or none: which ones could be told by subtraction cannot
    be seen from a part of them.
    """
    sizes = [SliceSize(one.kind, one.code, one.population) for one in figure.slices]
    hidden = hidden_slices(figure.indicator.subject, sizes, sight)
    return tuple(
        ShownSlice(one.kind, one.code, one.name, None, None, None, hidden=True)
        if (one.kind, one.code) in hidden
        else ShownSlice(one.kind, one.code, one.name, one.population, one.achieved, one.share)
        for one in figure.slices
    )


def of_kind(slices: Sequence[ShownSlice], kind: SliceKind) -> tuple[ShownSlice, ...]:
    """The slices of one kind that somebody counts in."""
    return tuple(one for one in slices if one.kind is kind and (one.hidden or one.population))
