"""One process of a town under fire: web, worker, tick, upgrade, or run.

It has the town's clock and its marked points; otherwise it is what the command of that name runs.
"""

import os
import sys
from functools import partial
from pathlib import Path

from connector import bootstrap, config, db
from connector.cli.serving import run_all, run_tick, run_worker, serve_web
from connector.config import Config
from connector.log import set_up_logging
from connector.services.upkeep import schema
from connector.tasks import app
from tests.faults import points
from tests.faults.founding import asked_freely
from tests.faults.town_clock import TownClock

SWEEP_S = 1.0
"""Each turn of the tick; how long a lost hint lasts."""
IDLE_MS = 4000
"""A frozen process holds up the others for so long; PostgreSQL's clock cannot be moved."""
BUSY_MS = 2000
"""As long a process waits for an SQLite file that somebody else has locked."""
FOLDER = "FAULTS_FOLDER"
SITE = "FAULTS_SITE"
"""Where more plugins are installed, if any."""


def main(kind: str, *arguments: str) -> int:
    """arguments: of a web process its port, of a worker how many children and its name."""
    if SITE in os.environ:
        sys.path.insert(0, os.environ[SITE])
    settings = config.load()
    set_up_logging(settings.log_level)
    folder = Path(os.environ[FOLDER])
    clock = TownClock.of(folder / "clock", kind)
    points.install(points.Points(folder / "points"))
    db.IDLE_MS, db.BUSY_MS = IDLE_MS, BUSY_MS
    with asked_freely():
        return _run(kind, arguments, settings, clock)


def _run(kind: str, arguments: tuple[str, ...], settings: Config, clock: TownClock) -> int:
    if kind == "worker":
        # A process of the pool builds its own container when its first hint comes.
        app.build = partial(bootstrap.build, clock=clock)
        return run_worker(settings, int(arguments[0]), f"{arguments[1]}@town")
    container = bootstrap.build(settings, clock)
    if kind == "tick":
        return run_tick(container, SWEEP_S)
    if kind == "upgrade":
        schema.upgrade(container.db)
        return 0
    if kind == "run":
        return run_all(container, "127.0.0.1", int(arguments[0]))
    return serve_web(container, "127.0.0.1", int(arguments[0]))
