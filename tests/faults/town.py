"""A town under load: web, workers, two ticks, their broker, mail and Moodle, and the senders."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kombu import Connection
from sqlalchemy import make_url, text

from connector.bootstrap import Container
from connector.runtime.hints import Hint
from connector.tasks.queues import queue_name
from tests.contract.fake_moodle import Site, site
from tests.contract.recorded import recording
from tests.faults import audit
from tests.faults.enrolling import Enrolling
from tests.faults.founding import SECRET_KEY, Founding, connect, container
from tests.faults.ground import Trial
from tests.faults.listening import Listener, subscribe
from tests.faults.points import Caught, Point, Points
from tests.faults.process import FOLDER, last_turn
from tests.faults.processes import Started, Starter
from tests.faults.senders import Senders
from tests.faults.stream import last_step
from tests.faults.town_clock import TownClock
from tests.integration.cut_line import Line, line
from tests.integration.hook_receiver import Receiver, receiver
from tests.services.ports import free_port, wait_until
from tests.services.smtp import SmtpServer, smtp

PATIENCE_S = 90.0
"""Real seconds; many processes share two cores, perhaps with others."""
PREFIX = "town"


@dataclass
class Town:
    """broker, database: the lines that its processes have to them; the harness has its own.
    crashes: how often somebody was stopped who might have been telling somebody something.
    listener: at its broker, if it has one. refuses_letters: its mail server does, for good.
    beside: a municipality that a calm run has not.
    """

    trial: Trial
    clock: TownClock
    points: Points
    container: Container
    environment: dict[str, str]
    broker: Line
    database: Line
    smtp: SmtpServer
    moodle: Site
    enrolling: Enrolling
    receiver: Receiver
    listener: Listener | None
    senders: Senders
    founding: Founding
    web: Started = field(init=False)
    workers: list[Started] = field(default_factory=list)
    ticks: list[Started] = field(default_factory=list)
    crashes: int = 0
    refuses_letters: bool = False
    beside: str = ""
    broken: list[str] = field(default_factory=list)
    _started: list[Started] = field(default_factory=list)

    @property
    def chance(self) -> Any:
        return self.trial.chance

    def start(self, kind: str, *arguments: str, **environment: str) -> Started:
        """environment: over that of the town."""
        starter: Starter = self.trial.ground.starter
        log = self.trial.folder / f"{len(self._started)}-{kind}.log"
        told = {**self.environment, **environment}
        pid = starter.start([kind, *arguments], told, log)
        made = Started(starter, kind, pid, log)
        self._started.append(made)
        return made

    def start_web(self) -> None:
        self.web = self.start("web", str(self.senders.port))

    def start_worker(self, children: int = 1) -> Started:
        made = self.start("worker", str(children), f"w{len(self._started)}")
        self.workers.append(made)
        return made

    def start_tick(self) -> Started:
        made = self.start("tick")
        self.ticks.append(made)
        return made

    def start_everything(self) -> None:
        self.start_web()
        self.start_worker(2)
        self.start_worker(1)
        self.start_tick()
        self.start_tick()
        self.wait_for(self.web_answers)

    def mend(self) -> None:
        """Whatever was killed is there again, as a supervisor would have it."""
        if self.web.code is not None:
            self.start_web()
        for crew, start in ((self.workers, self.start_worker), (self.ticks, self.start_tick)):
            for gone in [one for one in crew if one.code is not None]:
                crew.remove(gone)
                start()

    def alive(self) -> list[Started]:
        return [one for one in self._started if one.code is None]

    def catch(self, point: Point, seconds: float = 60.0) -> Caught:
        """Arms the point and waits until somebody is there; letters follow folding, which takes a
        slow machine half a minute."""
        caught = self.catch_if_any(point, seconds)
        assert caught is not None, f"nobody came by {point}\n{self.told()}"
        return caught

    def catch_if_any(self, point: Point, seconds: float) -> Caught | None:
        """None where nobody came by in that time."""
        self.points.arm(point)
        wait_until(lambda: self.points.caught(point) is not None, seconds)
        # Whoever takes it in this very moment is caught all the same.
        self.points.disarm(point)
        return self.points.caught(point)

    def have_all_ticked(self, since: float) -> bool:
        """Whether everybody who ticks has begun a turn since then, and ended it. since: as of
        time.monotonic()."""
        ticking = [one for one in self.alive() if one.kind in ("tick", "run")]
        return all(last_turn(self.trial.folder, one.pid) > since for one in ticking)

    def owner(self, pid: int) -> Started:
        """The process that this one is, or belongs to."""
        return next(one for one in self.alive() if pid == one.pid or pid in one.children())

    def kill(self, victim: Started) -> None:
        self.crashes += victim.kind != "web"
        victim.kill()

    def kill_caught(self, caught: Caught) -> None:
        """Only the very process: of a worker the child of its pool, whose parent goes on."""
        owner = self.owner(caught.pid)
        self.crashes += owner.kind != "web"
        os.kill(caught.pid, signal.SIGKILL)
        if owner.pid == caught.pid:
            owner.wait(10)
        caught.let_go()

    def freeze(self, victim: Started) -> None:
        self.crashes += victim.kind != "web"
        victim.signal(signal.SIGSTOP)

    def thaw(self, victim: Started) -> None:
        victim.signal(signal.SIGCONT)

    def wait_for_takeover(self) -> None:
        """Until others have taken up whatever claims have ended."""
        late = " UNION ALL ".join(
            f"SELECT count(*) AS n FROM {table} WHERE lease_until < :now AND {open_}"
            for table, open_ in (
                ("deliveries", "state IN ('new', 'ready')"),
                ("subjects", "dirty"),
                ("notices", "state = 'sending'"),
                ("actions", "state = 'doing'"),
                ("draft_wishes", "true"),
                ("webhooks", "lease_token IS NOT NULL"),
                ("event_line", "lease_token IS NOT NULL"),
            )
        )

        def is_taken() -> bool:
            with self.container.db.reading() as session:
                found = session.execute(
                    text(f"SELECT sum(n) FROM ({late}) AS late"), {"now": self.clock.now()}
                )
                return not found.scalar_one()

        self.wait_for(is_taken)

    def purge(self) -> None:
        """Every hint is lost; the line of the others may be cut or held."""
        with Connection(self.trial.ground.rabbit.url) as connection:
            for hint in Hint:
                connection.default_channel.queue_purge(queue_name(PREFIX, hint))

    def note(self, sentence: str) -> None:
        """An invariant that does not hold, once."""
        if sentence not in self.broken:
            self.broken.append(sentence)

    def web_answers(self) -> bool:
        return self.senders.answers("/healthz") == 200

    def wait_for(self, ready: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
        assert wait_until(ready, seconds), self.told()

    def ask(self, query: str) -> Any:
        """One value, from the town's database. Raises StorageUnavailable."""
        with self.container.db.reading() as session:
            return session.execute(text(query)).scalar_one()

    def do(self, *statements: str) -> None:
        """Whatever an administrator might do. Raises StorageUnavailable."""
        with self.container.db.writing() as session:
            for statement in statements:
                session.connection().exec_driver_sql(statement)

    def log_lines(self) -> Iterator[str]:
        """Of all of them, those that are gone too."""
        for one in self._started:
            yield from one.said().splitlines()

    def told(self) -> str:
        """What they logged, for a failing test."""
        return "\n".join(f"== {one.log.name}\n{one.said()[-3000:]}" for one in self._started)

    def close(self) -> None:
        self.senders.give_up()
        for one in self.alive():
            one.signal(signal.SIGCONT)
            one.kill()
        self.container.close()


