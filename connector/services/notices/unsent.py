"""Notices that have not gone out: how they are changed, and when they may go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from connector.domain.hours import Hours
from connector.domain.owed import Recipient
from connector.models import Notice
from connector.models.many import update_many

UNSENT = ("waiting", "held", "withdrawn")
_IS_UNSENT = f"notices.state IN {UNSENT}"
_PERSONAL = frozenset({Recipient.TEACHER, Recipient.MENTOR})


def change_unsent(session: Session, changes: Sequence[dict[str, Any]]) -> None:
    """Changes rows by id (`row`), all in the same columns; never one that is being sent."""
    if not changes:
        return
    names = [name for name in changes[0] if name != "row"]
    keys = [{"id": change["row"]} for change in changes]
    values = [{name: change[name] for name in names} for change in changes]
    update_many(session, Notice, keys, values, _IS_UNSENT)


def next_moment(role: str, urgent: bool, hours: Hours, now: datetime) -> datetime:
    """Alerts and what is written to a teacher or mentor go at the next moment people may be
    disturbed; the rest waits for the digest."""
    soon = urgent or role in _PERSONAL
    return hours.next_open(now) if soon else hours.next_digest(now)
