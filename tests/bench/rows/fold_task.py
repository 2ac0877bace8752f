"""Events processed a second by two workers, against one event for each task and transaction."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg

from connector.bootstrap import Container
from connector.dialects import SENDERS
from connector.domain.signals import Dialect
from connector.services.inbox import InboxService
from connector.tasks.app import hint_publisher
from tests.bench import one_by_one, processor_time, town
from tests.bench.context import Context
from tests.bench.figures import Check, Goal, Pair, Result
from tests.bench.installation import Installation, is_busy
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
        workers(product) as (ours, publish, theirs, publish_one),
    ):
        stream = Stream(town.spread(staff), staff)
        processed(container, connection, stream, many // 2, lambda count: publish())
        processed(container, connection, stream, few // 2, publish_one)
        for _ in range(turns):
            start = processor_time.used(ours, theirs, context.cluster.pid)
            mine = processed(container, connection, stream, many, lambda count: publish())
            middle = processor_time.used(ours, theirs, context.cluster.pid)
            other = processed(container, connection, stream, few, publish_one)
            burnt["ours"] += middle - start
            burnt["baseline"] += processor_time.used(ours, theirs, context.cluster.pid) - middle
            result.pairs.append(Pair(mine, other))
        with sampled(ours, context.choose(8, 2), subprocesses=True) as sampling:
            processed(container, connection, stream, many, lambda count: publish())
    result.where["workers"] = sampling.shares
    result.notes += [sampling.told] if sampling.told else []
    assert result.ratios is not None
    result.checks = [Check("ratio", result.ratios.middle, Goal("≥", 8))]
    result.absolute = rates(result) | {
        "processor time an event, workers and PostgreSQL": (
            f"ours {burnt['ours'] / turns / many * 1e6:.0f} µs, "
            f"baseline {burnt['baseline'] / turns / few * 1e6:.0f} µs"
        ),
        "staff": str(staff),
        "events in a turn": f"ours {many}, baseline {few}",
    }
    return result


Publish = Callable[[], None]
PublishEach = Callable[[int], None]


@contextmanager
def workers(product: Installation) -> Iterator[tuple[int, Publish, int, PublishEach]]:
    """The product's workers and the baseline's, each with queues of its own; the first processes
    of both, and how work is hinted to them."""
    config = product.config()
    hint = hint_publisher(config)
    ours = product.worker(WORKERS)
    hint("fold")
    one_by_one.unbounded()
    apart = f"{product.prefix}-one"
    hint_one = hint_publisher(replace(config, queue_prefix=apart))
    theirs = product.start(sys.executable, "-m", "tests.bench.one_by_one", prefix=apart)
    hint_one("fold")

    def publish_each(count: int) -> None:
        for _ in range(count):
            hint_one("fold")

    # Both are up when their first task has built what it works with.
    time.sleep(6)
    try:
        yield ours.pid, lambda: hint("fold"), theirs.pid, publish_each
    finally:
        product.end(theirs)
        product.end(ours)


def seed(container: Container, stream: Stream, number: int) -> None:
    """Written down as the hook writes them, one event a delivery, without the hook."""
    cut = SENDERS[Dialect.NATIVE].cut
    arrivals = [a for body in bodies(stream.events(number), 100) for a in cut(body).arrivals]
    with container.db.writing() as session:
        accepted, _, _ = InboxService(session).accept(
            SOURCE, Dialect.NATIVE, arrivals, container.clock.now()
        )
    if accepted != number:
        raise RuntimeError(f"{accepted} of {number} events were stored")


def processed(
    container: Container,
    connection: psycopg.Connection,
    stream: Stream,
    number: int,
    publish: PublishEach,
) -> float:
    """Events a second, from the first hint until nothing is left to do."""
    seed(container, stream, number)
    begun = time.perf_counter()
    publish(number)
    deadline = begun + 300
    while is_busy(connection):
        if time.perf_counter() > deadline:
            raise TimeoutError("the events are not processed in time")
        time.sleep(0.02)
        if time.perf_counter() - begun > 15 and not _is_moving(connection):
            # Work that the events themselves made (teams, heads) has no hint of its own here.
            publish(20)
    return number / (time.perf_counter() - begun)


def _is_moving(connection: psycopg.Connection) -> bool:
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM deliveries WHERE state = 'ready' AND lease_token IS NOT NULL)"
    ).fetchone()
    return row is not None and bool(row[0])
