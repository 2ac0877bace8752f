"""One Moodle client per source, with its breaker and budget, for as long as the process lives."""

from collections.abc import Callable
from functools import partial
from ipaddress import ip_address
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from connector.clock import Clock
from connector.moodle.breaker import Breaker
from connector.moodle.budget import Budget
from connector.moodle.watched import ANSWERED, FAILED, OPENED, WAITED, Asked
from connector.services.sources.sources import SourceDetails
from connector.tallies import Tallies

if TYPE_CHECKING:
    from connector.moodle.client import Limits, MoodleClient

ANSWERED_AT = "moodle_answered_timestamp_seconds"
REFUSED_AT = "moodle_refused_timestamp_seconds"
FAILED_AT = "moodle_failed_timestamp_seconds"
CLOCK_AHEAD = "moodle_clock_ahead_seconds"
"""Names of tallies: by source and function; by source, function and reason; by source and reason;
by source."""


class Moodles:
    """Hands out clients; a changed address or token makes a new one."""

    def __init__(self, clock: Clock, allow_private: bool, tallies: Tallies | None = None) -> None:
        self._tallies = tallies or Tallies()
        self._clock = clock
        self._allow_private = allow_private
        self._lock = Lock()
        self._clients: dict[str, tuple[tuple[str, str], MoodleClient]] = {}

    def client(self, source: SourceDetails) -> "MoodleClient | None":
        """None while the source has no address or no token."""
        if not source.url or not source.rest_token:
            return None
        wanted = (source.url, source.rest_token)
        with self._lock:
            held = self._clients.get(source.code)
            if held is not None and held[0] == wanted:
                return held[1]
            client = self._made(source.code, *wanted, asked=partial(self._asked, source.code))
            self._clients[source.code] = (wanted, client)
            return client

    def trial(self, source: SourceDetails) -> "MoodleClient | None":
        """One of its own for a test that somebody waits for: it asks once, does not wait long, and
        is not kept away because the Moodle failed before. What it is refused raises no alarm: it
        asks about courses that nobody wants, too. None as for `client`."""
        if not source.url or not source.rest_token:
            return None
        from connector.moodle.client import Limits

        limits = Limits(connect=5.0, read=15.0, whole=20.0, tries=1)
        return self._made(source.code, source.url, source.rest_token, limits)

    def _made(
        self,
        code: str,
        url: str,
        rest_token: str,
        limits: "Limits | None" = None,
        asked: Callable[[Asked], None] = lambda how: None,
    ) -> "MoodleClient":
        # Web and tick seldom ask a Moodle: requests and all it needs would stay in their memory.
        from connector.moodle.client import MoodleClient
        from connector.outgoing import Guard, GuardedSession

        private = self._allow_private or _is_plainly_private(url)
        return MoodleClient(
            url,
            rest_token,
            session=GuardedSession(Guard.for_urls(url, allow_private=private)),
            clock=self._clock,
            budget=Budget(),
            breaker=Breaker(),
            limits=limits,
            watch=partial(self._watch, code),
            asked=asked,
        )

    def _watch(self, source: str, what: str, amount: float) -> None:
        if what == WAITED:
            self._tallies.add("moodle_wait_seconds", source, by=amount)
        elif what == OPENED:
            self._tallies.add("moodle_breaker_openings", source)
        else:
            self._tallies.add("moodle_requests", source, what)

    def _asked(self, source: str, how: Asked) -> None:
        """The latest of each outcome, for connector.services.alarms: any process may be the one
        that asks."""
        now = self._clock.now().timestamp()
        if how.outcome == ANSWERED:
            self._tallies.put(ANSWERED_AT, source, how.function, value=now)
            if how.ahead_s is not None:
                self._tallies.put(CLOCK_AHEAD, source, value=how.ahead_s)
        elif how.outcome == FAILED:
            self._tallies.put(FAILED_AT, source, how.reason, value=now)
        else:
            self._tallies.put(REFUSED_AT, source, how.function, how.reason, value=now)


def _is_plainly_private(url: str) -> bool:
    """Whether the administrator typed an address itself, or this machine: then it is meant.

    A name is another matter: whoever runs its name server decides where it leads, so names that
    lead into private networks need CONNECTOR_ALLOW_PRIVATE.
    """
    host = urlsplit(url).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host == "localhost"
    return True
