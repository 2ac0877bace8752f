"""Accepted deliveries a second, against Node-RED doing the same insert, where it installs."""

import time

import requests as http

from tests.bench import node_red, town
from tests.bench.context import Context
from tests.bench.figures import Check, Goal, Pair, Result
from tests.bench.load import generator
from tests.bench.profile import sampled
from tests.bench.rows.accept_pg import CONNECTIONS, post, rates
from tests.bench.stream import Stream


def measure(context: Context) -> Result:
    result = Result(
        "accept-nodered",
        "accepted signed native deliveries a second, 16 connections, PostgreSQL",
        "Node-RED: signature, the same insert, 200",
        "deliveries/s",
        missing=node_red.installed(),
    )
    if result.missing:
        return result
    seconds, turns = context.choose(10, 3), context.choose(5, 2)
    with context.database(context.town(town.BLOCK)) as name, context.installation(name) as product:
        with product.container() as container:
            secret = town.secret_of(container)
        process, port = product.serve()
        red_port = node_red.serve(product, secret)
        _await_flow(red_port)
        stream = Stream(town.learner, town.BLOCK)
        with generator(port, CONNECTIONS) as ours, generator(red_port, CONNECTIONS) as theirs:
            post(ours, stream, secret, seconds / 2)
            post(theirs, stream, secret, seconds / 2)
            for _ in range(turns):
                mine = post(ours, stream, secret, seconds)
                other = post(theirs, stream, secret, seconds)
                result.pairs.append(Pair(mine.rate, other.rate))
                if mine.errors or other.errors:
                    result.notes.append(f"not 200: ours {mine.refused}, theirs {other.refused}")
            with sampled(process.pid, seconds / 2) as sampling:
                post(ours, stream, secret, seconds / 2)
    result.where["web"] = sampling.shares
    assert result.ratios is not None
    result.checks = [Check("ratio", result.ratios.middle, Goal("≥", 1.2))]
    result.absolute = rates(result) | {"Node-RED": node_red.version()}
    result.notes.append(
        "Node-RED reads nothing of the event but its id and type, keeps no account of sources and "
        "publishes nothing"
    )
    return result


def _await_flow(port: int, seconds: float = 60) -> None:
    """The port answers before the flow does."""
    deadline = time.monotonic() + seconds
    address = f"http://127.0.0.1:{port}/hooks/moodle"
    while http.post(address, data=b"{}", timeout=10).status_code == 404:
        if time.monotonic() > deadline:
            raise TimeoutError("the flow of Node-RED does not start")
        time.sleep(0.2)
