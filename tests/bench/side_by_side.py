"""Another server beside ours that is sent the same deliveries, in turn."""

from tests.bench import town
from tests.bench.context import Context
from tests.bench.figures import Check, Goal, Pair, Result
from tests.bench.load import generator
from tests.bench.profile import sampled
from tests.bench.rows.accept_pg import CONNECTIONS, post, rates
from tests.bench.stream import Stream


def measure(
    context: Context, result: Result, ours: tuple[int, int], theirs: int, secret: str, least: float
) -> None:
    """ours: the web process and its port; theirs: a port. least: the goal of the ratio."""
    seconds, turns = context.choose(10, 3), context.choose(5, 2)
    stream = Stream(town.learner, town.BLOCK)
    pid, port = ours
    with generator(port, CONNECTIONS) as to_us, generator(theirs, CONNECTIONS) as to_them:
        post(to_us, stream, secret, seconds / 2)
        post(to_them, stream, secret, seconds / 2)
        for _ in range(turns):
            mine = post(to_us, stream, secret, seconds)
            other = post(to_them, stream, secret, seconds)
            result.pairs.append(Pair(mine.rate, other.rate))
            if mine.errors or other.errors:
                result.notes.append(f"not 200: ours {mine.refused}, theirs {other.refused}")
        with sampled(pid, seconds / 2) as sampling:
            post(to_us, stream, secret, seconds / 2)
    result.where["web"] = sampling.shares
    result.absolute = rates(result)
    assert result.ratios is not None
    result.checks = [Check("ratio", result.ratios.middle, Goal("≥", least))]
