"""What is amiss with whatever leaves the connector: actions, letters, events, webhooks.

Signs are what the outboxes show; like all alarms these are a pure function of the signs and the
moment (connector.domain.alarms).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.domain.alarm_kinds import Alarm, AlarmKind

BROKER_FOR = timedelta(hours=1)
"""A broker that is restarted or upgraded is back sooner; events wait and none is lost."""
MAIL_FOR = timedelta(hours=2)
"""Greylisting and a restart of the mail server take less."""
SOME_LOST = 10
LOST_SHARE, MENDED_SHARE = 0.10, 0.05
"""Of the letters of a week; a share below the second one ends what began above the first."""
WEEK = timedelta(days=7)
"""How far back letters are looked at, and what a webhook gave up."""

LETTERS = "letters"
MAIL = "mail"
EVENTS = "events"
"""What the alarms are about that are about no source: there is one of each."""


@dataclass(frozen=True, slots=True)
class RefusedActions:
    """Actions that one Moodle refused for good and somebody has to look after. reasons: its codes,
    most frequent first. since: when the oldest was due."""

    source: str
    count: int
    since: datetime
    reasons: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WebhookSigns:
    """A webhook that was switched off because its receiver is gone (`gone`), or whose latest call
    was given up; since: when that was. host: of its address, never the whole: it may bear a key."""

    number: int
    host: str
    since: datetime
    gone: bool = False
    municipality: str | None = None


@dataclass(frozen=True, slots=True)
class EventSigns:
    """Events in line that no broker has confirmed. oldest: when the first of them was recorded."""

    waiting: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class MailSigns:
    """The mail server takes nothing. failing_since: since the first vain try, failed_at: the
    latest; at night none is made. waiting: notices that are to go by mail; reason: what the
    channel says."""

    failing_since: datetime
    failed_at: datetime
    waiting: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class LostLetters:
    """Of the last week, of one municipality: notices that could not be delivered, and that were."""

    municipality: str
    lost: int
    sent: int
    since: datetime

    @property
    def share(self) -> float:
        """0..1."""
        whole = self.lost + self.sent
        return self.lost / whole if whole else 0.0


@dataclass(frozen=True, slots=True)
class OutgoingSigns:
    """events None: none waits, or there is no broker to wait for. mail None: it goes."""

    actions: Sequence[RefusedActions] = ()
    webhooks: Sequence[WebhookSigns] = ()
    events: EventSigns | None = None
    mail: MailSigns | None = None
    letters: Sequence[LostLetters] = ()


def outgoing_alarms(
    signs: OutgoingSigns, now: datetime, standing: Collection[str] = ()
) -> Iterator[Alarm]:
    """standing: as in connector.domain.alarms.alarms."""
    for one in signs.actions:
        params = {"source": one.source, "count": one.count, "reasons": list(one.reasons)}
        yield Alarm(AlarmKind.ACTIONS_REFUSED, one.source, one.since, one.municipalities, params)
    for hook in signs.webhooks:
        yield _of_webhook(hook)
    events = signs.events
    if events is not None and events.oldest <= now - BROKER_FOR:
        yield Alarm(AlarmKind.BROKER_AWAY, EVENTS, events.oldest, (), {"events": events.waiting})
    mail = signs.mail
    # Between the tries, not until now: a server that failed once in the evening may be well since.
    is_down = mail is not None and mail.failed_at - mail.failing_since >= MAIL_FOR
    if mail is not None and is_down and mail.waiting:
        told = {"waiting": mail.waiting, "reason": mail.reason}
        yield Alarm(AlarmKind.MAIL_DOWN, MAIL, mail.failing_since, (), told)
    else:
        # While no letter goes out at all, that some do not arrive is the same cause.
        yield from _of_letters(signs.letters, f"{AlarmKind.LETTERS_FAILING}:{LETTERS}" in standing)


def _of_webhook(hook: WebhookSigns) -> Alarm:
    towns = (hook.municipality,) if hook.municipality is not None else ()
    params = {"webhook": hook.number, "host": hook.host, "gone": hook.gone}
    return Alarm(AlarmKind.WEBHOOK_FAILING, str(hook.number), hook.since, towns, params)


def _of_letters(letters: Sequence[LostLetters], stood: bool) -> Iterator[Alarm]:
    """One alarm, however many municipalities: a mail server is at fault more often than each of
    them. What has begun goes on in whatever municipality is not mended yet."""
    enough = MENDED_SHARE if stood else LOST_SHARE
    fewest = SOME_LOST // 2 if stood else SOME_LOST
    bad = [one for one in letters if one.lost >= fewest and one.share >= enough]
    if bad:
        lost, sent = sum(one.lost for one in bad), sum(one.sent for one in bad)
        params = {"lost": lost, "whole": lost + sent, "share": round(lost / (lost + sent), 4)}
        towns = tuple(sorted(one.municipality for one in bad))
        since = min(one.since for one in bad)
        yield Alarm(AlarmKind.LETTERS_FAILING, LETTERS, since, towns, params)
