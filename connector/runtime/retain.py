"""The retention loop: each day one pass over what has had its time, in short transactions.

It begins anew when the process does. Two at once do no harm: what one has emptied the other passes.
"""

import logging
from datetime import datetime, timedelta

from connector.clock import Clock
from connector.db import Database
from connector.services.upkeep.retention import Class, Keep, RetentionService

log = logging.getLogger(__name__)

EVERY = timedelta(days=1)


class Retainer:
    """run_once does one step of the pass at hand."""

    def __init__(self, db: Database, keep: Keep, clock: Clock) -> None:
        self._db = db
        self._keep = keep
        self._clock = clock
        self._left = list(Class)
        self._after = 0
        self._changed = 0
        self._next_pass: datetime | None = None

    def run_once(self) -> int:
        """1 while the pass goes on, 0 once it is over and until the next one is due."""
        now = self._clock.now()
        if not self._left:
            if self._next_pass is not None and now < self._next_pass:
                return 0
            self._left = list(Class)
        what = self._left[0]
        with self._db.writing() as session:
            step = RetentionService(session, self._keep).step(what, self._after, now)
        self._changed += step.changed
        self._after = step.next or 0
        if step.next is None:
            if self._changed:
                log.info("retain.done class=%s rows=%d", what, self._changed)
            self._changed = 0
            del self._left[0]
        if not self._left:
            self._next_pass = now + EVERY
            return 0
        return 1
