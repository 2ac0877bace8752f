"""Episodes of alarms: each begins once, is told once, and ends by itself.

Whether something is amiss is looked at every few minutes; told of are only the turns. A turn for
the better counts when it has lasted, so that what comes and goes is one episode.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connector.domain.alarms import Alarm, AlarmKind

SETTLED = timedelta(minutes=10)
"""How long nothing must have been amiss before the episode is over."""
REMINDED = timedelta(days=7)
"""Of what grows slowly one is reminded no more often."""
PAUSED = timedelta(days=7)
"""What grows slowly is not told of again sooner after it was told, were it over in between."""
GROWTH = 1.2


@dataclass(frozen=True, slots=True)
class Episode:
    """An alarm that began. seen_at: when it last held. told_at: when somebody was last told.
    told_params: in which words. snoozed_until: whoever looks after it asked to be reminded then.
    """

    id: int
    key: str
    kind: AlarmKind
    seen_at: datetime
    told_at: datetime | None = None
    told_params: dict[str, Any] | None = None
    snoozed_until: datetime | None = None
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class Turns:
    """began: alarms without an episode. lasting: episodes that go on, each with its alarm. remind:
    those of them to be told (again). over: episodes that ended."""

    began: tuple[Alarm, ...]
    lasting: tuple[tuple[Episode, Alarm], ...]
    remind: tuple[tuple[Episode, Alarm], ...]
    over: tuple[Episode, ...]


def turns(
    episodes: Iterable[Episode],
    alarms: Iterable[Alarm],
    now: datetime,
    lately_told: Collection[str] = (),
) -> Turns:
    """What has changed since the episodes were written down.

    lately_told: keys of alarms that ended, and were told of within PAUSED.
    """
    held = {alarm.key: alarm for alarm in alarms}
    open_ones = list(episodes)
    lasting = tuple((one, held[one.key]) for one in open_ones if one.key in held)
    known = {one.key for one in open_ones}
    return Turns(
        began=tuple(
            alarm
            for key, alarm in held.items()
            if key not in known and not (is_slow(alarm.kind) and key in lately_told)
        ),
        lasting=lasting,
        remind=tuple(pair for pair in lasting if _is_due(*pair, now)),
        over=tuple(o for o in open_ones if o.key not in held and o.seen_at <= now - SETTLED),
    )


def is_slow(kind: AlarmKind) -> bool:
    """Whether it grows by the day instead of breaking at once."""
    return kind is AlarmKind.DELIVERIES_PARKED


def _is_due(one: Episode, alarm: Alarm, now: datetime) -> bool:
    if one.snoozed_until is not None:
        return one.snoozed_until <= now
    if one.told_at is None:
        # There was nobody to tell when it began.
        return True
    if one.acknowledged or not is_slow(one.kind) or one.told_at > now - REMINDED:
        return False
    former = (one.told_params or {}).get("events", 0)
    return bool(alarm.params.get("events", 0) >= former * GROWTH)
