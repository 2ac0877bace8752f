"""Geometry of a share's bar, in hundredths of its width: SVG attributes, because the policy of our
pages allows no inline styles."""

from dataclasses import dataclass

from connector.services.figures.figures import Figure


@dataclass(frozen=True, slots=True)
class Bar:
    """filled, plan: 0..100; plan None: there is none."""

    filled: float
    plan: float | None
    met: bool | None


def bar(share: float | None, plan: float | None = None, met: bool | None = None) -> Bar | None:
    """None where there is no share to draw."""
    if share is None:
        return None
    return Bar(_clipped(share), None if plan is None else _clipped(plan), met)


def bar_of(figure: Figure) -> Bar | None:
    """A ratio has no upper end, a count no whole, and the municipality is one: nothing to draw."""
    indicator = figure.indicator
    if indicator.kind in ("ratio", "count") or indicator.subject == "municipality":
        return None
    plan = figure.plan
    return bar(figure.share, plan.at_least if plan else None, plan.met if plan else None)


def _clipped(share: float) -> float:
    return round(min(max(share, 0.0), 1.0) * 100, 2)
