"""One process of a town under fire: web, worker, tick, upgrade, or run.

It has the town's clock and its marked points; otherwise it is what the command of that name runs.
"""

import os
import sys
import time
from pathlib import Path

from connector import bootstrap, config, db
from connector.cli import serving
from connector.cli.serving import run_all, run_tick, run_worker, serve_web
from connector.config import Config
from connector.log import set_up_logging
from connector.runtime import engine
from connector.runtime.tick import Ticker
from connector.services.upkeep import schema
from connector.tasks import app
from tests.faults import points
from tests.faults.founding import asked_freely, eager
from tests.faults.town_clock import TownClock

SWEEP_S = 1.0
"""Each turn of the tick; how long a lost hint lasts."""
IDLE_MS = 4000
"""A frozen process holds up the others for so long; PostgreSQL's clock cannot be moved."""
BUSY_MS = 2000
"""As long a process waits for an SQLite file that somebody else has locked."""
FOLDER = "FAULTS_FOLDER"
PACES_S = {"TICK_S": SWEEP_S, "PUBLISH_S": 0.5, "CALL_S": 0.5, "WATCH_S": 2.0}
"""How long loops sleep that no nudge wakes: nobody here waits for them."""
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
    for module in (engine, serving):
        vars(module).update(PACES_S)
    _note_turns(folder)
    with asked_freely():
        return _run(kind, arguments, settings, clock)


def _run(kind: str, arguments: tuple[str, ...], settings: Config, clock: TownClock) -> int:
    if kind == "worker":
        # A process of the pool builds its own container when its first hint comes.
        app.build = lambda config: eager(bootstrap.build(config, clock))
        return run_worker(settings, int(arguments[0]), f"{arguments[1]}@town")
    container = eager(bootstrap.build(settings, clock))
    if kind == "tick":
        return run_tick(container, SWEEP_S)
    if kind == "upgrade":
        schema.upgrade(container.db)
        return 0
    if kind == "run":
        return run_all(container, "127.0.0.1", int(arguments[0]))
    return serve_web(container, "127.0.0.1", int(arguments[0]))


def _note_turns(folder: Path) -> None:
    """When the last turn of this process's tick that has ended began; see `last_turn`."""
    run_once = Ticker.run_once

    def noted(ticker: Ticker) -> int:
        began = time.monotonic()
        done = run_once(ticker)
        fresh = _turn_of(folder, os.getpid()).with_suffix(".new")
        fresh.write_text(repr(began))
        fresh.replace(_turn_of(folder, os.getpid()))
        return done

    Ticker.run_once = noted  # type: ignore[method-assign]


def last_turn(folder: Path, pid: int) -> float:
    """When that process began the last turn of its tick that has ended, as of time.monotonic(),
    which is one for all processes of a machine; 0 for none."""
    try:
        return float(_turn_of(folder, pid).read_text())
    except FileNotFoundError:
        return 0.0


def _turn_of(folder: Path, pid: int) -> Path:
    return folder / f"turn-{pid}"
