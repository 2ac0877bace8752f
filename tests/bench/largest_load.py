"""How much is accepted and how much is processed when each has the machine to itself."""

from dataclasses import dataclass

import psycopg

from tests.bench.context import Context
from tests.bench.installation import Installation
from tests.bench.load import Generator
from tests.bench.rows.accept_pg import post
from tests.bench.rows.fold_task import WORKERS, Publish, processed, store
from tests.bench.stream import Stream


@dataclass(frozen=True)
class Largest:
    """Deliveries and events a second."""

    accepted: float
    folded: float

    @property
    def half(self) -> float:
        """Of what is accepted or processed, whichever is less."""
        return max(min(self.accepted, self.folded) / 2, 1.0)

    def __str__(self) -> str:
        return f"accepting alone {self.accepted:.0f}/s, processing alone {self.folded:.0f}/s"


def largest(
    context: Context,
    product: Installation,
    stream: Stream,
    connection: psycopg.Connection,
    publish: Publish,
    load: Generator,
    secret: str,
) -> Largest:
    """Measured once; leaves nothing to be done."""
    folded = 0.0
    with product.container() as container:
        # The first is for the workers' first task, which builds what they work with.
        for number in (WORKERS * 100, context.choose(3000, 200)):
            store(container, stream.events(number))
            folded = processed(connection, number, publish)
    accepted = post(load, stream, secret, context.choose(8, 3)).rate
    processed(connection, 1, publish, 600)
    return Largest(accepted, folded)
