"""The log of looks and decisions: who saw a person's profile, who decided what (domain 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.models import Audit
from connector.services.access.visibility import Viewer

PROFILE_LOOKED_AT = "profile.looked_at"
LETTER_LOOKED_AT = "letter.looked_at"
DELIVERY_LOOKED_AT = "delivery.looked_at"
DELIVERY_REPLAYED = "delivery.replayed"
ACCOUNT_CONFIRMED = "account.confirmed"
ACCOUNT_PARTED = "account.parted"
ACCOUNT_IGNORED = "account.ignored"
ACCOUNT_LEFT = "account.left"
ACCOUNT_MERGED = "account.merged"
ACCOUNT_RESTORED = "account.restored"
SOURCE_ADDED = "source.added"
SOURCE_CHANGED = "source.changed"
SECRET_ROTATED = "source.secret_rotated"
SECRET_TAKEN = "source.secret_taken"
WEBHOOK_CHANGED = "webhook.changed"
WITHDRAWAL_AGREED = "withdrawal.agreed"
WITHDRAWAL_REFUSED = "withdrawal.refused"
WITHDRAWAL_TAKEN_BACK = "withdrawal.taken_back"
SIGNED_IN_BY_LINK = "link.signed_in"
LETTERS_CHOSEN = "letters.chosen"
SAMPLE_SENT = "sample.sent"
ADDRESS_TRIED_AGAIN = "address.tried_again"
BURST_RELEASED = "burst.released"
BURST_DISCARDED = "burst.discarded"
ALARM_ACKNOWLEDGED = "alarm.acknowledged"
ALARM_SNOOZED = "alarm.snoozed"
ACTIONS_RETRIED = "actions.retried"
FRAMEWORK_TAKEN = "framework.taken"


@dataclass(frozen=True, slots=True)
class Look:
    """One line of the log."""

    at: datetime
    actor: str
    action: str


class LookService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def note(
        self,
        viewer: Viewer,
        action: str,
        municipality: str | None,
        person: str | None,
        now: datetime,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Writes one look or decision down."""
        self._session.add(
            Audit(
                at=now,
                municipality=municipality,
                actor=viewer.actor,
                action=action,
                person=person,
                detail=dict(detail) if detail else None,
            )
        )
        self._session.flush()

    def of_person(self, municipality: str, number: str, limit: int = 50) -> tuple[Look, ...]:
        """Who looked at this person, the latest first."""
        rows = self._session.execute(
            select(Audit.at, Audit.actor, Audit.action)
            .where(Audit.municipality == municipality, Audit.person == number)
            .order_by(Audit.at.desc(), Audit.id.desc())
            .limit(limit)
        )
        return tuple(Look(at, actor, action) for at, actor, action in rows)
