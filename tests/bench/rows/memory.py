"""Memory of each process at rest; what an hour of load adds is for `make soak`."""

import time

import psycopg

from tests.bench import import_weight, processor_time, town
from tests.bench.context import Context
from tests.bench.figures import Check, Goal, Result
from tests.bench.load import generator
from tests.bench.rows.accept_pg import CONNECTIONS, post
from tests.bench.rows.fold_task import WORKERS, hinting, processed, store
from tests.bench.stream import Stream
from tests.guards.tree import ROOT

MOST_MIB = 90


def measure(context: Context) -> Result:
    result = Result(
        "memory",
        "memory of web, worker and tick at rest, each process",
        "none: MiB are judged",
        "MiB",
    )
    with (
        context.database(context.town(town.BLOCK)) as name,
        context.installation(name) as product,
        psycopg.connect(product.database_url, autocommit=True) as connection,
    ):
        with product.container() as container:
            secret = town.secret_of(container)
        web, port = product.serve()
        tick = product.start_tick()
        stream = Stream(town.learner, town.BLOCK)
        with hinting(product) as (worker, publish):
            # A worker's processes build what they work with at their first task: at rest they
            # have done some.
            with product.container() as container:
                store(container, stream.events(WORKERS * 100))
            processed(connection, WORKERS, publish)
            time.sleep(context.choose(15, 5))
            fresh = processes(web.pid, worker, tick.pid)
            with generator(port, CONNECTIONS) as load:
                post(load, stream, secret, context.choose(10, 2))
            processed(connection, WORKERS, publish)
            time.sleep(context.choose(15, 2))
            rested = processes(web.pid, worker, tick.pid)
            private = {
                process: processor_time.private_mib(pid)
                for process, pid in pids(web.pid, worker, tick.pid).items()
            }
    result.checks = [
        Check(f"{process}, at rest", mib, Goal("≤", MOST_MIB, "MiB"))
        for process, mib in fresh.items()
    ]
    result.absolute = {
        process: f"{fresh[process]:.0f} MiB resident at rest, {rested[process]:.0f} MiB after a "
        f"burst of load; {private[process]:.0f} MiB of them its own"
        for process in fresh
        if process in rested
    }
    result.where["resident memory by import, in turn"] = import_weight.shares(ROOT)
    result.values = {"most_mib": max(fresh.values())}
    result.notes += [
        "resident memory counts pages that a worker's processes share since their fork; its own "
        "are those that nobody shares",
    ]
    return result


def pids(web: int, worker: int, tick: int) -> dict[str, int]:
    found = {"web": web, "tick": tick, "worker": worker}
    children = [pid for pid in processor_time.family(worker) if pid != worker]
    return found | {f"worker's process {n}": pid for n, pid in enumerate(children, start=1)}


def processes(web: int, worker: int, tick: int) -> dict[str, float]:
    """Resident MiB by process."""
    return {
        process: processor_time.resident_mib(pid)
        for process, pid in pids(web, worker, tick).items()
    }
