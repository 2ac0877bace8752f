"""Accepted deliveries a second on PostgreSQL, against pgbench inserting the same row."""

import re
import subprocess
from pathlib import Path

from tests.bench import town
from tests.bench.context import Context
from tests.bench.figures import Check, Goal, Pair, Result, Spread
from tests.bench.load import Generator, Outcome, generator
from tests.bench.processor_time import Meter
from tests.bench.profile import sampled
from tests.bench.stream import SOURCE, Stream, requests

CONNECTIONS = 16
MOST_A_SECOND = 4500
TPS = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)

# The row of one event as the product stores it, in the same table with the same indexes.
SCRIPT = r"""\set a random(1, 9000000000000000000)
\set b random(1, 9000000000000000000)
INSERT INTO deliveries (source, key, digest, type, body, received_at, state, attempts, conflict)
VALUES ('moodle', :a || '-' || :b, md5(:a::text) || md5(:b::text), 'quiz.attempt_graded',
decode('{body}', 'hex'), now(), 'ready', 0, false);
"""


def measure(context: Context) -> Result:
    result = Result(
        "accept-pg",
        "accepted signed native deliveries a second, 16 connections, PostgreSQL, answered after "
        "commit",
        "pgbench inserting the same row, one commit each, 16 connections",
        "deliveries/s",
    )
    seconds, turns = context.choose(10, 3), context.choose(5, 2)
    outcomes: list[Outcome] = []
    with context.database(context.town(town.BLOCK)) as name, context.installation(name) as product:
        with product.container() as container:
            secret = town.secret_of(container)
        process, port = product.serve()
        stream = Stream(town.learner, town.BLOCK)
        script = pgbench_script(product.folder, stream)
        with generator(port, CONNECTIONS) as load:
            post(load, stream, secret, seconds / 2)
            pgbench(context, name, script, seconds / 2)
            used: dict[str, float] = {}
            for _ in range(turns):
                groups = {"web": [process.pid], "PostgreSQL": [context.cluster.pid]}
                ready = signed(stream, secret, seconds)
                meter = Meter(groups)
                outcomes.append(load.run(ready, seconds))
                for group, spent in meter.read().items():
                    used[group] = used.get(group, 0.0) + spent
                rate = pgbench(context, name, script, seconds)
                result.pairs.append(Pair(outcomes[-1].rate, rate))
            with sampled(process.pid, seconds / 2) as sampling:
                post(load, stream, secret, seconds / 2)
    accepted = sum(one.accepted for one in outcomes)
    result.where["web"] = sampling.shares
    result.notes += [sampling.told] if sampling.told else []
    judge(result, outcomes, 0.22)
    result.values = {
        "rate": Spread.of([pair.ours for pair in result.pairs]).middle,
        "event_us": sum(used.values()) / accepted * 1e6,
    }
    result.absolute |= {
        f"processor time a delivery, {group}": f"{spent / accepted * 1e6:.0f} µs"
        for group, spent in used.items()
    }
    return result


def judge(result: Result, outcomes: list[Outcome], least: float) -> None:
    """The three figures of accepting, and what is only reported."""
    latencies = [latency for one in outcomes for latency in one.latencies]
    whole = Outcome(latencies=latencies)
    assert result.ratios is not None
    result.checks = [
        Check("ratio", result.ratios.middle, Goal("≥", least)),
        Check("p99", whole.latency_ms(99), Goal("≤", 25, "ms")),
        Check("errors", sum(one.errors for one in outcomes), Goal("=", 0, "")),
    ]
    result.absolute |= rates(result) | {
        "p50": f"{whole.latency_ms(50):.1f} ms",
        "p99": f"{whole.latency_ms(99):.1f} ms",
        "load generator": f"{max(o.own_share for o in outcomes) * 100:.0f} % of one core",
    }
    for one in outcomes:
        if one.refused:
            result.notes.append(f"not 200: {one.refused}")
        if one.has_run_dry:
            result.notes.append("the prepared requests ran out before the time")


def rates(result: Result) -> dict[str, str]:
    """Ours and the baseline's, in the unit of the row."""
    ours = Spread.of([pair.ours for pair in result.pairs])
    theirs = Spread.of([pair.baseline for pair in result.pairs])
    return {
        f"ours, {result.unit}": f"{ours.middle:.0f} ({ours.least:.0f}–{ours.most:.0f})",
        f"baseline, {result.unit}": f"{theirs.middle:.0f} ({theirs.least:.0f}–{theirs.most:.0f})",
    }


def signed(stream: Stream, secret: str, seconds: float) -> list[bytes]:
    """More than can be accepted meanwhile."""
    number = int(seconds * MOST_A_SECOND)
    return requests(stream.events(number), secret, f"/hooks/{SOURCE}")


def post(load: Generator, stream: Stream, secret: str, seconds: float) -> Outcome:
    return load.run(signed(stream, secret, seconds), seconds)


def pgbench_script(folder: Path, stream: Stream) -> Path:
    """A transaction of pgbench with a body of the same size."""
    (event,) = stream.events(1)
    body = requests([event], "whsec_AAAA", "/")[0].partition(b"\r\n\r\n")[2].hex()
    path = folder / "insert.sql"
    path.write_text(SCRIPT.replace("{body}", body), encoding="utf-8")
    return path


def pgbench(context: Context, database: str, script: Path, seconds: float) -> float:
    """Transactions a second, connections not counted."""
    url = context.cluster.url
    done = subprocess.run(
        [
            str(context.cluster.programs / "pgbench"), "-n", "-M", "prepared",
            "-c", str(CONNECTIONS), "-j", "2", "-T", str(max(int(seconds), 1)),
            "-f", str(script), "-h", str(url.host), "-p", str(url.port), "-U", "postgres", database,
        ],
        capture_output=True, text=True, check=False, timeout=seconds + 60,
    )  # fmt: skip
    found = TPS.search(done.stdout)
    if done.returncode or found is None:
        raise RuntimeError(f"pgbench: {done.stderr.strip()[-500:]}")
    return float(found[1])
