"""A figure with what is drawn of it."""

from dataclasses import dataclass

from connector.domain.because import SliceKind
from connector.services.access.visibility import Sight
from connector.services.figures.figures import Figure
from connector.web.bars import Bar, bar, bar_of
from connector.web.shown_figures import ShownSlice, of_kind, shown_slices


@dataclass(frozen=True, slots=True)
class Card:
    """slices: each with its bar."""

    figure: Figure
    bar: Bar | None
    slices: tuple[tuple[ShownSlice, Bar | None], ...] = ()


def card_of(figure: Figure, sight: Sight, by: SliceKind | None) -> Card:
    """The figure as this viewer may see it."""
    shown = of_kind(shown_slices(figure, sight), by) if by else ()
    plan = figure.plan.at_least if figure.plan else None
    return Card(figure, bar_of(figure), tuple((one, bar(one.share, plan)) for one in shown))
