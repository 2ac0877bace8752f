"""Serves until told to stop: the processes behind `connector run`, `web`, `worker` and `tick`.

SIGTERM and SIGINT end each of them the same way: nothing new is begun, what is in hand is finished,
the exit code is 0. Killed harder, nothing that was answered 200 is lost.
"""

import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from threading import Event, Thread
from typing import TYPE_CHECKING

from connector.bootstrap import Container
from connector.config import Config
from connector.runtime.call import CALL_S
from connector.runtime.counting import COUNT_S, Counting, counted
from connector.runtime.engine import (
    PROPOSE_S,
    RECONCILE_S,
    RETAIN_S,
    TICK_S,
    Engine,
    caller,
    reconciler,
    watcher,
)
from connector.runtime.hints import ARRIVED
from connector.runtime.keep_rules import RULES_S, RuleKeeper
from connector.runtime.link import LINK_S, max_linker
from connector.runtime.loops import Loop, Loops
from connector.runtime.propose import Proposer
from connector.runtime.publish import PUBLISH_S, EventPublisher
from connector.runtime.receive import Inbox
from connector.runtime.relay import Relay
from connector.runtime.retain import Retainer
from connector.runtime.sole import sole
from connector.runtime.sweep import Sweep
from connector.runtime.watch import WATCH_S
from connector.services.upkeep.retention import Keep
from connector.tasks.app import hint_publisher, make_celery
from connector.tasks.exchange import EventExchange

if TYPE_CHECKING:
    from connector.hooks.waitress_server import WebServer


def run_all(container: Container, host: str, port: int) -> int:
    """Web and work in this process. Raises OSError if the address is taken, AlreadyRunning if
    somebody else works on the same file."""
    file = container.db.file
    with sole(file) if file is not None else nullcontext():
        return _run_all(container, host, port)


def _run_all(container: Container, host: str, port: int) -> int:
    config = container.config
    # Whoever sets a broker for one process alone means other systems that listen there.
    publish = EventExchange(config).publish if config.is_distributed else None
    engine = Engine(container, publish=publish)

    def works() -> bool:
        return not engine.silent_loops()

    server = _web_server(container, engine.inbox, engine.nudge, host, port, works)
    engine.start()
    try:
        _serve(server, host)
    finally:
        engine.stop()
    return 0


def serve_web(container: Container, host: str, port: int, sock: socket.socket | None = None) -> int:
    """Hooks, pages and API; the work is hinted to workers. Raises OSError, BadSettings.

    sock: listens already, and its address was told by whoever opened it (connector.cli.crew).
    """
    relay = Relay(counted(container.tallies, hint_publisher(container.config)), ARRIVED)
    tallying = Counting(container.db, container.tallies)
    inbox = Inbox(container.db, container.box, container.clock, relay.nudge)
    server = _web_server(container, inbox, relay.nudge, host, port, sock=sock)
    keeper = RuleKeeper(container)
    counting = Loops(
        Loop("count", inbox.flush, TICK_S),
        Loop("tally", tallying.flush, COUNT_S),
        Loop("rules", keeper.follow, RULES_S),
    )
    keeper.begin(keeper.follow)
    relay.start()
    counting.start()
    try:
        _serve(server, host if sock is None else None)
    finally:
        relay.stop()
        counting.stop(5)
        inbox.flush()
        tallying.flush()
    return 0


def run_worker(config: Config, concurrency: int, name: str | None = None) -> int:
    """A Celery worker with processes of its own. name: `worker@host`; by default Celery's.

    Call it before anything in this process has connected to the database: it forks. Raises
    BadSettings.
    """
    # Not worker_main: the command line behind it would stay in the memory of every process.
    worker = make_celery(config).Worker(
        hostname=name,
        concurrency=concurrency,
        loglevel=config.log_level,
        # Workers have nothing to tell one another, and a crowd of them would be chatting.
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def run_tick(container: Container, every_s: float = TICK_S) -> int:
    """What time alone changes, and hints for work no hint came for. Raises BadSettings."""
    sweep = Sweep(container, hint_publisher(container.config))
    retainer = Retainer(container.db, Keep.of(container.config), container.clock)
    counting = Counting(container.db, container.tallies)
    proposer = Proposer(container.db, container.rulebook, container.settings, container.clock)
    keeper = RuleKeeper(container)
    publish = EventExchange(container.config).publish
    publisher = EventPublisher(container.db, container.clock, publish, container.tallies)
    keeper.begin(keeper.keep)
    loops = Loops(
        Loop("rules", keeper.keep, RULES_S),
        Loop("tick", sweep.run_once, every_s),
        Loop("watch", watcher(container).run_once, WATCH_S),
        Loop("retain", retainer.run_once, RETAIN_S),
        # Here and not in a worker: it takes hours, rests between questions, and any number of ticks
        # take turns at it by their leases.
        Loop("reconcile", reconciler(container).run_once, RECONCILE_S),
        Loop("publish", publisher.run_once, PUBLISH_S),
        Loop("propose", proposer.run_once, PROPOSE_S),
        Loop("call", caller(container).run_once, CALL_S),
        Loop("link", max_linker(container).run_once, LINK_S),
        Loop("count", counting.flush, COUNT_S),
    )
    with _until_told() as told:
        loops.start()
        told.wait()
        loops.stop()
    return 0


def _web_server(
    container: Container,
    inbox: Inbox,
    arrived: Callable[[], None],
    host: str,
    port: int,
    works: Callable[[], bool] = lambda: True,
    sock: socket.socket | None = None,
) -> "WebServer":
    # Twenty megabytes that a worker and a tick have no use for.
    from connector.hooks.quick_door import QuickDoor
    from connector.hooks.times import HookTimes
    from connector.hooks.waitress_server import build_server
    from connector.web.app import create_app

    times = HookTimes()
    app = create_app(container, arrived, works, inbox, times)
    door = QuickDoor(inbox, container.clock, times)
    return build_server(app, host, port, container.config.web_threads, door, sock)


def _serve(server: "WebServer", host: str | None) -> None:
    with _until_told(server.stop):
        if host is not None:
            announce(host, server.port)
        server.run()


def announce(host: str, port: int) -> None:
    shown = f"[{host}]" if ":" in host else host
    print(f"Адрес: http://{shown}:{port}", file=sys.stderr, flush=True)


@contextmanager
def _until_told(stop: Callable[[], None] = lambda: None) -> Iterator[Event]:
    """Sets the event and calls `stop`, once, in a thread of its own, when a signal says so."""
    told = Event()
    is_over = Event()

    def watch() -> None:
        told.wait()
        if not is_over.is_set():
            stop()

    def hear(number: int, frame: object) -> None:
        # Nothing more happens here: a handler runs in the middle of anything, locks held.
        told.set()

    former = {number: signal.signal(number, hear) for number in (signal.SIGTERM, signal.SIGINT)}
    watcher = Thread(target=watch, name="stop")
    watcher.start()
    try:
        yield told
    finally:
        is_over.set()
        told.set()
        watcher.join()
        for number, handler in former.items():
            signal.signal(number, handler)
