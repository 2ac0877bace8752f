"""Notices that have not gone out, and how they are changed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from connector.models import Notice
from connector.models.many import update_many

UNSENT = ("waiting", "held", "withdrawn")
_IS_UNSENT = (
    f"notices.state IN {UNSENT} AND (notices.state <> 'waiting' OR notices.lease_token IS NULL)"
)


def change_unsent(session: Session, changes: Sequence[dict[str, Any]]) -> None:
    """Changes rows by id (`row`), all in the same columns; never one that is being sent, or that
    perhaps was and is to be sent again as the same letter."""
    if not changes:
        return
    names = [name for name in changes[0] if name != "row"]
    keys = [{"id": change["row"]} for change in changes]
    values = [{name: change[name] for name in names} for change in changes]
    update_many(session, Notice, keys, values, _IS_UNSENT)
