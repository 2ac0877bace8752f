"""What all trials of a session share: servers of their own to break, and templates of a town."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.founding import Founding
from tests.faults.processes import Starter, starter
from tests.services.own_postgres import OwnPostgres, own_postgres
from tests.services.own_rabbitmq import OwnRabbit, own_rabbitmq


@dataclass
class Ground:
    """Each server is started when a case first asks for it; a case leaves it running and well."""

    folder: Path
    _stack: ExitStack
    _trials: int = field(default=0, init=False)

    @cached_property
    def starter(self) -> Starter:
        return self._stack.enter_context(starter())

    @cached_property
    def postgres(self) -> OwnPostgres:
        return self._stack.enter_context(own_postgres())

    @cached_property
    def rabbit(self) -> OwnRabbit:
        return self._stack.enter_context(own_rabbitmq())

    @cached_property
    def founding(self) -> Founding:
        return Founding(self.postgres, self.folder / "founding")

    def trial(self, seed: int) -> "Trial":
        self._trials += 1
        folder = self.folder / f"trial-{self._trials}"
        folder.mkdir()
        return Trial(self, folder, random.Random(seed))


@dataclass(frozen=True)
class Trial:
    """One run of one case: a folder of its own, and chance that is the same for the same seed."""

    ground: Ground
    folder: Path
    chance: random.Random


@contextmanager
def ground() -> Iterator[Ground]:
    with TemporaryDirectory(prefix="connector-faults-") as folder, ExitStack() as stack:
        yield Ground(Path(folder), stack)
