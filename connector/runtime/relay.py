"""Takes hints out of web requests: many nudges become few messages, and nobody waits for a broker.

A request that published by itself would hang with the broker, and its sender would time out on
deliveries that are stored already.
"""

import logging
from collections.abc import Callable, Sequence
from threading import Event

from connector.errors import BrokerUnavailable
from connector.runtime.loops import Loop

log = logging.getLogger(__name__)

GAP_S = 0.2
"""At most one hint of each kind in this time: whoever drains takes all that came meanwhile."""
AGAIN_S = 5.0
"""How soon a broker that was away is tried again, if no nudge comes."""


class Relay:
    """One thread, one remembered bit: whatever the broker does, memory does not grow.

    publish: sends one hint of a kind; may take its time; raises BrokerUnavailable.
    """

    def __init__(
        self,
        publish: Callable[[str], None],
        kinds: Sequence[str],
        gap_s: float = GAP_S,
        again_s: float = AGAIN_S,
    ) -> None:
        self._publish = publish
        self._kinds = tuple(kinds)
        self._gap_s = gap_s
        self._wanted = Event()
        self._stopping = Event()
        self._is_away = False
        self._loop = Loop("relay", self._turn, again_s)

    def start(self) -> None:
        self._loop.start()

    def nudge(self) -> None:
        """There may be work. Returns at once, whatever the broker does."""
        self._wanted.set()
        self._loop.nudge()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Hands on what was nudged before; a broker that is away leaves it to the sweep."""
        self._stopping.set()
        self._loop.stop()
        self._loop.join(timeout_s)
        if not self._is_away:
            self._turn()

    def _turn(self) -> int:
        if not self._wanted.is_set():
            return 0
        self._wanted.clear()
        try:
            for kind in self._kinds:
                self._publish(kind)
        except BrokerUnavailable as err:
            self._note(err)
            # Not lost to this process yet: its next look, or nudge, tries once more.
            self._wanted.set()
        else:
            self._note(None)
        self._stopping.wait(self._gap_s)
        return 0

    def _note(self, err: BrokerUnavailable | None) -> None:
        """Logs the change, not every hint of a night without a broker."""
        if err is not None and not self._is_away:
            log.warning("relay.broker_away error=%s", err)
        if err is None and self._is_away:
            log.warning("relay.broker_back")
        self._is_away = err is not None
