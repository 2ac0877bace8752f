"""Gathers what connector.domain.alarms judges by. Reads only, and no table from end to end."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session

from connector.dialects.sources import WRONG_TIME
from connector.domain.alarms import (
    FILES,
    AlarmKind,
    Parked,
    RuleSigns,
    Signs,
    SourceSigns,
    Told,
)
from connector.domain.dates import local_day
from connector.domain.habits import FURTHEST, HOUR, Habit, Workdays, hour_of, learnt
from connector.domain.signals import Dialect
from connector.models import (
    AlarmEpisode,
    Delivery,
    ReconciledCourse,
    Reconciliation,
    RuleFault,
    Source,
    SourceCount,
    SourceMunicipality,
    SourceWatch,
)
from connector.moodle.searching import What
from connector.rulebook import Rulebook
from connector.services.alarms.asked import Answering, answering
from connector.services.alarms.heard import HeardService
from connector.services.alarms.outgoing import OutgoingSignService
from connector.services.alarms.watches import WatchService
from connector.services.cases.setting import Settings
from connector.services.folding.rule_faults import off_until
from connector.services.sources.reconciliations import MISSED, Kind

MOST_PARKED = 100_000
"""Counted no further: by then it is clear enough."""
WHOLE, LATELY = timedelta(days=7), timedelta(days=2)
TALKS = timedelta(hours=2)
"""Who was heard so lately is not silent, whatever the habit."""
FEWEST_DECIMALS = 2
_WITHDRAWN = [str(w) for w in (What.ATTEMPT_GONE, What.COMPLETION_GONE, What.ACTIVITY_GONE)]


Habits = dict[str, tuple[object, Habit | None]]
"""By source, what its habit was learnt from, and the habit: the same while it is silent."""


class SignService:
    """compares: whether this installation makes whole passes at all. habits: remembered from look
    to look, since learning one takes longer than all the rest. has_broker: whether events are
    published anywhere."""

    def __init__(
        self,
        session: Session,
        rulebook: Rulebook,
        settings: Settings,
        compares: bool,
        habits: Habits | None = None,
        has_broker: bool = False,
    ) -> None:
        self._outgoing = OutgoingSignService(session, has_broker)
        self._habits = habits if habits is not None else {}
        self._session = session
        self._rulebook = rulebook
        self._settings = settings
        self._compares = compares

    def gather(self, now: datetime) -> Signs:
        sources = self._session.scalars(select(Source).order_by(Source.code)).all()
        outgoing = self._outgoing.gather(now)
        return Signs(tuple(self._sources(sources, now)), tuple(self._rules(now)), outgoing)

    def _sources(self, sources: Sequence[Source], now: datetime) -> Iterator[SourceSigns]:
        codes = [source.code for source in sources]
        serves: defaultdict[str, list[str]] = defaultdict(list)
        for code, town in self._session.execute(
            select(SourceMunicipality.source, SourceMunicipality.municipality).order_by(
                SourceMunicipality.municipality
            )
        ):
            serves[code].append(town)
        watches = WatchService(self._session).rows()
        asked = answering(self._session)
        deaf = [s.code for s in sources if s.dialect == Dialect.XAPI]
        whole, lately = (self._told(codes, deaf, span, now) for span in (WHOLE, LATELY))
        mistimed = self._mistimed(codes, now)
        parked, passes = self._parked(), self._passes()
        rounded = self._rounded()
        for source in sources:
            code = source.code
            watch = watches.get(code) or SourceWatch(source=code, lacking=[])
            answers = asked.get(code, Answering({}))
            workdays = self._workdays(serves[code], now)
            row = passes.get(code)
            has_moodle = source.url is not None and source.rest_token is not None
            yield SourceSigns(
                source=code,
                municipalities=tuple(serves[code]),
                created_at=source.created_at,
                workdays=workdays,
                watched_from=watch.awake_from or now,
                last_heard=source.last_delivery_at,
                habit=self._habit(source, workdays, now),
                whole=whole.get(code, Told()),
                lately=lately.get(code, Told()),
                refusal=answers.refusal,
                failing_since=watch.failing_since if answers.failed_at else None,
                failing_reason=answers.reason,
                lacking=_still_lacking(watch, answers),
                lacking_since=watch.lacking_since,
                compares=self._compares and has_moodle,
                compared_at=row.done_at if row else None,
                resting_reason=row.error if row else None,
                ahead_s=answers.ahead_s or 0.0,
                drifting_since=watch.drifting_since,
                mistimed=mistimed.get(code, 0),
                parked=parked.get(code, Parked()),
                rounded=() if source.dialect == Dialect.NATIVE else rounded.get(code, ()),
            )

    def _workdays(self, municipalities: Sequence[str], now: datetime) -> Workdays:
        places = []
        for code in municipalities:
            if code in self._rulebook.municipalities():
                zone = self._rulebook.rules(code).zone
                setting = self._settings.get(self._session, code, local_day(now, zone))
                places.append((zone, setting.calendar))
        return Workdays(tuple(places))

    def _habit(self, source: Source, workdays: Workdays, now: datetime) -> Habit | None:
        """As it was when the source was last heard: the present silence is no part of it."""
        last = source.last_delivery_at
        if last is None or now - last < TALKS:
            return None
        silences = self._session.execute(
            select(AlarmEpisode.since, AlarmEpisode.closed_at).where(
                AlarmEpisode.kind == str(AlarmKind.SOURCE_SILENT),
                AlarmEpisode.about == source.code,
                AlarmEpisode.closed_at > now - FURTHEST,
            )
        )
        until = hour_of(last) + HOUR
        spans = [(since, closed or now) for since, closed in silences]
        watch = self._session.get(SourceWatch, source.code)
        if watch is None or watch.counted_until is None:
            return None
        until = min(until, watch.counted_until)
        stamp = (until, workdays, spans)
        held = self._habits.get(source.code)
        if held is None or held[0] != stamp:
            heard = HeardService(self._session).hours(source.code)
            held = stamp, learnt(heard, workdays, until, spans)
            self._habits[source.code] = held
        return held[1]

    def _told(
        self, codes: Sequence[str], deaf: Sequence[str], within: timedelta, now: datetime
    ) -> dict[str, Told]:
        """deaf: senders that know no withdrawals, and cannot be blamed for telling none."""
        since = now - within
        delivered = HeardService(self._session).delivered(codes, since)
        rows = self._session.execute(
            select(SourceCount.source, func.sum(SourceCount.count), func.min(SourceCount.day))
            .where(
                SourceCount.source.in_(codes),
                _is_within(since, now),
                SourceCount.what == MISSED,
                or_(SourceCount.source.not_in(deaf), SourceCount.reason.not_in(_WITHDRAWN)),
            )
            .group_by(SourceCount.source)
        )
        missed = {source: (int(count), day) for source, count, day in rows}
        found = {}
        for code in {*delivered, *missed}:
            count, day = missed.get(code, (0, None))
            begun = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
            found[code] = Told(delivered.get(code, 0), count, begun)
        return found

    def _mistimed(self, codes: Sequence[str], now: datetime) -> dict[str, int]:
        since = now - timedelta(days=1)
        rows = self._session.execute(
            select(SourceCount.source, func.sum(SourceCount.count))
            .where(
                SourceCount.source.in_(codes),
                _is_within(since, now),
                SourceCount.what == "refused",
                SourceCount.reason == WRONG_TIME,
            )
            .group_by(SourceCount.source)
        )
        return {source: int(count) for source, count in rows}

    def _parked(self) -> dict[str, Parked]:
        some = (
            select(Delivery.source, Delivery.user_id, Delivery.received_at)
            # Written into the statement: a parameter does not tell which partial index fits.
            .where(Delivery.state == _literal("parked"))
            .limit(MOST_PARKED)
            .subquery()
        )
        rows = self._session.execute(
            select(
                some.c.source,
                func.count(),
                func.count(some.c.user_id.distinct()),
                func.min(some.c.received_at),
            ).group_by(some.c.source)
        )
        return {source: Parked(count, people, oldest) for source, count, people, oldest in rows}

    def _passes(self) -> dict[str, Reconciliation]:
        rows = self._session.scalars(
            select(Reconciliation).where(Reconciliation.kind == str(Kind.FULL))
        )
        return {row.source: row for row in rows}

    def _rounded(self) -> dict[str, tuple[str, ...]]:
        """Names of the mapped quizzes that show their marks too roughly."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for source, wanted in self._session.execute(
            select(ReconciledCourse.source, ReconciledCourse.wanted)
        ):
            for quiz in wanted.get("quizzes", ()):
                decimals = quiz.get("decimals")
                if decimals is not None and decimals < FEWEST_DECIMALS:
                    found[source].add(quiz["name"] or quiz["idnumber"] or quiz["id"])
        return {source: tuple(sorted(names)) for source, names in found.items()}

    def _rules(self, now: datetime) -> Iterator[RuleSigns]:
        for fault in self._session.scalars(
            select(RuleFault).order_by(RuleFault.municipality, RuleFault.rule).limit(1000)
        ):
            yield RuleSigns(
                fault.municipality,
                fault.rule,
                fault.first_at,
                fault.last_at,
                off=off_until(fault, now) is not None,
                failing=fault.strikes > 0,
            )
        for municipality, faults in sorted(self._rulebook.faults.items()):
            yield RuleSigns(municipality, FILES, now, now, str(faults[0])[:500])


def _is_within(since: datetime, now: datetime) -> ColumnElement[bool]:
    # Not only from a day on: what retention has summed up stands under a day that is none.
    return SourceCount.day.between(since.date().isoformat(), now.date().isoformat())


def _still_lacking(watch: SourceWatch, answers: Answering) -> tuple[str, ...]:
    """Whatever has answered since it was found lacking is there again."""
    checked = watch.checked_at
    if checked is None:
        return ()
    never = datetime.min.replace(tzinfo=UTC)
    return tuple(f for f in watch.lacking if answers.answered.get(f, never) <= checked)


def _literal(state: str) -> Any:
    return bindparam(None, state, literal_execute=True)