@contextmanager
def town(
    trial: Trial, founding: Founding | None = None, over_a_line: bool = False
) -> Iterator[Town]:
    """Everything but its processes runs. founding: on another PostgreSQL than the ground's.

    over_a_line: whether its processes reach the database over a line, which takes time.
    """
    founding = founding or trial.ground.founding
    recorded = recording()
    with ExitStack() as stack:
        url = stack.enter_context(founding.database())
        rabbit = trial.ground.rabbit
        broker = stack.enter_context(line("127.0.0.1", rabbit.port))
        address = make_url(url)
        database = stack.enter_context(line(str(address.host), int(address.port or 5432)))
        reached = address.set(port=database.port) if over_a_line else address
        mail = stack.enter_context(smtp())
        enrolling = Enrolling(recorded)
        moodle = stack.enter_context(site(enrolling))
        receiver_ = stack.enter_context(receiver())
        step = last_step()
        recorded.go_to(step.sequence, step.number)
        moodle.now = step.ended_at
        clock = TownClock.begin(trial.folder / "clock")
        made = container(trial.folder / "harness", url, clock)
        connect(made, moodle.server.url)
        subscribe(made, receiver_.url)
        audit.install(made)
        running = Town(
            trial,
            clock,
            Points(trial.folder / "points"),
            made,
            _environment(
                trial.folder, reached.render_as_string(hide_password=False), broker.port, mail
            ),
            broker,
            database,
            mail,
            moodle,
            enrolling,
            receiver_,
            Listener(rabbit.url, PREFIX),
            Senders(free_port(), clock),
            founding,
        )
        try:
            yield running
        finally:
            running.close()


def _environment(folder: Path, url: str, broker_port: int, mail: SmtpServer) -> dict[str, str]:
    usual = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **usual,
        FOLDER: str(folder),
        "CONNECTOR_DATA_DIR": str(folder / "data"),
        "CONNECTOR_DATABASE_URL": url,
        "CONNECTOR_BROKER_URL": f"amqp://guest:guest@127.0.0.1:{broker_port}//",
        "CONNECTOR_QUEUE_PREFIX": PREFIX,
        "CONNECTOR_SECRET_KEY": SECRET_KEY,
        "CONNECTOR_SMTP_URL": f"smtp://{mail.host}:{mail.port}",
        "CONNECTOR_MAIL_FROM": "connector@town.example",
        "CONNECTOR_ALLOW_PRIVATE": "true",
    }
