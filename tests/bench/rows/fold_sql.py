"""Events processed a second by two workers, against hand-written SQL writing the same rows."""

import time

import psycopg

from connector.bootstrap import Container
from connector.runtime.engine import Engine
from tests.bench import processor_time, town, written_rows
from tests.bench.context import Context
from tests.bench.figures import Check, Goal, Pair, Result
from tests.bench.profile import sampled
from tests.bench.rows.accept_pg import rates
from tests.bench.rows.fold_task import WORKERS, hinting, processed, store
from tests.bench.stream import Stream


def measure(context: Context) -> Result:
    result = Result(
        "fold-sql",
        f"events processed a second, inbox to shares and notices, {WORKERS} workers on RabbitMQ",
        "hand-written set-based SQL for the same rows (unnest, ON CONFLICT), batches of 100, "
        f"{WORKERS} connections",
        "events/s",
    )
    many, turns = context.choose(3000, 300), context.choose(5, 2)
    staff = context.choose(4000, 400)
    template = context.town(staff)
    burnt = 0.0
    with (
        context.database(template) as ours,
        context.database(template) as recorded,
        context.database(template) as replayed,
        context.installation(ours) as product,
        context.installation(recorded, broker=False) as recording,
        context.installation(replayed, broker=False) as baseline,
        product.container() as container,
        recording.container() as recorder,
        baseline.container() as replay,
        psycopg.connect(product.database_url, autocommit=True) as watching,
        psycopg.connect(recording.database_url, autocommit=True) as log,
        psycopg.connect(baseline.database_url, autocommit=True) as replaying,
    ):
        stream = Stream(town.spread(staff), staff)
        written_rows.record(log)
        written_rows.prepare(replaying)
        rows: dict[str, int] = {}
        with hinting(product) as (worker, publish):
            for turn in range(turns + 1):
                events = stream.events(many)
                found = _record(recorder, log, events)
                store(replay, events)
                store(container, events)
                start = processor_time.used(worker, context.cluster.pid)
                mine = processed(watching, many, publish)
                middle = processor_time.used(worker, context.cluster.pid)
                begun = time.perf_counter()
                written_rows.write(baseline.database_url, found, WORKERS)
                other = many / (time.perf_counter() - begun)
                if turn == 0:
                    # The first is for caches, plans and the workers' first task.
                    continue
                burnt += middle - start
                result.pairs.append(Pair(mine, other))
                for batch in found:
                    for written in batch:
                        rows[written.table] = rows.get(written.table, 0) + written.rows
            store(container, stream.events(many))
            with sampled(worker, context.choose(8, 2), subprocesses=True) as sampling:
                processed(watching, many, publish)
    result.where["workers"] = sampling.shares
    assert result.ratios is not None
    result.checks = [Check("ratio", result.ratios.middle, Goal("≥", 0.20))]
    result.absolute = rates(result) | {
        "processor time an event, ours with PostgreSQL's": (f"{burnt / turns / many * 1e6:.0f} µs"),
        "rows written for 1000 events": ", ".join(
            f"{table} {count / turns / many * 1000:.0f}" for table, count in rows.items()
        ),
        "staff": str(staff),
    }
    result.notes.append(
        "the baseline neither reads, claims, understands nor judges anything: its rows were "
        "recorded beforehand from the product itself"
    )
    return result


def _record(
    recorder: Container, log: psycopg.Connection, events: list[dict[str, object]]
) -> list[written_rows.Batch]:
    store(recorder, events)
    Engine(recorder).settle()
    return written_rows.batches(log)
