"""A country's diagnostic day, for some minutes of it: does one machine keep up with its rate?"""

import time

import psycopg

from tests.bench import country, processor_time
from tests.bench.context import Context
from tests.bench.figures import Check, Goal, Result, percentile
from tests.bench.installation import counted
from tests.bench.load import generator
from tests.bench.rows.accept_pg import CONNECTIONS
from tests.bench.rows.fold_task import WORKERS, hinting, processed, store
from tests.bench.rows.visible import LATENCIES
from tests.bench.steady_load import steady
from tests.bench.stream import ATTEMPTS, Stream
from tests.bench.town import BLOCK, spread

ATTEMPTS_OF_THE_DAY = 300_000
HOURS = 2


def measure(context: Context) -> Result:
    municipalities = context.staff("BENCH_MUNICIPALITIES", 300, 5)
    seconds = context.choose(180, 10)
    rate = ATTEMPTS_OF_THE_DAY / HOURS / 3600
    staff = municipalities * BLOCK
    result = Result(
        "diagnostic-day",
        f"a country's diagnostic day ({ATTEMPTS_OF_THE_DAY} attempts in {HOURS} hours, "
        f"{rate:.0f} a second) for {seconds} s, {municipalities} municipalities with {staff} staff",
        "none: that it keeps up is judged",
        "s",
    )
    begun = time.monotonic()
    with context.database() as name, context.installation(name) as product:
        secret = country.found(product, municipalities)
        made = time.monotonic() - begun
        stream = Stream(spread(staff), staff, ATTEMPTS)
        web, port = product.serve()
        tick = product.start_tick()
        with (
            psycopg.connect(product.database_url, autocommit=True) as connection,
            hinting(product) as (worker, publish),
            generator(port, CONNECTIONS) as load,
        ):
            with product.container() as container:
                # Every worker has met every municipality before: a day does not begin cold.
                store(container, stream.events(max(WORKERS * 2 * municipalities, WORKERS * 100)))
            processed(connection, 1, publish, 600)
            first = counted(connection, "SELECT max(id) FROM deliveries")
            parts = (web.pid, worker, tick.pid, context.cluster.pid)
            burnt = processor_time.used(*parts)
            sent = steady(connection, load, stream, secret, rate, seconds)
            over = time.perf_counter()
            processed(connection, 1, publish, 600)
            drained = time.perf_counter() - over
            burnt = processor_time.used(*parts) - burnt
            latencies = [row[0] for row in connection.execute(LATENCIES, (first,))]
    result.checks = [
        Check("p99 from accepted to visible", percentile(latencies, 99), Goal("≤", 3, "s")),
        Check("drained after the end", drained, Goal("≤", 10, "s")),
        Check("errors", sent.errors, Goal("=", 0, "")),
        Check("lost", sent.accepted - len(latencies), Goal("=", 0, "")),
    ]
    cores = burnt / (seconds + drained)
    result.notes += [f"not 200: {sent.refused}"] if sent.refused else []
    result.absolute = {
        "attempts": f"{sent.accepted} accepted, {len(latencies)} processed",
        "p50 and p95 from accepted to visible": (
            f"{percentile(latencies, 50):.2f} s and {percentile(latencies, 95):.2f} s"
        ),
        "most that waited at the end of a part": str(sent.behind),
        "processors busy with it": f"{cores:.2f} cores, PostgreSQL included",
        "made in": f"{made:.0f} s",
    }
    result.values = {
        "rate": rate,
        "municipalities": municipalities,
        "staff": staff,
        "cores": cores,
        "p99_s": percentile(latencies, 99),
        "seconds": seconds,
    }
    return result
