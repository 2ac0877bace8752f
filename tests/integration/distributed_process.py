"""One process of the distributed way to run, as the tests start it: web PORT, worker or tick.

Like the command, but claims are small and their terms are seconds: what a killed worker had in hand
is taken over while the test looks on.
"""

import sys
from datetime import timedelta

from connector import config
from connector.bootstrap import Container, build
from connector.cli.serving import run_tick, run_worker, serve_web
from connector.log import set_up_logging
from connector.runtime import fold
from connector.runtime.engine import Engine
from connector.tasks import app

SHORT_TERM = timedelta(seconds=4)
BATCH = 20
SWEEP_S = 1.0


class HastyEngine(Engine):
    """Whoever is killed leaves short claims behind."""

    def __init__(self, container: Container) -> None:
        super().__init__(container)
        c = container
        self.folder = fold.Folder(c.db, c.rulebook, c.settings, c.clock, SHORT_TERM)


def main(kind: str, *arguments: str) -> int:
    settings = config.load()
    set_up_logging(settings.log_level)
    app.Engine = HastyEngine  # type: ignore[misc]
    fold.BATCH = BATCH
    if kind == "worker":
        return run_worker(settings, int(arguments[0]))
    container = build(settings)
    if kind == "tick":
        return run_tick(container, SWEEP_S)
    return serve_web(container, "127.0.0.1", int(arguments[0]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
