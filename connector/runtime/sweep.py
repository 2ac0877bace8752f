"""The turn of `connector tick`: what time changes, then a hint for each kind of work that is due.

Whatever hint was lost, and whatever was left by a worker that died, is found here. Any number of
ticks may run: they mark what is marked already, and double hints that may be doubled.
"""

import logging
from collections.abc import Callable

from connector.bootstrap import Container
from connector.errors import BrokerUnavailable
from connector.runtime.cohort_rounds import wishing
from connector.runtime.counting import counted
from connector.runtime.hints import Hint, due
from connector.runtime.tick import Ticker

log = logging.getLogger(__name__)


class Sweep:
    """publish: sends one hint of a kind; raises BrokerUnavailable."""

    def __init__(self, container: Container, publish: Callable[[str], None]) -> None:
        self._db = container.db
        self._clock = container.clock
        self._rulebook = container.rulebook
        self._ticker = Ticker(container.db, container.rulebook, container.settings, container.clock)
        self._tallies = container.tallies
        self._publish = counted(container.tallies, publish)

    def run_once(self) -> int:
        """One turn. Always 0: the next is due when its time comes. Raises StorageUnavailable."""
        self._ticker.run_once()
        self._tallies.put("tick_timestamp_seconds", value=self._clock.now().timestamp())
        with self._db.reading() as session:
            kinds = set(due(session, self._clock.now()))
        if wishing(self._rulebook):
            # Whether a round through the cohorts is due is found out where it is made.
            kinds.add(Hint.ACT)
        try:
            for kind in sorted(kinds):
                self._publish(kind)
        except BrokerUnavailable as err:
            log.warning("sweep.broker_away error=%s", err)
        return 0
