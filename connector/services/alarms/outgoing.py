"""Gathers what connector.domain.outgoing_alarms judges by: what the outboxes show. Reads only.

Partial indexes lead to what waits or failed; what is counted beside it is counted up to MOST.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from connector.domain.outgoing_alarms import (
    SOME_LOST,
    WEEK,
    EventSigns,
    LostLetters,
    MailSigns,
    OutgoingSigns,
    RefusedActions,
    WebhookSigns,
)
from connector.domain.preferences import EMAIL
from connector.models import Action, ChannelWatch, Event, Notice, Webhook, WebhookCall
from connector.services.notices.ways import STOPPED

MOST = 100_000
GONE = "gone"
"""Why a webhook was switched off whose receiver answered that it is no more (410)."""
REASONS = 5


class OutgoingSignService:
    """has_broker: whether events are published anywhere at all."""

    def __init__(self, session: Session, has_broker: bool) -> None:
        self._session = session
        self._has_broker = has_broker

    def gather(self, now: datetime) -> OutgoingSigns:
        return OutgoingSigns(
            tuple(self._actions()),
            tuple(self._webhooks(now)),
            self._events() if self._has_broker else None,
            self._mail(),
            tuple(self._letters(now)),
        )

    def _actions(self) -> Iterator[RefusedActions]:
        rows = self._session.execute(
            select(
                Action.source,
                Action.municipality,
                Action.reason,
                func.count(),
                func.min(Action.not_before),
            )
            .where(_is_in(Action.state, "refused"), Action.source.is_not(None))
            .group_by(Action.source, Action.municipality, Action.reason)
        ).all()
        for source in sorted({row[0] for row in rows if row[0] is not None}):
            own = [row for row in rows if row[0] == source]
            reasons: Counter[str] = Counter()
            for _, _, reason, count, _ in own:
                reasons[reason or ""] += count
            # Equal counts in one order, so that the words do not change from look to look.
            named = sorted(reasons, key=lambda reason: (-reasons[reason], reason))
            yield RefusedActions(
                source,
                sum(row[3] for row in own),
                min(row[4] for row in own),
                tuple(reason for reason in named if reason)[:REASONS],
                tuple(sorted({row[1] for row in own})),
            )

    def _webhooks(self, now: datetime) -> Iterator[WebhookSigns]:
        """Those that are gone, and those that gave up an event after which nothing got through."""
        for hook in self._session.scalars(select(Webhook).order_by(Webhook.id)):
            host = urlsplit(hook.url).hostname or ""
            whose: tuple[int, str] = (hook.id, host)
            if hook.disabled_at is not None:
                if hook.disabled_reason == GONE:
                    yield WebhookSigns(*whose, hook.disabled_at, True, hook.municipality)
                continue
            last = self._session.execute(
                # Along the unique index of webhook and event, from the newest event back.
                select(WebhookCall.state, WebhookCall.tried_at)
                .where(WebhookCall.webhook_id == hook.id, WebhookCall.state != "waiting")
                .order_by(WebhookCall.event_id.desc())
                .limit(1)
            ).first()
            if last is not None and last[0] == "failed" and last[1] and last[1] > now - WEEK:
                yield WebhookSigns(*whose, last[1], False, hook.municipality)

    def _events(self) -> EventSigns | None:
        waiting = (
            select(Event.recorded_at, Event.number)
            .where(Event.published_at.is_(None), Event.number.is_not(None))
            .order_by(Event.number)
        )
        oldest = self._session.execute(waiting.limit(1)).first()
        if oldest is None:
            return None
        some = waiting.limit(MOST).subquery()
        count = self._session.scalar(select(func.count()).select_from(some)) or 0
        return EventSigns(count, oldest[0])

    def _mail(self) -> MailSigns | None:
        watch = self._session.get(ChannelWatch, EMAIL)
        if watch is None:
            return None
        some = (
            select(Notice.id)
            .where(_is_in(Notice.state, "waiting", "sending"), Notice.channel == EMAIL)
            .limit(MOST)
            .subquery()
        )
        waiting = self._session.scalar(select(func.count()).select_from(some)) or 0
        return MailSigns(watch.failing_since, watch.failed_at, waiting, watch.reason)

    def _letters(self, now: datetime) -> Iterator[LostLetters]:
        since = now - WEEK
        lost = self._session.execute(
            select(Notice.municipality, func.count(), func.min(Notice.created_at))
            .where(
                _is_in(Notice.state, "held", "failed"),
                Notice.created_at > since,
                Notice.channel == EMAIL,
                or_(
                    Notice.state == "failed",
                    and_(Notice.state == "held", Notice.reason == STOPPED),
                ),
            )
            .group_by(Notice.municipality)
            .order_by(Notice.municipality)
        )
        for municipality, count, first in lost.all():
            if count < SOME_LOST // 2:
                # What was sent is counted only where it matters.
                continue
            some = (
                select(Notice.id)
                .where(
                    Notice.municipality == municipality,
                    Notice.created_at > since,
                    Notice.state == "sent",
                    Notice.channel == EMAIL,
                )
                .limit(MOST)
                .subquery()
            )
            sent = self._session.scalar(select(func.count()).select_from(some)) or 0
            yield LostLetters(municipality, count, sent, first)


def _is_in(column: Any, *states: str) -> Any:
    # Written into the statement: a parameter does not tell which partial index fits.
    if len(states) == 1:
        return column == bindparam(None, states[0], literal_execute=True)
    return column.in_(bindparam(None, list(states), expanding=True, literal_execute=True))
