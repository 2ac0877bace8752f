"""How a town comes to rest after the trouble: waited for, with the pauses in between skipped."""

import time
from datetime import datetime, timedelta

from sqlalchemy import text

from connector.errors import StorageUnavailable
from tests.faults.town import PATIENCE_S, Town

BOUND_S = 2 * 3600
"""On the town's clock: a Moodle that refuses is asked again after a quarter of an hour, a mail
server that is down after five minutes, and some things take several looks."""
LONGEST_TERM_S = 600
"""Of any claim: connector.runtime.resolve.TERM, send.TERM."""
STILL_S = 0.4
"""Real seconds without any change before what is not due yet is made due;"""
STILL_CLAIMED_S = 2.0
"""where somebody has a claim and may be at work, longer: nobody is to be robbed of it."""

_LEFT = text("""
SELECT 'delivery' AS what, id, coalesce(greatest(next_try_at, lease_until), :now) AS due,
       lease_until, attempts AS tries FROM deliveries WHERE state IN ('new', 'ready')
UNION ALL
SELECT 'subject', id, coalesce(lease_until, :now), lease_until, version FROM subjects WHERE dirty
UNION ALL
SELECT 'notice', id, CASE state WHEN 'sending' THEN lease_until ELSE not_before END, lease_until,
       attempts FROM notices WHERE state IN ('waiting', 'sending')
ORDER BY 1, 2
""")


class Restless(Exception):
    """It did not come to rest within its time; says what is left."""


def come_to_rest(town: Town) -> None:
    """Returns when nothing is left to do that is due today. Raises Restless.

    Where everybody waits for a moment to come (a lease's end, the next try), it is made to come.
    """
    began, former, still_since = town.clock.now(), "", time.monotonic()
    patience_ends = time.monotonic() + PATIENCE_S
    while True:
        now = town.clock.now()
        left = _left(town, now)
        if left == [] and town.senders.are_done:
            return
        seen = f"{left} {town.senders.left}"
        if seen != former:
            former, still_since = seen, time.monotonic()
            patience_ends = max(patience_ends, time.monotonic() + PATIENCE_S / 3)
        if time.monotonic() > patience_ends or (now - began).total_seconds() > BOUND_S:
            raise Restless(f"{town.senders.left} parcels, {left}\n{town.told()}")
        if left and town.senders.are_done:
            first = min(due for _, _, due, _, _ in left)
            claimed = any(until and until > now for _, _, _, until, _ in left)
            still_s = STILL_CLAIMED_S if claimed else STILL_S
            if first > now and time.monotonic() - still_since > still_s:
                town.clock.move_on((first - now).total_seconds() + 0.2)
        time.sleep(0.05)


def _left(
    town: Town, now: datetime
) -> list[tuple[str, int, datetime, datetime | None, int]] | None:
    """What is not finished, and when it is due; None where nobody can say."""
    try:
        with town.container.db.reading() as session:
            rows = [tuple(row) for row in session.execute(_LEFT, {"now": now})]
    except StorageUnavailable:
        return None
    for what, id_, _, lease_until, _ in rows:
        if lease_until and lease_until > now + timedelta(seconds=LONGEST_TERM_S + 60):
            town.note(f"the lease of {what} {id_} ends too late")
    # What people are told tomorrow is not late today.
    tomorrow = now.replace(hour=21, minute=0)
    return [row for row in rows if row[0] != "notice" or row[2] < tomorrow]
