"""An hour of load: does memory grow, is anything lost, do the figures still agree?

Run by `make soak`, not with the other rows. BENCH_MINUTES shortens it.
"""

import json
import os
import subprocess
from statistics import median
from threading import Event, Thread

import psycopg

from tests.bench import town
from tests.bench.context import Context
from tests.bench.figures import Check, Goal, Result
from tests.bench.installation import COMMAND, Installation, counted
from tests.bench.largest_load import largest
from tests.bench.load import generator
from tests.bench.rows.accept_pg import CONNECTIONS
from tests.bench.rows.fold_task import hinting, processed
from tests.bench.rows.memory import processes
from tests.bench.steady_load import steady
from tests.bench.stream import Stream
from tests.guards.tree import ROOT

EVERY_S = 10.0


def measure(context: Context) -> Result:
    minutes = float(os.environ.get("BENCH_MINUTES") or context.choose(60, 1))
    result = Result(
        "soak",
        f"memory of web and worker over {minutes:g} minutes of load, at half of the largest",
        "the same process at minute 5" if minutes >= 10 else "the same process early on",
        "MiB",
    )
    staff = context.choose(10_000, 400)
    with (
        context.database(context.town(staff)) as name,
        context.installation(name) as product,
        psycopg.connect(product.database_url, autocommit=True) as connection,
    ):
        with product.container() as container:
            secret = town.secret_of(container)
        web, port = product.serve()
        tick = product.start_tick()
        stream = Stream(town.spread(staff), staff)
        with hinting(product) as (worker, publish), generator(port, CONNECTIONS) as load:
            rate = largest(context, product, stream, connection, publish, load, secret).half
            watch = Watch(web.pid, worker, tick.pid)
            watch.start()
            sent = steady(connection, load, stream, secret, rate, minutes * 60)
            samples = watch.stop()
            processed(connection, 1, publish, 600)
            stored = counted(connection, "SELECT count(*) FROM deliveries WHERE state = 'done'")
            aside = counted(
                connection, "SELECT count(*) FROM deliveries WHERE state NOT IN ('done')"
            )
        differences = verified(product)
    growth = {process: grown(series, minutes * 60) for process, series in samples.items()}
    growing = [Check(f"{p}, end by then", ratio, Goal("≤", 1.1)) for p, ratio in growth.items()]
    result.checks = [
        *growing,
        Check("differences of a recount", differences, Goal("=", 0, "")),
        Check("not answered 200", sent.errors, Goal("=", 0, "")),
        Check("not done", aside, Goal("=", 0, "")),
    ]  # fmt: skip
    result.notes += [f"not 200: {sent.refused}"] if sent.refused else []
    result.absolute = {
        "load": f"{rate:.0f} deliveries/s, {sent.accepted} accepted, {stored} done",
        "most that waited at the end of a part": str(sent.behind),
        **{
            process: f"{series[0]:.0f} MiB at first, {series[-1]:.0f} MiB at the end, "
            f"{max(series):.0f} MiB at most"
            for process, series in samples.items()
        },
    }
    result.series = {
        process: [round(mib, 1) for mib in found] for process, found in samples.items()
    }
    return result


class Watch:
    """Resident memory every ten seconds, in a thread."""

    def __init__(self, web: int, worker: int, tick: int) -> None:
        self._pids = (web, worker, tick)
        self._samples: dict[str, list[float]] = {}
        self._is_over = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> dict[str, list[float]]:
        self._is_over.set()
        self._thread.join()
        return self._samples

    def _run(self) -> None:
        while True:
            for process, mib in processes(*self._pids).items():
                self._samples.setdefault(process, []).append(mib)
            if self._is_over.wait(EVERY_S):
                return


def grown(series: list[float], seconds: float) -> float:
    """The end by minute 5 (or by a third, if it was shorter), each the middle of some samples."""
    at = min(5 * 60, seconds / 3) / seconds
    early = int(len(series) * at)
    around = series[max(early - 2, 0) : early + 3]
    return median(series[-5:]) / median(around)


def verified(product: Installation) -> int:
    """Differences that `connector recount --verify` finds."""
    done = subprocess.run(
        [str(COMMAND), "recount", "--verify", "--municipality", town.MUNICIPALITY, "--json"],
        cwd=ROOT, env=product.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if not done.stdout:
        raise RuntimeError(f"connector recount: {done.stderr[-500:]}")
    return int(json.loads(done.stdout)["differences"])
