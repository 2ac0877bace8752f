"""What the watches of MoodleClient are told: numbers to be counted, and how each question went."""

from dataclasses import dataclass

ANSWERED, REFUSED, FAILED = "answered", "refused", "failed"
"""How a request ended."""

OVER_BUDGET, KEPT_AWAY = "over_budget", "kept_away"
"""Why none was made."""

WAITED, OPENED = "waited", "opened"
"""Seconds spent waiting for a place in the budget; that the breaker opened."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How one question ended. outcome: ANSWERED, REFUSED or FAILED. reason: a code, of the latter
    two. ahead_s: how far the site's clock is ahead of ours, where the answer bears a date."""

    function: str
    outcome: str
    reason: str = ""
    ahead_s: float | None = None
