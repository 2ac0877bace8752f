"""What is amiss with the connector and its Moodles: a pure function of signs and the moment.

Signs are what is known of a source, of waiting deliveries, of rules, of what leaves; an alarm is
one thing that an administrator must look after (domain 6, last row). Nothing here knows what was
told to whom: see connector.domain.episodes. One cause makes one alarm: while a Moodle does not
answer, that it is silent and that reconciliation falls behind goes without saying.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connector.domain.alarm_kinds import Alarm as Alarm
from connector.domain.alarm_kinds import AlarmKind as AlarmKind
from connector.domain.habits import Habit, Workdays
from connector.domain.outgoing_alarms import OutgoingSigns, outgoing_alarms

DOWN_FOR = timedelta(hours=1)
"""Maintenance and updates take less."""
BEHIND_FOR = timedelta(days=3)
"""Two nights may go wrong; on the third morning nobody has compared for long."""
DRIFT_S = 60.0
DRIFT_FOR = timedelta(minutes=10)
"""One late answer is no clock that is wrong."""
MISTIMED = 3
"""Requests of one or two days that were signed at another time, and no longer a message that
somebody has sent again."""
SOME_MISSED = 5
MISSED_SHARE, MENDED_SHARE = 0.10, 0.05
MENDED_AFTER = 5
"""Events that a sender must deliver before it counts as mended."""
SOME_PARKED = 10
FAULTS_FOR = timedelta(days=1)
FILES = "files"
"""Stands for a rule where a municipality's files cannot be read."""


