"""Accepted deliveries a second by `connector run` on SQLite, against single-row commits."""

import sqlite3
import time
from pathlib import Path
from uuid import uuid4

from tests.bench import town
from tests.bench.context import Context
from tests.bench.figures import Check, Goal, Pair, Result
from tests.bench.load import Outcome, generator
from tests.bench.processor_time import used
from tests.bench.profile import sampled
from tests.bench.rows.accept_pg import CONNECTIONS, post, rates
from tests.bench.stream import Stream, requests

INSERT = (
    "INSERT INTO deliveries (source, key, digest, type, body, received_at, state, attempts,"
    " conflict) VALUES (?, ?, ?, ?, ?, ?, 'ready', 0, 0)"
)


def measure(context: Context) -> Result:
    result = Result(
        "accept-sqlite",
        "accepted signed native deliveries a second by connector run, 16 connections, SQLite "
        "(WAL, FULL)",
        "SQLite commits of the same row, one each (WAL, FULL), one writer",
        "deliveries/s",
    )
    seconds, turns = context.choose(10, 3), context.choose(5, 2)
    path = context.folder / "connector.sqlite3"
    outcomes: list[Outcome] = []
    with context.installation(f"sqlite:///{path}", broker=False) as product:
        with product.container() as container:
            secret = town.found(container, product.folder / "sheets")
        twin = _twin(path)
        process, port = product.serve("run")
        stream = Stream(town.learner, town.BLOCK)
        with generator(port, CONNECTIONS) as load:
            post(load, stream, secret, seconds / 2)
            burnt = used(process.pid)
            for _ in range(turns):
                outcomes.append(post(load, stream, secret, seconds))
                result.pairs.append(Pair(outcomes[-1].rate, commits(twin, stream, seconds)))
            burnt = used(process.pid) - burnt
            with sampled(process.pid, seconds / 2) as sampling:
                post(load, stream, secret, seconds / 2)
    result.where["connector run"] = sampling.shares
    result.notes += [sampling.told] if sampling.told else []
    assert result.ratios is not None
    result.checks = [
        Check("ratio", result.ratios.middle, Goal("≥", 0.5)),
        Check("errors", sum(one.errors for one in outcomes), Goal("=", 0, "")),
    ]
    whole = Outcome(latencies=[latency for one in outcomes for latency in one.latencies])
    result.absolute = rates(result) | {
        "p50": f"{whole.latency_ms(50):.1f} ms",
        "p99": f"{whole.latency_ms(99):.1f} ms",
        "processor time a delivery, all threads": (
            f"{burnt / sum(one.accepted for one in outcomes) * 1e6:.0f} µs"
        ),
    }
    result.notes.append(
        "connector run folds in the same process meanwhile, also during the baseline's turns: that "
        "is how it is deployed"
    )
    result.notes += [f"not 200: {one.refused}" for one in outcomes if one.refused]
    return result


def _twin(path: Path) -> Path:
    """A file with the same tables, for the baseline alone: two writers would wait in turn."""
    twin = path.with_name("twin.sqlite3")
    with sqlite3.connect(path) as original, sqlite3.connect(twin) as copy:
        original.backup(copy)
    original.close()
    copy.close()
    return twin


def commits(path: Path, stream: Stream, seconds: float) -> float:
    """Rows a second, each in a transaction of its own, through the standard library's driver."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    (event,) = stream.events(1)
    body = requests([event], "whsec_AAAA", "/")[0].partition(b"\r\n\r\n")[2]
    run, written = uuid4().hex, 0
    begun = time.perf_counter()
    while time.perf_counter() < begun + seconds:
        row = ("moodle", f"{run}-{written}", run * 2, "quiz.attempt_graded", body, "2026-01-01")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(INSERT, row)
        connection.execute("COMMIT")
        written += 1
    took = time.perf_counter() - begun
    connection.close()
    return written / took
