"""The call loop: what is owed to other systems' webhooks is sent, and what they answered noted.

At least once: a crash between an answer and its mark sends the event again, with the same
webhook-id. One webhook is called by one process at a time; one that is away rests as a whole, with
growing pauses, and holds up no other. An order of events is not promised: one that failed comes
later than those behind it.
"""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

from connector.channels.webhook import Outcome
from connector.clock import Clock
from connector.db import Database
from connector.errors import BadSettings, LostLease
from connector.secretbox import SecretBox
from connector.services.webhooks.calls import Call, WebhookCallService
from connector.services.webhooks.subscriptions import WebhookDetails, WebhookService
from connector.tallies import Tallies

log = logging.getLogger(__name__)

CALL_S = 3.0
WEBHOOKS = 20
CALLS = 50
"""So many webhooks a turn, and so many calls of each."""
TURN = timedelta(seconds=20)
"""A receiver that takes its time keeps others waiting no longer."""
TERM = timedelta(minutes=2)
"""Longer than a turn and the longest single call after it."""
GONE = "gone"
_PAUSES_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""After each failed try of an event; then it is given up, some three days after it happened."""
MOST_TRIES = len(_PAUSES_S) + 1
_RESTS_S = (5, 30, 120, 300, 600)
"""After each failure in a row of a receiver that is away."""


class Post(Protocol):
    """Implemented by connector.channels.webhook.WebhookPost."""

    def post(
        self, url: str, secrets: tuple[str, ...], message_id: str, body: bytes, now: datetime
    ) -> Outcome: ...


class Caller:
    """Any number may run, in threads or processes. chance: a number in 0..1, for jitter: receivers
    that were away must not meet all their events at the same second."""

    def __init__(
        self,
        db: Database,
        box: SecretBox,
        post: Post,
        clock: Clock,
        tallies: Tallies | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._db = db
        self._box = box
        self._post = post
        self._clock = clock
        self._tallies = tallies or Tallies()
        self._chance = chance

    def run_once(self) -> int:
        """One turn; how many calls were made."""
        with self._db.reading() as session:
            due = WebhookCallService(session).due(self._clock.now(), WEBHOOKS)
        return sum(self._turn(number) for number in due)

    def _turn(self, number: int) -> int:
        token, now = uuid4().hex, self._clock.now()
        with self._db.writing() as session:
            calls = WebhookCallService(session)
            if not calls.take(number, token, now + TERM, now):
                return 0
            waiting = calls.waiting(number, now, CALLS)
        try:
            with self._db.reading() as session:
                webhook = WebhookService(session, self._box).get(number)
        except BadSettings:
            # The key that opens its secrets is gone; its lease keeps the others from stumbling too.
            log.exception("call.secret_not_opened webhook=%d", number)
            return 0
        try:
            return self._work(webhook, token, waiting, now + TURN)
        except LostLease:
            log.warning("call.lost_lease webhook=%d", number)
            return 0

    def _work(
        self, webhook: WebhookDetails, token: str, waiting: list[Call], until: datetime
    ) -> int:
        """Raises LostLease."""
        done, failures, rests_until = 0, webhook.failures, None
        for call in waiting:
            now = self._clock.now()
            if now > until:
                break
            outcome = self._post.post(
                webhook.url, webhook.secrets, call.event.id, call.event.as_body(), now
            )
            self._note(webhook, token, call, outcome)
            done += 1
            if outcome.is_gone:
                break
            if outcome.is_away:
                failures += 1
                rests_until = self._rest(failures, outcome)
                break
            failures = 0
        with self._db.writing() as session:
            WebhookCallService(session).leave(webhook.id, token, failures, rests_until)
        return done

    def _note(self, webhook: WebhookDetails, token: str, call: Call, outcome: Outcome) -> None:
        now = self._clock.now()
        state, next_at = "delivered", None
        if not outcome.is_accepted:
            state = "failed" if call.attempts + 1 >= MOST_TRIES or outcome.is_gone else "waiting"
            next_at = self._next_try(call, outcome, now)
        with self._db.writing() as session:
            service = WebhookCallService(session)
            service.note(
                webhook.id, token, call, state, now, next_at, outcome.status, outcome.error
            )
            if outcome.is_gone:
                WebhookService(session, self._box).disable(webhook.id, GONE, now)
        self._tallies.add("webhook_calls", "retried" if state == "waiting" else state)
        if state == "failed":
            log.warning(
                "call.failed webhook=%d event=%s status=%s error=%s",
                webhook.id,
                call.event.id,
                outcome.status,
                outcome.error,
            )

    def _next_try(self, call: Call, outcome: Outcome, now: datetime) -> datetime:
        pause = _PAUSES_S[min(call.attempts, len(_PAUSES_S) - 1)] * (0.8 + 0.4 * self._chance())
        return now + timedelta(seconds=max(pause, outcome.retry_after or 0))

    def _rest(self, failures: int, outcome: Outcome) -> datetime:
        rest = _RESTS_S[min(failures, len(_RESTS_S)) - 1] * (0.8 + 0.4 * self._chance())
        return self._clock.now() + timedelta(seconds=max(rest, outcome.retry_after or 0))
