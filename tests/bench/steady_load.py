"""A load of a given rate for as long as wanted."""

import time
from collections import Counter
from dataclasses import dataclass

import psycopg

from tests.bench.installation import counted
from tests.bench.load import Generator
from tests.bench.stream import SOURCE, Stream, requests

PART_S = 20.0
"""Requests are signed a part at a time: signatures are good for five minutes."""


@dataclass(frozen=True)
class Sent:
    """behind: the most deliveries that waited to be processed between two parts."""

    accepted: int
    refused: dict[str, int]
    behind: int

    @property
    def errors(self) -> int:
        return sum(self.refused.values())


def steady(
    connection: psycopg.Connection,
    load: Generator,
    stream: Stream,
    secret: str,
    rate: float,
    seconds: float,
) -> Sent:
    accepted = behind = 0
    refused: Counter[str] = Counter()
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        ready = requests(stream.events(int(rate * PART_S) + 1), secret, f"/hooks/{SOURCE}")
        outcome = load.run(ready, min(PART_S, left), rate)
        accepted += outcome.accepted
        refused.update(outcome.refused)
        waiting = counted(connection, "SELECT count(*) FROM deliveries WHERE state = 'ready'")
        behind = max(behind, waiting)
    return Sent(accepted, dict(refused), behind)
