"""From the answer 200 to the share that shows it, at half of the largest load."""

import time

import psycopg

from tests.bench import town
from tests.bench.context import Context
from tests.bench.figures import Check, Goal, Result, percentile
from tests.bench.installation import counted
from tests.bench.largest_load import largest
from tests.bench.load import generator
from tests.bench.profile import sampled
from tests.bench.rows.accept_pg import CONNECTIONS
from tests.bench.rows.fold_task import hinting, processed
from tests.bench.steady_load import steady
from tests.bench.stream import Stream

# Received before the transaction that stores it, visible with the commit that also writes the
# shares: the whole way, a little more than what a reader waits for.
LATENCIES = """
    SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin) - received_at)::float8
    FROM deliveries WHERE id > %s AND state = 'done'
"""


def measure(context: Context) -> Result:
    result = Result(
        "visible",
        "accepted → visible share, at half of maximum load (web, 2 workers, tick)",
        "none: seconds are judged",
        "s",
    )
    seconds, staff = context.choose(150, 10), context.choose(10_000, 400)
    with (
        context.database(context.town(staff)) as name,
        context.installation(name) as product,
        psycopg.connect(product.database_url, autocommit=True) as connection,
    ):
        with product.container() as container:
            secret = town.secret_of(container)
        web, port = product.serve()
        stream = Stream(town.spread(staff), staff)
        with hinting(product) as (worker, publish), generator(port, CONNECTIONS) as load:
            product.start_tick()
            most = largest(context, product, stream, connection, publish, load, secret)
            rate = most.half
            first = counted(connection, "SELECT max(id) FROM deliveries")
            sent = steady(connection, load, stream, secret, rate, seconds)
            drained = time.perf_counter()
            processed(connection, 1, publish)
            drained = time.perf_counter() - drained
            latencies = [row[0] for row in connection.execute(LATENCIES, (first,))]
            short = context.choose(10, 2)
            with (
                sampled(web.pid, short) as of_web,
                sampled(worker, short, subprocesses=True) as of_workers,
            ):
                steady(connection, load, stream, secret, rate, short)
    result.where = {"web": of_web.shares, "workers": of_workers.shares}
    p95, p99 = percentile(latencies, 95), percentile(latencies, 99)
    result.checks = [
        Check("p95", p95, Goal("≤", 1, "s")),
        Check("p99", p99, Goal("≤", 3, "s")),
        Check("errors", sent.errors, Goal("=", 0, "")),
    ]
    result.notes += [f"not 200: {sent.refused}"] if sent.refused else []
    result.absolute = {
        "load": f"{rate:.0f} deliveries/s for {seconds} s",
        "measured": f"{len(latencies)} of {sent.accepted} accepted",
        "largest load": str(most),
        "p50": f"{percentile(latencies, 50):.2f} s",
        "most": f"{max(latencies):.2f} s",
        "drained after the end in": f"{drained:.1f} s",
        "staff": str(staff),
    }
    result.notes.append(
        "the largest load is the smaller of the two rates measured apart at the beginning; at half "
        "of it receiving and processing share the processors"
    )
    return result
