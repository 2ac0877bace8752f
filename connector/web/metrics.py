"""The numbers behind /metrics, in the order of metric_names.py."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache
from itertools import accumulate
from time import monotonic
from typing import Any

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from connector import __version__
from connector.db import Database
from connector.errors import StorageUnavailable
from connector.hooks.times import BOUNDS as HOOK_BOUNDS
from connector.hooks.times import HookTimes
from connector.services.folding.rule_faults import off_until
from connector.services.rules.changeovers import ChangeoverService
from connector.services.sources.source_figures import SourceFigures
from connector.services.upkeep import schema
from connector.services.upkeep.tallying import TallyService
from connector.services.upkeep.watching import WatchService
from connector.tallies import BEYOND, BOUNDS, Key
from connector.web import metric_names as names
from connector.web.metric_names import Declared

Samples = Iterable[tuple[tuple[str, ...], float]]


def registry(db: Database, now: Callable[[], datetime], times: HookTimes) -> CollectorRegistry:
    """Each application has one of its own."""
    made = CollectorRegistry()
    ProcessCollector(registry=made)
    PlatformCollector(registry=made)
    made.register(Numbers(db, now, times))
    return made


class Numbers(Collector):
    """Asked at each scrape. A database that is away is told as a number, beside what is known."""

    def __init__(self, db: Database, now: Callable[[], datetime], times: HookTimes) -> None:
        self._db = db
        self._now = now
        self._times = times

    def describe(self) -> list[Metric]:
        """Empty: otherwise registering would ask the database before it is there."""
        return []

    def collect(self) -> Iterator[Metric]:
        began = monotonic()
        found: list[Metric] = []
        try:
            with self._db.reading() as session:
                found = list(self._numbers(session))
        except StorageUnavailable:
            # Told below: what watches over us must learn that, and not only that we answer 503.
            pass
        yield _family(names.DATABASE_UP, [((), float(bool(found)))])
        yield _family(names.BUILD, [((__version__, _tables()), 1)])
        yield _family(names.COLLECTED, [((), monotonic() - began)])
        yield _hooks(self._times)
        yield from found

    def _numbers(self, session: Session) -> Iterator[Metric]:
        now = self._now()
        watch = WatchService(session, now)
        inbox = watch.inbox()
        lag = [((state,), _age(at, now)) for state, at in inbox.oldest.items()]
        yield _family(names.LAG, lag)
        yield _family(
            names.DELIVERIES,
            [((one.source, one.state, one.reason), one.count) for one in inbox.waiting],
        )
        parked: Counter[tuple[str, ...]] = Counter()
        for one in inbox.waiting:
            if one.state == "parked":
                parked[one.reason,] += one.count
        yield _family(names.PARKED, sorted(parked.items()))
        unjudged, held_subjects = watch.subjects()
        yield _family(names.UNJUDGED, [((), unjudged)])
        changing = ChangeoverService(session).all()
        yield _family(names.REJUDGED, [((m,), one.remaining) for m, one in changing.items()])
        notices, due_since, held_notices = watch.notices()
        yield _family(
            names.LEASES,
            [
                ((leases.kind, state), count)
                for leases in (inbox.leases, held_subjects, held_notices)
                for state, count in (("held", leases.held), ("expired", leases.expired))
            ],
        )
        yield _family(names.NOTICES, [((town, state), count) for town, state, count in notices])
        yield _family(names.NOTICE_LAG, [((), _age(due_since, now))])
        yield _family(
            names.LAST_DELIVERY,
            [((code,), at.timestamp()) for code, at in watch.sources() if at is not None],
        )
        for declared, what in (
            (names.REFUSED, "refused"),
            (names.IGNORED, "ignored"),
            (names.MISSED, "missed"),
        ):
            yield _family(declared, [((s, r), count) for s, r, count in watch.counted(what)])
        looked = SourceFigures(session).all()
        yield _family(
            names.RECONCILED,
            [((one.code,), one.looked_at.timestamp()) for one in looked if one.looked_at],
        )
        yield from _rules(watch, now)
        yield _family(names.ALARMS, [((kind,), count) for kind, count in watch.alarms().items()])
        yield from _tallied(TallyService(session).all())


def _hooks(times: HookTimes) -> Metric:
    family = HistogramMetricFamily(names.HOOKS.name, names.HOOKS.told, labels=names.HOOKS.labels)
    for status, (counts, total) in times.counted().items():
        bounds = (*map(str, HOOK_BOUNDS), BEYOND)
        buckets = list(zip(bounds, accumulate(counts), strict=True))
        family.add_metric((str(int(status)),), buckets=buckets, sum_value=total)
    return family


def _rules(watch: WatchService, now: datetime) -> Iterator[Metric]:
    faults = watch.rule_faults()
    yield _family(names.RULE_FAULTS, [((f.municipality, f.rule), f.count) for f in faults])
    off = Counter((f.municipality,) for f in faults if off_until(f, now) is not None)
    yield _family(names.RULES_OFF, sorted(off.items()))


def _tallied(tallies: dict[Key, float]) -> Iterator[Metric]:
    for declared in names.TALLIED:
        own = declared.name.removeprefix("connector_")
        if declared.kind == "histogram":
            yield _histogram(declared, own, tallies)
        else:
            found = ((labels, value) for (name, labels), value in tallies.items() if name == own)
            yield _family(declared, sorted(found))


def _histogram(declared: Declared, own: str, tallies: dict[Key, float]) -> Metric:
    family = HistogramMetricFamily(declared.name, declared.told, labels=declared.labels)
    sums = {labels: value for (name, labels), value in tallies.items() if name == f"{own}_sum"}
    for labels, total in sorted(sums.items()):
        reached = 0.0
        buckets = []
        for bound in (*map(str, BOUNDS), BEYOND):
            reached += tallies.get((f"{own}_bucket", (*labels, bound)), 0.0)
            buckets.append((bound, reached))
        family.add_metric(labels, buckets=buckets, sum_value=total)
    return family


def _family(declared: Declared, samples: Samples) -> Metric:
    made: Any = GaugeMetricFamily if declared.kind == "gauge" else CounterMetricFamily
    family: Metric = made(declared.name, declared.told, labels=declared.labels)
    for labels, value in samples:
        family.add_metric(labels, float(value))  # type: ignore[attr-defined]
    return family


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


@cache
def _tables() -> str:
    return schema.head()
