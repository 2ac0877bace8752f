"""The cost of one event in a municipality of a million, against one of ten thousand."""

import time
from dataclasses import dataclass

from connector.bootstrap import Container
from connector.runtime.engine import Engine
from tests.bench import processor_time, town
from tests.bench.context import Context
from tests.bench.figures import Check, Goal, Pair, Result, Spread
from tests.bench.profile import profiled
from tests.bench.rows.fold_task import store
from tests.bench.stream import Stream

BATCH = 100
TOGETHER = 5
"""Batches between two looks at the clocks of processor time, which tick every ten milliseconds."""


@dataclass
class Side:
    """One of the two towns, worked on in this process through the runtime's own engine."""

    container: Container
    engine: Engine
    stream: Stream
    cluster: int

    def turn(self) -> tuple[float, float]:
        """Processor time (this process and PostgreSQL's) and wall time of one event, in µs."""
        burnt = wall = 0.0
        for _ in range(TOGETHER):
            store(self.container, self.stream.events(BATCH))
            own, theirs = time.process_time(), processor_time.used(self.cluster)
            begun = time.perf_counter()
            while self.engine.folder.run_once():
                pass
            wall += time.perf_counter() - begun
            burnt += time.process_time() - own + processor_time.used(self.cluster) - theirs
        return burnt / TOGETHER / BATCH * 1e6, wall / TOGETHER / BATCH * 1e6


def measure(context: Context) -> Result:
    few = context.staff("BENCH_STAFF_FEW", 10_000, 400)
    many = context.staff("BENCH_STAFF_MANY", 1_000_000, 4_000)
    result = Result(
        "fold-million",
        f"cost of one event (processor time with PostgreSQL's) with {many} staff, batches of "
        f"{BATCH}",
        f"the same with {few} staff, batch by batch",
        "µs an event",
    )
    turns = context.choose(15, 2)
    begun = time.monotonic()
    names = context.town(few), context.town(many)
    loaded = time.monotonic() - begun
    walls: list[float] = []
    with (
        context.database(names[0]) as small,
        context.installation(small, broker=False) as little,
        context.installation(names[1], broker=False) as large,
        little.container() as little_container,
        large.container() as large_container,
    ):
        sides = [
            Side(container, Engine(container), Stream(town.spread(size), size), context.cluster.pid)
            for container, size in ((large_container, many), (little_container, few))
        ]
        for side in sides:
            side.turn()
        for _ in range(turns):
            (cost, wall), (other, other_wall) = (side.turn() for side in sides)
            result.pairs.append(Pair(cost, other))
            walls.append(wall / other_wall)
        with profiled() as profile:
            sides[0].turn()
        size = database_bytes(context, names[1])
    assert result.ratios is not None
    result.checks = [Check("ratio", result.ratios.middle, Goal("≤", 1.5))]
    result.where["the worker's side, with a million"] = profile.shares
    result.values = {"person_bytes": size / many}
    ours = Spread.of([pair.ours for pair in result.pairs])
    theirs = Spread.of([pair.baseline for pair in result.pairs])
    result.absolute = {
        f"with {many} staff": f"{ours.middle:.0f} µs ({ours.least:.0f}–{ours.most:.0f})",
        f"with {few} staff": f"{theirs.middle:.0f} µs ({theirs.least:.0f}–{theirs.most:.0f})",
        "ratio of wall time": f"{Spread.of(walls).middle:.2f} ×",
        "database of the large one": f"{size / 2**30:.2f} GiB",
        "made in": f"{loaded:.0f} s",
    }
    result.notes.append(
        "one municipality holds them all, with a school for each 50 people and an association for "
        "each 200; events go all over it"
    )
    return result


def database_bytes(context: Context, name: str) -> int:
    with context.cluster.connect() as connection:
        row = connection.execute("SELECT pg_database_size(%s)", (name,)).fetchone()
    return int(row[0]) if row else 0
