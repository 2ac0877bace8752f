"""One Moodle client per source, with its breaker and budget, for as long as the process lives."""

from threading import Lock

from connector.clock import Clock
from connector.moodle.breaker import Breaker
from connector.moodle.budget import Budget
from connector.moodle.client import MoodleClient
from connector.outgoing import Guard, GuardedSession
from connector.services.sources import SourceDetails


class Moodles:
    """Hands out clients; a changed address or token makes a new one."""

    def __init__(self, clock: Clock, allow_private: bool) -> None:
        self._clock = clock
        self._allow_private = allow_private
        self._lock = Lock()
        self._clients: dict[str, tuple[tuple[str, str], MoodleClient]] = {}

    def client(self, source: SourceDetails) -> MoodleClient | None:
        """None while the source has no address or no token."""
        if not source.url or not source.rest_token:
            return None
        wanted = (source.url, source.rest_token)
        with self._lock:
            held = self._clients.get(source.code)
            if held is not None and held[0] == wanted:
                return held[1]
            guard = Guard.for_urls(source.url, allow_private=self._allow_private)
            client = MoodleClient(
                source.url,
                source.rest_token,
                session=GuardedSession(guard),
                clock=self._clock,
                budget=Budget(),
                breaker=Breaker(),
            )
            self._clients[source.code] = (wanted, client)
            return client
