"""Counting the work: how long batches take and how many rows they hold, written down in time."""

import logging
from collections.abc import Callable
from time import monotonic

from connector import tracing
from connector.db import Database
from connector.errors import BrokerUnavailable, StorageUnavailable
from connector.services.upkeep.tallying import TallyService
from connector.tallies import Tallies

log = logging.getLogger(__name__)

COUNT_S = 5.0
"""How often a process adds its share to the sums."""


class Counting:
    """flush is called by a loop of each process, and once more at its end."""

    def __init__(self, db: Database, tallies: Tallies) -> None:
        self._db = db
        self._tallies = tallies

    def flush(self) -> int:
        """Always 0: the next is due when its time comes. Raises StorageUnavailable."""
        taken = self._tallies.take()
        if taken:
            try:
                with self._db.writing() as session:
                    TallyService(session).write(taken)
            except StorageUnavailable:
                self._tallies.give_back(taken)
                raise
        return 0


def measured(tallies: Tallies, kind: str, work: Callable[[], int]) -> int:
    """Does one batch; one that found nothing to do is not counted, one that failed is."""
    began = monotonic()
    with tracing.span(f"connector.{kind}") as span:
        try:
            count = work()
        except Exception:
            # Whatever it was is told by the caller; here it is only counted.
            tallies.add("batch_faults", kind)
            raise
        if not count:
            span.drop()
        tracing.note(rows=count)
    if count:
        tallies.add("batch_rows", kind, by=count)
        seconds = monotonic() - began
        tallies.took("batch_seconds", kind, seconds=seconds)
        log.info("batch.done kind=%s rows=%d seconds=%.3f", kind, count, seconds)
    return count


def counted(tallies: Tallies, publish: Callable[[str], None]) -> Callable[[str], None]:
    """A publisher of hints that counts what the broker took, and what it did not."""

    def publish_counted(kind: str) -> None:
        try:
            publish(kind)
        except BrokerUnavailable:
            tallies.add("hints", "lost")
            raise
        tallies.add("hints", "sent")

    return publish_counted
