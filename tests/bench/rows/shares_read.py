"""A municipality's shares read as the product reads them, against counting memberships."""

import time
from collections.abc import Callable

import psycopg

from connector.services.figures.figures import FigureService
from tests.bench import town
from tests.bench.context import Context
from tests.bench.figures import Check, Goal, Pair, Result, Spread
from tests.bench.installation import counted
from tests.bench.profile import profiled

COUNT = """
    SELECT indicator, period, count(*) FILTER (WHERE in_population),
        count(*) FILTER (WHERE achieved)
    FROM memberships WHERE municipality = %s GROUP BY indicator, period
"""
SHARES = "SELECT indicator, period, population, achieved FROM shares WHERE municipality = %s"


def measure(context: Context) -> Result:
    staff = context.staff("BENCH_STAFF_READ", 100_000, 2_000)
    name = context.town(staff)
    result = Result(
        "shares-read",
        "shares read for a municipality (all indicators, this period and the one before)",
        "count(*) FILTER over its memberships, in PostgreSQL alone",
        "ms",
    )
    turns, reads = context.choose(15, 5), 20
    plain: list[float] = []
    with (
        context.installation(name, broker=False) as product,
        product.container() as container,
        psycopg.connect(product.database_url, autocommit=True) as connection,
    ):
        memberships = counted(connection, "SELECT count(*) FROM memberships")

        def figures() -> None:
            with container.db.reading() as session:
                service = FigureService(
                    session, container.rulebook, container.clock.now(), container.settings
                )
                if not any(figure.population for figure in service.figures(town.MUNICIPALITY)):
                    raise RuntimeError("the municipality has no figures")

        def count() -> None:
            connection.execute(COUNT, (town.MUNICIPALITY,), prepare=True).fetchall()

        def shares() -> None:
            connection.execute(SHARES, (town.MUNICIPALITY,), prepare=True).fetchall()

        for work in (figures, count, shares):
            work()
        for _ in range(turns):
            result.pairs.append(Pair(timed(figures, reads), timed(count, 1)))
            plain.append(timed(shares, reads))
        with profiled() as profile:
            timed(figures, reads)
    result.where["FigureService.figures"] = profile.shares
    middle = Spread.of([pair.baseline / pair.ours for pair in result.pairs])
    rows = Spread.of(plain)
    result.checks = [Check("times faster", middle.middle, Goal("≥", 1000))]
    ours = Spread.of([pair.ours for pair in result.pairs])
    theirs = Spread.of([pair.baseline for pair in result.pairs])
    result.absolute = {
        "memberships": str(memberships),
        "FigureService.figures": f"{ours.middle:.2f} ms",
        "count(*) FILTER": f"{theirs.middle:.1f} ms",
        "the shares' rows alone, in SQL": (
            f"{rows.middle:.2f} ms, {theirs.middle / rows.middle:.0f} × faster than counting"
        ),
    }
    result.notes.append(
        "the product's time holds its queries, the objects it makes of them and the figures of "
        "the previous period; the baseline's only the query that counts totals, without slices"
    )
    return result


def timed(work: Callable[[], object], times: int) -> float:
    """Milliseconds of one, over several."""
    begun = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - begun) / times * 1000
