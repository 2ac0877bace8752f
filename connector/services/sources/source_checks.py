"""Tests of connections, kept until the next one, and whether a first event has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.dialects.envelope import MALFORMED
from connector.domain.signals import NativeType
from connector.models import Delivery, SourceCheck
from connector.moodle.findings import Finding, Outcome


@dataclass(frozen=True, slots=True)
class Checked:
    """What a test found, and when."""

    at: datetime
    findings: tuple[Finding, ...]


class SourceCheckService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, source: str, findings: Sequence[Finding], now: datetime) -> None:
        """In place of what was found before."""
        self._session.merge(
            SourceCheck(
                source=source,
                checked_at=now,
                findings=[
                    [one.subject, str(one.outcome), one.reason, list(one.about)] for one in findings
                ],
            )
        )
        self._session.flush()

    def forget(self, source: str) -> None:
        """After a change of address or token: what was found is of another connection."""
        row = self._session.get(SourceCheck, source)
        if row is not None:
            self._session.delete(row)
            self._session.flush()

    def latest(self, source: str) -> Checked | None:
        row = self._session.get(SourceCheck, source)
        if row is None:
            return None
        return Checked(
            row.checked_at,
            tuple(
                Finding(subject, Outcome(outcome), reason, tuple(about))
                for subject, outcome, reason, about in row.findings
            ),
        )

    def first_event_at(self, source: str) -> datetime | None:
        """When the oldest stored event that a sender told arrived; a ping is none."""
        return self._session.scalar(
            select(Delivery.received_at)
            .where(
                Delivery.source == source,
                Delivery.origin == "sender",
                Delivery.type.not_in((NativeType.PING, MALFORMED)),
            )
            .order_by(Delivery.received_at)
            .limit(1)
        )
