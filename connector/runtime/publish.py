"""The publish loop: events are put in line, and told to the broker where there is one.

At least once, in their order, always with the same message id: a crash between the broker's yes
and our mark tells a batch again. A broker that is away is waited for; the events are in the table,
where the API reads them all the same.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import uuid4

from connector.clock import Clock
from connector.db import Database
from connector.errors import BrokerUnavailable, LostLease
from connector.services.events.line import EventLineService
from connector.services.events.messages import StoredEvent
from connector.services.webhooks.calls import WebhookCallService
from connector.tallies import Tallies

log = logging.getLogger(__name__)

PUBLISH_S = 2.0
"""How long an event may wait to be put in line; no nudge says that there is one."""
BATCH = 200
TERM = timedelta(seconds=60)
"""Longer than a batch takes, its broker half dead; how long the next one waits after a crash. The
line is left with each batch: whoever cannot reach the broker must not keep it from those who can.
"""

Publish = Callable[[Sequence[StoredEvent]], None]
"""Hands events to the broker, in their order; returns once it confirmed all of them. Raises
BrokerUnavailable, after some seconds at most: some of them may have got through."""


class EventPublisher:
    """Any number may run, in threads or processes; one of them publishes at a time.

    publish: None where there is no broker; events then only get their places in line.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        publish: Publish | None = None,
        tallies: Tallies | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._publish = publish
        self._tallies = tallies or Tallies()
        self._token = uuid4().hex
        self._is_away = False

    def run_once(self) -> int:
        """One batch; how many events were moved on."""
        return self._line_up() + self._tell()

    def _line_up(self) -> int:
        with self._db.reading() as session:
            if not EventLineService(session).has_arrivals():
                return 0
        with self._db.writing() as session:
            events = EventLineService(session).line_up(BATCH)
            WebhookCallService(session).owe(events, self._clock.now())
            return len(events)

    def _tell(self) -> int:
        if self._publish is None:
            return 0
        now = self._clock.now()
        with self._db.reading() as session:
            if not EventLineService(session).unpublished(1):
                return 0
        with self._db.writing() as session:
            if not EventLineService(session).take_publishing(self._token, now + TERM, now):
                return 0
        with self._db.reading() as session:
            # Only now: what the one before us has told must not be read as untold.
            events = EventLineService(session).unpublished(BATCH)
        told = events if self._is_confirmed(events) else []
        try:
            with self._db.writing() as session:
                EventLineService(session).leave(told, self._token, self._clock.now())
        except LostLease:
            log.warning("publish.lost_lease events=%d", len(told))
            return 0
        if told:
            self._tallies.add("events", "published", by=len(told))
        return len(told)

    def _is_confirmed(self, events: Sequence[StoredEvent]) -> bool:
        if self._publish is None or not events:
            return False
        try:
            self._publish(events)
        except BrokerUnavailable as err:
            self._note(err)
            self._tallies.add("events", "broker_away")
            return False
        self._note(None)
        return True

    def _note(self, err: BrokerUnavailable | None) -> None:
        """Logs the change, not every look of a night without a broker."""
        if err is not None and not self._is_away:
            log.warning("publish.broker_away error=%s", err)
        if err is None and self._is_away:
            log.warning("publish.broker_back")
        self._is_away = err is not None
