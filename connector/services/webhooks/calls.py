"""Calls owed to webhooks, and what became of each: at least once, until they are accepted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from connector.errors import LostLease
from connector.models import Event, Webhook, WebhookCall
from connector.models.many import insert_many
from connector.services.events.line import COLUMNS, stored
from connector.services.events.messages import StoredEvent

_ONCE = "ON CONFLICT (webhook_id, event_id) DO NOTHING"


@dataclass(frozen=True, slots=True)
class Call:
    """attempts: tries made so far."""

    id: int
    event: StoredEvent
    attempts: int


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call as pages and commands show it."""

    id: int
    event: StoredEvent
    state: str
    attempts: int
    next_at: datetime
    status: int | None
    error: str | None
    tried_at: datetime | None


class WebhookCallService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def owe(self, events: Sequence[StoredEvent], now: datetime) -> int:
        """To whoever wants them, in the transaction that puts them in line; how many calls."""
        if not events:
            return 0
        webhooks = self._session.execute(
            select(Webhook.id, Webhook.municipality, Webhook.types)
            .where(Webhook.disabled_at.is_(None))
            .order_by(Webhook.id)
        ).all()
        rows = [
            _row(id_, event.row, now)
            for id_, municipality, types in webhooks
            for event in events
            if municipality in (None, event.municipality) and wants(types, event.type)
        ]
        return insert_many(self._session, WebhookCall, rows, _ONCE)

    def due(self, now: datetime, limit: int) -> Sequence[int]:
        """Webhooks that somebody could call at present, the longest waiting first."""
        return self._session.scalars(
            select(Webhook.id)
            .join(WebhookCall, WebhookCall.webhook_id == Webhook.id)
            .where(_is_free(now), WebhookCall.state == "waiting", WebhookCall.next_at <= now)
            .group_by(Webhook.id)
            .order_by(func.min(WebhookCall.next_at))
            .limit(limit)
        ).all()

    def take(self, webhook: int, token: str, until: datetime, now: datetime) -> bool:
        """Whether this process is the one that calls it until then: each event is sent by one."""
        taken = self._session.execute(
            update(Webhook)
            .where(Webhook.id == webhook, _is_free(now))
            .values(lease_token=token, lease_until=until)
            .returning(Webhook.id)
            .execution_options(synchronize_session=False)
        )
        return taken.first() is not None

    def waiting(self, webhook: int, now: datetime, limit: int) -> list[Call]:
        rows = self._session.execute(
            select(WebhookCall.id, WebhookCall.attempts, *COLUMNS)
            .join(Event, Event.id == WebhookCall.event_id)
            .where(
                WebhookCall.webhook_id == webhook,
                WebhookCall.state == "waiting",
                WebhookCall.next_at <= now,
            )
            .order_by(Event.number)
            .limit(limit)
        )
        return [Call(row[0], stored(row[2:]), row[1]) for row in map(tuple, rows)]

    def note(
        self,
        webhook: int,
        token: str,
        call: Call,
        state: str,
        now: datetime,
        next_at: datetime | None = None,
        status: int | None = None,
        error: str | None = None,
    ) -> None:
        """What became of one try. Raises LostLease: somebody else sends this event meanwhile."""
        self._held(webhook, token)
        self._session.execute(
            update(WebhookCall)
            .where(WebhookCall.id == call.id)
            .values(
                state=state, attempts=call.attempts + 1, next_at=next_at or now,
                status=status, error=error, tried_at=now,
            )
            .execution_options(synchronize_session=False)
        )  # fmt: skip

    def leave(self, webhook: int, token: str, failures: int, paused_until: datetime | None) -> None:
        """Ends a turn. Raises LostLease."""
        self._held(webhook, token)
        self._session.execute(
            update(Webhook)
            .where(Webhook.id == webhook)
            .values(
                lease_token=None, lease_until=None, failures=failures, paused_until=paused_until
            )
            .execution_options(synchronize_session=False)
        )

    def send_again(self, webhook: int, call: int, now: datetime) -> bool:
        """One call once more, whatever became of it; False where the webhook has no such call."""
        changed = self._session.execute(
            update(WebhookCall)
            .where(WebhookCall.id == call, WebhookCall.webhook_id == webhook)
            .values(state="waiting", attempts=0, next_at=now)
            .returning(WebhookCall.id)
            .execution_options(synchronize_session=False)
        )
        return changed.first() is not None

    def send_period(self, webhook: int, first: date, last: date, now: datetime) -> int:
        """Every event of these local days that the webhook wants, also those that happened before
        it was set up or while it was off; how many will be sent."""
        row = self._session.get_one(Webhook, webhook)
        query = select(Event.id, Event.type).where(
            Event.occurred_on >= first, Event.occurred_on <= last, Event.number.is_not(None)
        )
        if row.municipality is not None:
            query = query.where(Event.municipality == row.municipality)
        wanted = [
            _row(webhook, id_, now)
            for id_, kind in self._session.execute(query.order_by(Event.number))
            if wants(row.types, kind)
        ]
        again = "ON CONFLICT (webhook_id, event_id) DO UPDATE SET state = 'waiting', attempts = 0, "
        again += "next_at = excluded.next_at"
        return insert_many(self._session, WebhookCall, wanted, again)

    def counts(self) -> dict[int, dict[str, int]]:
        """By webhook and state."""
        rows = self._session.execute(
            select(WebhookCall.webhook_id, WebhookCall.state, func.count()).group_by(
                WebhookCall.webhook_id, WebhookCall.state
            )
        )
        found: dict[int, dict[str, int]] = {}
        for webhook, state, count in rows:
            found.setdefault(webhook, {})[state] = count
        return found

    def lines(
        self, webhook: int, state: str | None = None, before: int | None = None, limit: int = 50
    ) -> list[CallLine]:
        """The latest first; before: those behind the call of this number."""
        query = (
            select(
                WebhookCall.id, WebhookCall.state, WebhookCall.attempts, WebhookCall.next_at,
                WebhookCall.status, WebhookCall.error, WebhookCall.tried_at, *COLUMNS,
            )
            .join(Event, Event.id == WebhookCall.event_id)
            .where(WebhookCall.webhook_id == webhook)
        )  # fmt: skip
        if state is not None:
            query = query.where(WebhookCall.state == state)
        if before is not None:
            query = query.where(WebhookCall.id < before)
        rows = self._session.execute(query.order_by(WebhookCall.id.desc()).limit(limit))
        return [CallLine(row[0], stored(row[7:]), *row[1:7]) for row in map(tuple, rows)]

    def _held(self, webhook: int, token: str) -> None:
        held = self._session.scalars(
            select(Webhook.lease_token).where(Webhook.id == webhook).with_for_update()
        ).first()
        if held != token:
            raise LostLease(token)


def wants(types: Sequence[str], kind: str) -> bool:
    """Whether a list of event types, `noun.*` or `*` among them, covers this one."""
    return not {"*", kind, f"{kind.partition('.')[0]}.*"}.isdisjoint(types)


def _row(webhook: int, event: int, now: datetime) -> dict[str, object]:
    return {
        "webhook_id": webhook,
        "event_id": event,
        "state": "waiting",
        "attempts": 0,
        "next_at": now,
    }


def _is_free(now: datetime) -> ColumnElement[bool]:
    """Neither switched off, nor resting, nor being called."""
    return and_(
        Webhook.disabled_at.is_(None),
        or_(Webhook.paused_until.is_(None), Webhook.paused_until <= now),
        or_(Webhook.lease_until.is_(None), Webhook.lease_until <= now),
    )
