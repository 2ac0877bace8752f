"""Claims on due notices, and what became of them.

Notices of one recipient that perhaps went out together stay together: they bear one token until
they are sent, nothing changes or withdraws them (services.notices.unsent), and so the letter that
is tried again is the same letter with the same Message-ID. What certainly did not go out waits
alone, and goes with whatever is due next: whoever was not reached for a week gets one letter.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select, update
from sqlalchemy.orm import Session

from connector.domain.lines import Line
from connector.errors import LostLease
from connector.models import Letter, Notice
from connector.models.inserting import insert_into
from connector.services.notices.bursts import RELEASED
from connector.services.notices.lines import on_line
from connector.services.notices.turns import Candidate, in_turn
from connector.services.notices.ways import STOPPED

LATELY = timedelta(minutes=10)
LATEST = 500
"""Letters that count where municipalities take turns."""


@dataclass(frozen=True, slots=True)
class DueGroup:
    """Notices that make one letter. first: the least id; token: of an earlier try, if any."""

    municipality: str
    recipient: str
    channel: str
    address: str
    token: str | None
    first: int

    @property
    def line(self) -> Line:
        return Line.to(self.channel, self.address)


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
        without: Collection[Line] = (),
    ) -> list[DueGroup]:
        """At most `limit`, in the order in which they should go: urgent ones first, then turn by
        turn of the municipalities, of each the longest due. without: lines that are down, or may
        take nothing for a while: what waits for them must not fill the turn of the others."""
        where = (Notice.municipality, Notice.recipient, Notice.channel, Notice.address)
        columns = (*where, Notice.lease_token)
        first, since = func.min(Notice.id), func.min(Notice.not_before)
        urgent = func.max(case((Notice.urgent, 1), else_=0))
        order = (urgent.desc(), since, first)
        place = func.row_number().over(partition_by=Notice.municipality, order_by=order)
        groups = (
            select(
                *columns,
                first.label("first"),
                since.label("since"),
                urgent.label("urgent"),
                place.label("place"),
            )
            .where(
                _due(now),
                Notice.municipality.in_(municipalities),
                *(not_(on_line(line)) for line in without),
            )
            .group_by(*columns)
            .subquery()
        )
        rows = self._session.execute(select(groups).where(groups.c.place <= limit)).all()
        candidates = [
            Candidate(
                DueGroup(r.municipality, r.recipient or "", r.channel, r.address or "",
                         r.lease_token, r.first),
                r.municipality, bool(r.urgent), r.place, r.since,
            )
            for r in rows
        ]  # fmt: skip
        return in_turn(candidates, self._sent_lately(now))[:limit]

    def _sent_lately(self, now: datetime) -> dict[str, int]:
        latest = (
            select(Letter.municipality, Letter.sent_at)
            .order_by(Letter.id.desc())
            .limit(LATEST)
            .subquery()
        )
        rows = self._session.execute(
            select(latest.c.municipality, func.count())
            .where(latest.c.sent_at > now - LATELY)
            .group_by(latest.c.municipality)
        )
        return dict(rows.all())

    def claim(
        self, group: DueGroup, token: str, until: datetime, now: datetime
    ) -> ClaimedGroup | None:
        """All due notices of the group, and what was set back and waits for the same address; None
        where somebody else was quicker."""
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
                or_(_due(now), _SET_BACK),
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

    def put_off(
        self, claimed: ClaimedGroup, reason: str, not_before: datetime, together: bool = False
    ) -> None:
        """It was no try of this letter: the channel is down. together: whether it may have gone out
        all the same, and must stay as it is. Raises LostLease."""
        self._finish(
            claimed,
            state="waiting",
            reason=reason,
            not_before=not_before,
            attempts=Notice.attempts - 1,
            **_alone(claimed, together),
        )

    def retry(
        self,
        claimed: ClaimedGroup,
        reason: str,
        not_before: datetime,
        most: int,
        together: bool = False,
    ) -> bool:
        """Tries again what was tried less than `most` times, and fails the rest; whether anything
        failed. together: see put_off. Raises LostLease."""
        spent = Notice.attempts >= most
        self._finish(
            claimed,
            state=case((spent, "failed"), else_="waiting"),
            reason=case((spent, f"gave_up:{reason}"), else_=reason),
            not_before=not_before,
            **_alone(claimed, together),
        )
        return claimed.attempts >= most

    def failed(self, claimed: ClaimedGroup, reason: str) -> None:
        """For good. Raises LostLease."""
        self._finish(claimed, state="failed", reason=reason)

    def undeliverable(self, claimed: ClaimedGroup) -> None:
        """The address is at fault: held until the recipient is reached another way, which the
        caller finds in the same transaction. Raises LostLease."""
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


_SET_BACK = and_(
    Notice.state == "waiting",
    Notice.lease_token.is_(None),
    # Why it did not get through; what is released waits for its hour, and was never tried.
    Notice.reason.is_not(None),
    Notice.reason != RELEASED,
)


def _alone(claimed: ClaimedGroup, together: bool) -> dict[str, None]:
    """What was in doubt stays so: another try that certainly failed says nothing of an earlier."""
    return {} if together or claimed.group.token is not None else {"lease_token": None}
