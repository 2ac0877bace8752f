"""A connector's client beside a replayed Moodle, with a Moodle clock that tests move."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from connector.clock import AdjustableClock
from connector.moodle.breaker import Breaker
from connector.moodle.budget import Budget
from connector.moodle.client import Limits, MoodleClient
from connector.outgoing import Guard, GuardedSession
from connector.replay import Answering, ReplayedMoodle

TOKEN = "token-of-the-replayed-moodle"
A_DAY = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


@dataclass
class Site:
    """A replayed Moodle, what its clock says, and a client that may ask it."""

    server: ReplayedMoodle
    client: MoodleClient
    now: datetime = A_DAY


def client_of(
    url: str,
    *,
    limits: Limits | None = None,
    breaker: Breaker | None = None,
    sleep: Callable[[float], None] = lambda seconds: None,
) -> MoodleClient:
    """A client without a budget worth the name, which does not sleep."""
    return MoodleClient(
        url,
        TOKEN,
        session=GuardedSession(Guard.for_urls(url, allow_private=True)),
        clock=AdjustableClock(A_DAY),
        budget=Budget(rate=1e6, burst=10**6),
        breaker=breaker or Breaker(failures=10**6),
        limits=limits,
        sleep=sleep,
        chance=lambda: 1.0,
    )


@contextmanager
def site(answers: Answering) -> Iterator[Site]:
    """A running Site that answers with `answers`."""
    moments: list[Site] = []
    server = ReplayedMoodle(answers, TOKEN, lambda: moments[0].now)
    running = Site(server, client_of(server.url))
    moments.append(running)
    with server:
        yield running
