"""Events processed a second by two workers, against one event for each task and transaction."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg

from connector.bootstrap import Container
from connector.dialects import SENDERS
from connector.domain.signals import Dialect
from connector.services.inbox.inbox import InboxService
from connector.tasks.app import hint_publisher
from tests.bench import one_by_one, processor_time, town
from tests.bench.context import Context
from tests.bench.figures import Check, Goal, Pair, Result, Spread
from tests.bench.installation import Installation, counted, is_busy
from tests.bench.profile import sampled
from tests.bench.rows.accept_pg import rates
from tests.bench.stream import SOURCE, Stream, bodies

WORKERS = 2


def measure(context: Context) -> Result:
    result = Result(
        "fold-task",
        f"events processed a second, inbox to shares and notices, {WORKERS} workers on RabbitMQ",
        "the same work by the same code, one event for each task and transaction",
        "events/s",
    )
    many, few = context.choose(3000, 300), context.choose(300, 60)
    turns, staff = context.choose(5, 2), context.choose(2000, 400)
    burnt = {"ours": 0.0, "baseline": 0.0}
    with (
        context.database(context.town(staff)) as name,
        context.installation(name) as product,
        product.container() as container,
        psycopg.connect(product.database_url, autocommit=True) as connection,
        hinting(product) as (ours, publish),
        hinting_each(product) as (theirs, publish_each),
    ):
        stream = Stream(town.spread(staff), staff)

        def turn(number: int, hint: Publish) -> tuple[float, float]:
            """Events a second, and the processor time of them all."""
            store(container, stream.events(number))
            before = processor_time.used(ours, theirs, context.cluster.pid)
            rate = processed(connection, number, hint)
            return rate, processor_time.used(ours, theirs, context.cluster.pid) - before

        turn(many // 2, publish)
        turn(few // 2, publish_each)
        size = database_bytes(connection)
        for _ in range(turns):
            mine, cost = turn(many, publish)
            other, other_cost = turn(few, publish_each)
            burnt["ours"] += cost
            burnt["baseline"] += other_cost
            result.pairs.append(Pair(mine, other))
        size = database_bytes(connection) - size
        with sampled(ours, context.choose(8, 2), subprocesses=True) as sampling:
            turn(many, publish)
    result.where["workers"] = sampling.shares
    result.notes += [sampling.told] if sampling.told else []
    assert result.ratios is not None
    result.checks = [Check("ratio", result.ratios.middle, Goal("≥", 8))]
    result.values = {
        "rate": Spread.of([pair.ours for pair in result.pairs]).middle,
        "event_us": burnt["ours"] / turns / many * 1e6,
        "event_bytes": size / turns / (many + few),
    }
    result.absolute = rates(result) | {
        "processor time an event, workers and PostgreSQL": (
            f"ours {burnt['ours'] / turns / many * 1e6:.0f} µs, "
            f"baseline {burnt['baseline'] / turns / few * 1e6:.0f} µs"
        ),
        "of the database for one event": f"{result.values['event_bytes']:.0f} bytes",
        "staff": str(staff),
        "events in a turn": f"ours {many}, baseline {few}",
    }
    return result


def database_bytes(connection: psycopg.Connection) -> int:
    return counted(connection, "SELECT pg_database_size(current_database())")


Publish = Callable[[int], None]
"""Hints for so many events."""


@contextmanager
def hinting(product: Installation) -> Iterator[tuple[int, Publish]]:
    """The product's workers: the first process, and how it is told of work."""
    hint = hint_publisher(product.config())
    worker = product.worker(WORKERS)
    hint("fold")
    # Up when the first task has built what it works with.
    time.sleep(4)
    try:
        # One hint, however many events: that is how the web process tells of them.
        yield worker.pid, lambda count: hint("fold")
    finally:
        product.end(worker)


@contextmanager
def hinting_each(product: Installation) -> Iterator[tuple[int, Publish]]:
    """The baseline's workers, with queues of their own."""
    one_by_one.unbounded()
    apart = f"{product.prefix}-one"
    hint = hint_publisher(replace(product.config(), queue_prefix=apart))
    worker = product.start(sys.executable, "-m", "tests.bench.one_by_one", prefix=apart)
    hint("fold")
    time.sleep(4)

    def publish(count: int) -> None:
        for _ in range(count):
            hint("fold")

    try:
        yield worker.pid, publish
    finally:
        product.end(worker)


def store(container: Container, events: Sequence[dict[str, Any]]) -> None:
    """Written down as the hook writes them, one row an event, without the hook."""
    cut = SENDERS[Dialect.NATIVE].cut
    arrivals = [a for body in bodies(events, 100) for a in cut(body).arrivals]
    with container.db.writing() as session:
        accepted, _, _ = InboxService(session).accept(
            SOURCE, Dialect.NATIVE, arrivals, container.clock.now()
        )
    if accepted != len(events):
        raise RuntimeError(f"{accepted} of {len(events)} events were stored")


def processed(
    connection: psycopg.Connection, number: int, publish: Publish, most_s: float = 300
) -> float:
    """Events a second, from the first hint until nothing is left to do."""
    begun = time.perf_counter()
    publish(number)
    heard = begun
    while is_busy(connection):
        now = time.perf_counter()
        if now - begun > most_s:
            raise TimeoutError("the events are not processed in time")
        if now - heard > 5:
            # Work that events made besides (teams, heads) has no hint of its own; the sweep of
            # connector tick would send one.
            publish(WORKERS)
            heard = now
        time.sleep(0.02)
    return number / (time.perf_counter() - begun)