@dataclass(frozen=True, slots=True)
class Told:
    """How much a source delivered and how much reconciliation found that it never did."""

    delivered: int = 0
    missed: int = 0
    since: datetime | None = None

    @property
    def share(self) -> float:
        """Missed in all that should have been delivered, 0..1."""
        whole = self.delivered + self.missed
        return self.missed / whole if whole else 0.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Moodle refused the token as a whole. reason: its errorcode."""

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Parked:
    """Deliveries that wait for a person, course or quiz to become known."""

    events: int = 0
    people: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceSigns:
    """What is known of one source.

    last_heard: of its deliveries, ignored ones too. watched_from: since when this connector has
    been awake without a break. habit None: it has none yet. failing_since: since when no question
    to its Moodle was answered, with the reason. lacking: functions its token's service has not.
    compared_at: when the latest whole pass began. compares: whether whole passes are wanted and
    possible. lately: of two days, whole: of a week. ahead_s: how far Moodle's clock is ahead of
    ours, beyond the tolerance since drifting_since. mistimed: requests that were signed rightly,
    by a clock five minutes from ours or more.
    """

    source: str
    municipalities: tuple[str, ...]
    created_at: datetime
    workdays: Workdays
    watched_from: datetime
    last_heard: datetime | None = None
    habit: Habit | None = None
    whole: Told = Told()
    lately: Told = Told()
    refusal: Refusal | None = None
    failing_since: datetime | None = None
    failing_reason: str | None = None
    lacking: tuple[str, ...] = ()
    lacking_since: datetime | None = None
    compares: bool = False
    compared_at: datetime | None = None
    resting_reason: str | None = None
    ahead_s: float = 0.0
    drifting_since: datetime | None = None
    mistimed: int = 0
    parked: Parked = Parked()
    rounded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleSigns:
    """A rule, or a municipality's rule files (`rule` is then FILES), that fails.

    off: it is not asked any more for a while. failing: it has failed ever since; others failed now
    and then. message: what is wrong with files; what Python says may quote names, and stays out.
    """

    municipality: str
    rule: str
    since: datetime
    last_at: datetime
    message: str = ""
    off: bool = False
    failing: bool = False


@dataclass(frozen=True, slots=True)
class Signs:
    sources: Sequence[SourceSigns] = ()
    rules: Sequence[RuleSigns] = ()
    outgoing: OutgoingSigns = field(default_factory=OutgoingSigns)


def alarms(signs: Signs, now: datetime, standing: Collection[str] = ()) -> tuple[Alarm, ...]:
    """Every alarm that holds now, in order of kind and key.

    standing: keys of alarms that held before. What has begun is over only when there is proof, so
    that a quiet weekend neither ends an alarm nor begins it anew on Monday.
    """
    drifting = [s for s in signs.sources if _drifts(s, now)]
    measured = [s for s in signs.sources if s.failing_since is None and s.compares]
    ours = len(drifting) > 1 and len(drifting) == len(measured)
    found = [alarm for one in signs.sources for alarm in _of_source(one, now, standing, ours)]
    found += [alarm for one in signs.rules for alarm in _of_rule(one, now)]
    found += outgoing_alarms(signs.outgoing, now, standing)
    order = list(AlarmKind)
    return tuple(sorted(found, key=lambda alarm: (order.index(alarm.kind), alarm.key)))


def _of_source(
    one: SourceSigns, now: datetime, standing: Collection[str], ours: bool
) -> Iterator[Alarm]:
    def alarm(kind: AlarmKind, since: datetime, **params: Any) -> Alarm:
        return Alarm(kind, one.source, since, one.municipalities, {"source": one.source, **params})

    def stood(kind: AlarmKind) -> bool:
        return f"{kind}:{one.source}" in standing

    cut_off = list(_cut_off(one, now, alarm))
    yield from cut_off
    if not cut_off:
        yield from _silent(one, now, alarm)
        if one.compares and (one.compared_at or one.created_at) <= now - BEHIND_FOR:
            since = one.compared_at or one.created_at
            yield alarm(
                AlarmKind.RECONCILIATION_BEHIND, since,
                reason=one.resting_reason, never=one.compared_at is None,
            )  # fmt: skip
    if _misses(one, stood(AlarmKind.EVENTS_MISSED)):
        told = one.whole
        yield alarm(
            AlarmKind.EVENTS_MISSED, told.since or now,
            missed=told.missed, delivered=told.delivered, share=round(told.share, 4),
        )  # fmt: skip
    if _drifts(one, now):
        seconds = round(abs(one.ahead_s))
        yield alarm(
            AlarmKind.CLOCK_DRIFT, one.drifting_since or now,
            seconds=seconds, ahead=one.ahead_s > 0, ours=ours, mistimed=one.mistimed,
        )  # fmt: skip
    enough = SOME_PARKED // 2 if stood(AlarmKind.DELIVERIES_PARKED) else SOME_PARKED
    if one.parked.events >= enough:
        yield alarm(
            AlarmKind.DELIVERIES_PARKED, one.parked.oldest or now,
            events=one.parked.events, people=one.parked.people,
        )  # fmt: skip
    if one.rounded:
        yield alarm(AlarmKind.MARKS_ROUNDED, one.compared_at or now, quizzes=list(one.rounded))


def _cut_off(one: SourceSigns, now: datetime, alarm: Any) -> Iterator[Alarm]:
    """Why Moodle cannot be asked; one reason, the plainest."""
    if one.refusal is not None:
        yield alarm(AlarmKind.TOKEN_FAILING, one.refusal.at, reason=one.refusal.reason)
    elif one.failing_since is not None and one.failing_since <= now - DOWN_FOR:
        yield alarm(AlarmKind.MOODLE_DOWN, one.failing_since, reason=one.failing_reason)
    elif one.lacking:
        since = one.lacking_since or now
        yield alarm(AlarmKind.FUNCTION_MISSING, since, functions=list(one.lacking))


def _silent(one: SourceSigns, now: datetime, alarm: Any) -> Iterator[Alarm]:
    if one.habit is None or one.last_heard is None:
        return
    # What came while we slept was not heard by us; whoever sends again has had no time to yet.
    after = max(one.last_heard, one.watched_from)
    if one.habit.silence(one.workdays, after, now) >= one.habit.limit:
        yield alarm(AlarmKind.SOURCE_SILENT, one.last_heard)


def _misses(one: SourceSigns, stood: bool) -> bool:
    if one.last_heard is None:
        # Nothing was ever delivered: whoever connected it only to be asked has missed nothing.
        return False
    if not stood:
        return one.whole.missed >= SOME_MISSED and one.whole.share >= MISSED_SHARE
    is_mended = one.lately.delivered >= MENDED_AFTER and one.lately.share < MENDED_SHARE
    return not is_mended


def _drifts(one: SourceSigns, now: datetime) -> bool:
    since = one.drifting_since
    seen = since is not None and abs(one.ahead_s) > DRIFT_S and since <= now - DRIFT_FOR
    return seen or one.mistimed >= MISTIMED


def _of_rule(one: RuleSigns, now: datetime) -> Iterable[Alarm]:
    if not (one.off or one.failing or one.last_at >= now - FAULTS_FOR):
        return ()
    params = {
        "municipality": one.municipality, "rule": one.rule, "message": one.message, "off": one.off,
    }  # fmt: skip
    about = f"{one.municipality}:{one.rule}"
    return (Alarm(AlarmKind.RULE_FAULTY, about, one.since, (one.municipality,), params),)
