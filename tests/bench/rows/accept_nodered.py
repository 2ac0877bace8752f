"""Accepted deliveries a second, against Node-RED doing the same insert, where it installs."""

import time

import requests as http

from tests.bench import node_red, side_by_side, town
from tests.bench.context import Context
from tests.bench.figures import Result


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
    with context.database(context.town(town.BLOCK)) as name, context.installation(name) as product:
        with product.container() as container:
            secret = town.secret_of(container)
        process, port = product.serve()
        other = node_red.serve(product, secret)
        _await_flow(other)
        side_by_side.measure(context, result, (process.pid, port), other, secret, 1.2)
    result.absolute["Node-RED"] = node_red.version()
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
