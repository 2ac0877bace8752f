"""What a watch of MoodleClient is told, to be counted."""

ANSWERED, REFUSED, FAILED = "answered", "refused", "failed"
"""How a request ended."""

OVER_BUDGET, KEPT_AWAY = "over_budget", "kept_away"
"""Why none was made."""

WAITED, OPENED = "waited", "opened"
"""Seconds spent waiting for a place in the budget; that the breaker opened."""
