"""Notices that have not gone out: how they are changed, and when they may go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, update
from sqlalchemy.orm import Session

from connector.domain.hours import PostHours
from connector.domain.owed import Recipient
from connector.models import Notice

UNSENT = ("waiting", "held", "withdrawn")
_PERSONAL = frozenset({Recipient.TEACHER, Recipient.MENTOR})


def change_unsent(session: Session, changes: Sequence[dict[str, Any]]) -> None:
    """Changes rows by id (`row`), all in the same columns; never one that is being sent."""
    if not changes:
        return
    # No IN list: SQLAlchemy cannot spread one out where many rows are changed at once.
    unsent = or_(*(Notice.state == state for state in UNSENT))
    columns = [name for name in changes[0] if name != "row"]
    session.connection().execute(
        update(Notice)
        .where(Notice.id == bindparam("row"), unsent)
        .values({name: bindparam(f"new_{name}") for name in columns}),
        [{"row": c["row"], **{f"new_{name}": c[name] for name in columns}} for c in changes],
    )


def next_moment(role: str, urgent: bool, hours: PostHours, now: datetime) -> datetime:
    """Alerts and what is written to a teacher or mentor go at the next moment people may be
    disturbed; the rest waits for the digest."""
    soon = urgent or role in _PERSONAL
    return hours.next_open(now) if soon else hours.next_digest(now)
