"""How a town comes to rest after the trouble: waited for, with the pauses in between skipped."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connector.errors import StorageUnavailable
from connector.models import (
    Action,
    Delivery,
    DraftWish,
    Event,
    EventLine,
    Notice,
    Subject,
    Webhook,
    WebhookCall,
)
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


class Restless(Exception):
    """It did not come to rest within its time; says what is left."""


def come_to_rest(town: Town) -> None:
    """Returns when nothing is left to do that is due today. Raises Restless.

    Where everybody waits for a moment to come (a lease's end, the next try), it is made to come.
    """
    began, former, still_since = town.clock.now(), "", time.monotonic()
    rested_since: float | None = None
    patience_ends = time.monotonic() + PATIENCE_S
    while True:
        now = town.clock.now()
        left = _left(town, now)
        if left == [] and town.senders.are_done:
            # A tick may find work yet: one that was started again looks at everything once.
            rested_since = rested_since or time.monotonic()
            if town.have_all_ticked(rested_since):
                return
        else:
            rested_since = None
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
            rows = sorted(_open_rows(session, now), key=lambda row: row[:2])
            rows += sorted(_untold(session, now, town.listener is not None))
    except StorageUnavailable:
        return None
    for what, id_, _, lease_until, _ in rows:
        if lease_until and lease_until > now + timedelta(seconds=LONGEST_TERM_S + 60):
            town.note(f"the lease of {what} {id_} ends too late")
    # What people are told tomorrow is not late today.
    tomorrow = now.replace(hour=21, minute=0)
    return [row for row in rows if row[0] != "notice" or row[2] < tomorrow]


def _open_rows(
    session: Session, now: datetime
) -> Iterator[tuple[str, int, datetime, datetime | None, int]]:
    """What is open of each kind: its number, when it is due, its claim's end, its tries."""
    deliveries = select(
        Delivery.id, Delivery.next_try_at, Delivery.lease_until, Delivery.attempts
    ).where(Delivery.state.in_(("new", "ready")))
    for id_, next_try_at, lease_until, tries in session.execute(deliveries):
        due = max((at for at in (next_try_at, lease_until) if at), default=now)
        yield "delivery", id_, due, lease_until, tries
    subjects = select(Subject.id, Subject.lease_until, Subject.version).where(Subject.dirty)
    for id_, lease_until, version in session.execute(subjects):
        yield "subject", id_, lease_until or now, lease_until, version
    wishes = select(DraftWish.person, DraftWish.lease_until, DraftWish.asks)
    for place, (_, lease_until, asks) in enumerate(session.execute(wishes.order_by("person"))):
        yield "draft", place, lease_until or now, lease_until, asks
    notices = select(
        Notice.id, Notice.state, Notice.not_before, Notice.lease_until, Notice.attempts
    ).where(Notice.state.in_(("waiting", "sending")))
    for id_, state, not_before, lease_until, tries in session.execute(notices):
        due = lease_until if state == "sending" else not_before
        yield "notice", id_, due, lease_until, tries
    actions = select(
        Action.id, Action.state, Action.not_before, Action.lease_until, Action.attempts
    ).where(Action.state.in_(("waiting", "doing")))
    for id_, state, not_before, lease_until, tries in session.execute(actions):
        due = (lease_until or now) if state == "doing" else not_before
        yield "action", id_, due, lease_until, tries


def _untold(
    session: Session, now: datetime, is_published: bool
) -> Iterator[tuple[str, int, datetime, datetime | None, int]]:
    """As `_open_rows`, of events and webhooks; a count in place of each number."""
    untold = Event.number.is_(None)
    if is_published:
        untold |= Event.published_at.is_(None)
    count = session.scalar(select(func.count()).where(untold))
    lease_until = session.scalar(select(EventLine.lease_until))
    if count:
        yield "event", count, lease_until or now, lease_until, 0
    calls = (
        select(
            func.count(),
            func.min(WebhookCall.next_at),
            Webhook.paused_until,
            Webhook.lease_until,
            Webhook.failures,
        )
        .join(Webhook, Webhook.id == WebhookCall.webhook_id)
        .where(WebhookCall.state == "waiting")
        .group_by(Webhook.id)
    )
    for count, next_at, paused_until, lease_until, failures in session.execute(calls):
        due = max(at for at in (next_at, paused_until, lease_until) if at)
        yield "call", count, due, lease_until, failures
