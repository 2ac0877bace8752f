"""The stage: a container of its own in a folder of its own, a clock of its own, real sockets."""

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import requests
from sqlalchemy import func, select

from connector.bootstrap import Container, build
from connector.clock import AdjustableClock
from connector.config import Config
from connector.demo.catalogue import CAPTURED, TRIGGER, WEBHOOKS
from connector.demo.native import Post
from connector.demo.places import KOROLEV, KUZNETSK
from connector.domain.signals import Dialect
from connector.errors import ConnectorError
from connector.hooks.waitress_server import WebServer, build_server
from connector.models import Delivery, Subject
from connector.replay import Recording, ReplayedMoodle
from connector.runtime.engine import Engine
from connector.services.sources.sources import SourceService
from connector.services.upkeep import schema
from connector.web.app import create_app

SUNDAY = datetime(2026, 11, 22, 7, 15, tzinfo=UTC)
"""A little after the last recorded event (10:14 in Moscow)."""
SUNDAY_EVENING = datetime(2026, 11, 22, 17, 5, tzinfo=UTC)
"""After the closing hour: plans are judged."""
NIGHT = datetime(2026, 11, 22, 21, 5, tzinfo=UTC)
"""Monday has begun in Moscow, and everybody sleeps: what a new day changes is judged now."""
MONDAY = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
"""A working morning: letters may go."""
AS_OF = date(2026, 11, 22)

PATIENCE_S = 300.0
_REST_TOKEN = "demo-rest-token"
_UNFINISHED = ("new", "ready")


class DemoFailed(ConnectorError):
    """The demonstration came to no end."""


@dataclass
class Stage:
    """Everything that runs. secrets: by source code. answered: (source, what) → events, by what the
    senders were told; of xAPI only how many statements."""

    container: Container
    clock: AdjustableClock
    engine: Engine
    server: WebServer
    moodle: ReplayedMoodle
    secrets: dict[str, str] = field(default_factory=dict)
    answered: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def url(self) -> str:
        return self.container.config.public_url

    def send(self, post: Post) -> None:
        """Posts as a sender does. Raises DemoFailed unless it is answered 200."""
        answer = requests.post(
            self.url + post.path, data=post.body, headers=post.headers, timeout=30
        )
        if answer.status_code != 200:
            raise DemoFailed(f"{post.path} ответил {answer.status_code}: {answer.text[:200]}")
        source, told = post.path.split("/")[2], answer.json()
        counts = {"statements": len(told)} if isinstance(told, list) else told
        for what, count in counts.items():
            self.answered[source, what] += count

    def wait(self) -> None:
        """Until every delivery is worked off and everybody is judged. Raises DemoFailed."""
        self.wait_for(self.is_idle, "не все сообщения обработаны")

    def wait_for(self, condition: Callable[[], bool], otherwise: str) -> None:
        """Has the loops look again and again. Raises DemoFailed (`otherwise`) after a while."""
        deadline = monotonic() + PATIENCE_S
        while not condition():
            if monotonic() > deadline:
                raise DemoFailed(f"За {PATIENCE_S:.0f} с: {otherwise}.")
            self._skip_pause()
            # Not more often: each look is a transaction that those at work have to wait for.
            self.engine.nudge()
            sleep(0.25)

    def _skip_pause(self) -> None:
        """Where all that is left waits for its next look at Moodle, makes that the present."""
        now = self.clock.now()
        waiting = select(func.count(), func.min(Delivery.next_try_at))
        waiting = waiting.where(Delivery.state.in_(_UNFINISHED))
        with self.container.db.reading() as session:
            unfinished, first = session.execute(waiting).one()
            later = session.scalar(
                select(func.count())
                .select_from(Delivery)
                .where(Delivery.state.in_(_UNFINISHED), Delivery.next_try_at > now)
            )
        if first is not None and later == unfinished:
            self.clock.move_to(first)

    def is_idle(self) -> bool:
        with self.container.db.reading() as session:
            waiting = select(func.count()).select_from(Delivery)
            waiting = waiting.where(Delivery.state.in_(_UNFINISHED))
            dirty = select(func.count()).select_from(Subject).where(Subject.dirty)
            return not session.scalar(waiting) and not session.scalar(dirty)


@contextmanager
def stage(folder: Path, host: str, port: int, recording: Recording) -> Iterator[Stage]:
    """A running web server with its sources, on `port` or, if that is taken, on a free one.

    The loops stand still until `engine.start()`.
    """
    free = free_port(host, port)
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else f"[{host}]" if ":" in host else host
    clock = AdjustableClock(SUNDAY)
    container = build(_config(folder, f"http://{shown}:{free}"), clock)
    try:
        schema.upgrade(container.db)
        engine = Engine(container)
        app = create_app(container, engine.nudge, lambda: not engine.silent_loops())
        server = build_server(app, host, free, container.config.web_threads)
        with ReplayedMoodle(recording, _REST_TOKEN, clock.now) as moodle:
            made = Stage(container, clock, engine, server, moodle)
            _add_sources(made)
            with _serving(server):
                try:
                    yield made
                finally:
                    engine.stop()
    finally:
        container.close()


@contextmanager
def _serving(server: WebServer) -> Iterator[None]:
    thread = Thread(target=server.run, name="web", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join(10)


def free_port(host: str, port: int) -> int:
    """`port`, or another where it is taken: letters name the address, so it is chosen first."""
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    for wanted in (port, 0):
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address[0], wanted))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoFailed(f"На {host} нет свободного порта.")


def _add_sources(made: Stage) -> None:
    dialects = {WEBHOOKS: Dialect.LOCAL_WEBHOOKS, TRIGGER: Dialect.TOOL_TRIGGER}
    now = made.clock.now()
    with made.container.db.writing() as session:
        service = SourceService(session, made.container.box)
        for place in (KOROLEV, KUZNETSK):
            added = service.add(place.source, Dialect.NATIVE, (place.code,), now)
            made.secrets[place.source] = added.secrets[0]
        for code in CAPTURED:
            dialect = dialects.get(code, Dialect.XAPI)
            url = made.moodle.url
            added = service.add(code, dialect, (KOROLEV.code,), now, url, _REST_TOKEN)
            made.secrets[code] = added.secrets[0]


def _config(folder: Path, url: str) -> Config:
    """Nothing from the environment: a demonstration must not write into anybody's database."""
    return Config(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'connector.sqlite3'}",
        broker_url="",
        secret_key="",
        rules_dir=None,
        public_url=url,
        smtp_url="",
        mail_from="metodist@connector.example",
        allow_private=True,
        web_threads=8,
        log_level="WARNING",
        clock=SUNDAY,
    )
