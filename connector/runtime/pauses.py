"""Growing pauses between tries, so that trouble is not answered with a storm."""

from datetime import timedelta

_MINUTES = (0.1, 0.5, 2, 5, 15, 30)


def pause(attempts: int) -> timedelta:
    """How long to wait after the `attempts`-th failure (from 1): seconds at first, then half an
    hour each time."""
    return timedelta(minutes=_MINUTES[min(max(attempts, 1), len(_MINUTES)) - 1])
