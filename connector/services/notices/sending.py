"""Claims on due notices, and what became of them.

The notices of one recipient that are claimed together stay together: they bear one token until they
are sent, so that a letter that is tried again is the same letter with the same Message-ID, and what
has become due meanwhile waits for the next one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from connector.errors import LostLease
from connector.models import Letter, Notice
from connector.models.inserting import insert_into
from connector.services.notices.linking import stop_way
from connector.services.notices.ways import STOPPED


@dataclass(frozen=True, slots=True)
class DueGroup:
    """Notices that make one letter. first: the least id; token: of an earlier try, if any."""

    municipality: str
    recipient: str
    channel: str
    address: str
    token: str | None
    first: int


@dataclass(frozen=True, slots=True)
class ClaimedNotice:
    id: int
    key: str
    kind: str
    role: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClaimedGroup:
    """attempts: which try this is, from 1."""

    group: DueGroup
    token: str
    attempts: int
    notices: tuple[ClaimedNotice, ...]


class SendingService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def due_municipalities(self, now: datetime) -> Sequence[str]:
        return self._session.scalars(
            select(Notice.municipality).where(_due(now)).distinct().order_by(Notice.municipality)
        ).all()

    def due_groups(
        self,
        municipalities: Collection[str],
        now: datetime,
        limit: int,
        without: Collection[str] = (),
    ) -> list[DueGroup]:
        """The oldest first. without: channels that are down: what waits for them, however much,
        must not fill the turn of the others."""
        where = (Notice.municipality, Notice.recipient, Notice.channel, Notice.address)
        columns = (*where, Notice.lease_token)
        first = func.min(Notice.id)
        rows = self._session.execute(
            select(*columns, first)
            .where(
                _due(now),
                Notice.municipality.in_(municipalities),
                Notice.channel.not_in(without),
            )
            .group_by(*columns)
            .order_by(first)
            .limit(limit)
        )
        return [
            DueGroup(municipality, recipient or "", channel, address or "", token, id_)
            for municipality, recipient, channel, address, token, id_ in rows
        ]

    def claim(
        self, group: DueGroup, token: str, until: datetime, now: datetime
    ) -> ClaimedGroup | None:
        """All due notices of the group; None where somebody else was quicker."""
        first = self._session.execute(
            # The row of the least id stands for the group: two senders must not share it out.
            select(Notice.id)
            .where(Notice.id == group.first, _due(now))
            .with_for_update(skip_locked=True)
        ).first()
        if first is None:
            return None
        rows = self._session.execute(
            update(Notice)
            .where(
                _due(now),
                Notice.municipality == group.municipality,
                Notice.recipient == group.recipient,
                Notice.channel == group.channel,
                Notice.address == group.address,
                Notice.lease_token.is_not_distinct_from(group.token),
            )
            .values(
                state="sending",
                lease_token=token,
                lease_until=until,
                attempts=Notice.attempts + 1,
            )
            .returning(
                Notice.id, Notice.key, Notice.kind, Notice.role, Notice.params, Notice.attempts
            )
            .execution_options(synchronize_session=False)
        ).all()
        notices = sorted((ClaimedNotice(*row[:5]) for row in rows), key=lambda n: n.key)
        return ClaimedGroup(group, token, max(row[5] for row in rows), tuple(notices))

    def sent(self, claimed: ClaimedGroup, letter: Mapping[str, Any], now: datetime) -> None:
        """letter: columns of the letter as it went out. Idempotent, for whoever was not told
        whether it was committed. Raises LostLease."""
        statement = insert_into(self._session, Letter).values(sent_at=now, **letter)
        self._session.execute(statement.on_conflict_do_nothing(index_elements=["message_id"]))
        letter_id = self._session.scalars(
            select(Letter.id).where(Letter.message_id == letter["message_id"])
        ).one()
        try:
            self._finish(claimed, state="sent", reason=None, sent_at=now, letter_id=letter_id)
        except LostLease:
            if not self._is_sent(claimed, letter_id):
                raise

    def _is_sent(self, claimed: ClaimedGroup, letter_id: int) -> bool:
        ids = self._session.scalars(
            select(Notice.id).where(
                Notice.lease_token == claimed.token,
                Notice.state == "sent",
                Notice.letter_id == letter_id,
            )
        ).all()
        return sorted(ids) == sorted(notice.id for notice in claimed.notices)

    def retry(
        self, claimed: ClaimedGroup, reason: str, not_before: datetime, counts: bool = True
    ) -> None:
        """counts: whether it was a try of this letter at all. Raises LostLease."""
        tries = Notice.attempts if counts else Notice.attempts - 1
        self._finish(claimed, state="waiting", reason=reason, not_before=not_before, attempts=tries)

    def back_to_mail(self, claimed: ClaimedGroup, reason: str, now: datetime) -> None:
        """The way is dead: nothing goes there any more, and these notices wait for another one,
        which the caller finds in the same transaction. Raises LostLease."""
        group = claimed.group
        stop_way(
            self._session, group.municipality, group.recipient, group.channel, group.address,
            reason, now,
        )  # fmt: skip
        self._finish(claimed, state="waiting", reason=None, attempts=0, lease_token=None)

    def failed(self, claimed: ClaimedGroup, reason: str) -> None:
        """For good. Raises LostLease."""
        self._finish(claimed, state="failed", reason=reason)

    def undeliverable(self, claimed: ClaimedGroup) -> None:
        """Held until the recipient has another address. Raises LostLease."""
        self._finish(claimed, state="held", reason=STOPPED, attempts=0, lease_token=None)

    def _finish(self, claimed: ClaimedGroup, **values: Any) -> None:
        rows = self._session.execute(
            update(Notice)
            .where(Notice.lease_token == claimed.token, Notice.state == "sending")
            .values(lease_until=None, **values)
            .returning(Notice.id)
            .execution_options(synchronize_session=False)
        ).all()
        if len(rows) != len(claimed.notices):
            raise LostLease(claimed.token)


def _due(now: datetime) -> ColumnElement[bool]:
    waiting = and_(Notice.state == "waiting", Notice.not_before <= now)
    left = and_(Notice.state == "sending", Notice.lease_until <= now)
    return or_(waiting, left)
