"""What must hold of whatever leaves the town: events, calls of webhooks, actions, and what one
cause may lead to only once. Each check says what does not hold, in sentences."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import select

from connector.models import Action, Event, Subject, WebhookCall
from connector.services.events.messages import event_id
from tests.faults.founding import Calm, actions, drafts, stalls
from tests.faults.outcome import Findings
from tests.faults.town import Town
from tests.integration.distributed_town import MUNICIPALITY

TROUBLES = ("storage_unavailable", "lost_lease", "broker_away", "fault")
"""What is logged by whoever could not note that something was told, and tells it again."""


def check_outside(town: Town, calm: Calm, findings: Findings) -> None:
    _published(town, findings)
    _called(town, findings)
    _done_in_moodle(town, calm, findings)
    _once_for_each_cause(town, calm, findings)


def _published(town: Town, findings: Findings) -> None:
    """Everything is in line, without a gap, and the broker has heard all of it."""
    with town.container.db.reading() as session:
        rows = session.execute(
            select(Event.municipality, Event.key, Event.number).order_by(Event.number)
        ).all()
    findings.found(0 if rows else 1, "town without an event: nothing was tried")
    gaps = [number for _, _, number in rows] != list(range(1, len(rows) + 1))
    findings.found(int(gaps), "line of events with gaps")
    if town.listener is not None:
        ids = {event_id(municipality, key) for municipality, key, _ in rows}
        _heard("published", town.listener.heard(), ids, town, findings)


def _called(town: Town, findings: Findings) -> None:
    with town.container.db.reading() as session:
        events = session.scalars(select(Event.key).where(Event.municipality == MUNICIPALITY)).all()
        undelivered = session.scalars(
            select(WebhookCall.state).where(WebhookCall.state != "delivered")
        ).all()
    findings.lost += findings.found(len(undelivered), "calls not delivered")
    heard = list(town.receiver.heard)
    ids = {event_id(MUNICIPALITY, key) for key in events}
    _heard("called out", Counter(h["webhook-id"] for h, _ in heard), ids, town, findings)
    differing = len({(h["webhook-id"], body) for h, body in heard}) - len(ids)
    findings.found(max(0, differing), "calls with the same id and another body")


def _heard(
    how: str, heard: Mapping[str, int], ids: set[str], town: Town, findings: Findings
) -> None:
    most = 1 + town.crashes + _troubles(town)
    findings.lost += findings.found(len(ids - heard.keys()), f"events never {how}")
    findings.found(len(heard.keys() - ids), f"events {how} and unknown")
    often = [one for one, times in heard.items() if times > most]
    findings.doubled += findings.found(len(often), f"events {how} more than {most} times")


def _troubles(town: Town) -> int:
    return sum(word in line for line in town.log_lines() for word in TROUBLES)


def _done_in_moodle(town: Town, calm: Calm, findings: Findings) -> None:
    with town.container.db.reading() as session:
        rows = session.execute(
            select(Action.user_id, Action.state, Action.reason).where(Action.state != "withdrawn")
        ).all()
    undone = [(state, reason) for _, state, reason in rows if state != "done"]
    missing = calm.actions - actions(town.container)
    findings.lost += findings.found(len(missing), f"actions not owed, {sorted(missing)[:1]}")
    findings.lost += findings.found(len(undone), f"actions not done, {undone[:1]}")
    orders = town.enrolling.orders
    never = [user for user, _, _ in rows if not orders[user]]
    findings.lost += findings.found(len(never), "actions said to be done that never were")
    # Each try asks first. Twice is only who was stopped between the question and the order.
    often = [user for user, times in orders.items() if times > 1 + town.crashes]
    findings.doubled += findings.found(len(often), "people enrolled again and again")


def _once_for_each_cause(town: Town, calm: Calm, findings: Findings) -> None:
    there = stalls(town.container)
    findings.lost += findings.found(len(calm.stalls - there), "stalls that nobody was told of")
    findings.doubled += findings.found(len(there - calm.stalls), "stalls told as another episode")
    proposed = drafts(town.container)
    findings.lost += findings.found(len(calm.drafts - proposed), "deficits without their draft")
    findings.doubled += findings.found(
        len(proposed - calm.drafts), f"drafts too many, {sorted(proposed - calm.drafts)[:1]}"
    )
    with town.container.db.reading() as session:
        states = session.scalars(select(Subject.state).where(Subject.kind == "staff")).all()
    routes = (
        [route for route in (state or {}).get("routes") or () if route.get("state") == "draft"]
        for state in states
    )
    several = sum(len(found) > 1 for found in routes)
    findings.doubled += findings.found(several, "people with several drafts")
