"""Web, workers, ticks as processes on PostgreSQL and RabbitMQ, killed and robbed of their hints.

Whatever was answered 200 is done once; shares and evidence are what a recount and a rebuild say.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from connector import config
from connector.bootstrap import Container, build
from connector.domain.dates import local_day
from connector.services.folding.rebuilding import Rebuild
from connector.services.folding.recounting import Recount
from connector.services.inbox.deliveries import DeliveryService
from tests.integration.distributed_town import (
    MUNICIPALITY,
    TEACHERS,
    Processes,
    found,
    post,
    processes,
    stream,
)
from tests.services.ports import wait_until

pytestmark = pytest.mark.slow

PATIENCE_S = 90
"""Seven processes start on two cores that others may be using too."""


@dataclass(frozen=True)
class Town:
    container: Container
    processes: Processes
    secret: str

    def ask(self, query: str) -> Any:
        with self.container.db.reading() as session:
            return session.execute(text(query)).scalar_one()

    def waiting(self) -> int:
        """Deliveries and subjects that somebody has still to work on."""
        deliveries = "SELECT count(*) FROM deliveries WHERE state IN ('new', 'ready')"
        return int(self.ask(deliveries) + self.ask("SELECT count(*) FROM subjects WHERE dirty"))

    def claimed(self) -> int:
        return int(
            self.ask(
                "SELECT count(*) FROM deliveries WHERE state = 'ready' AND lease_until > now()"
            )
        )

    def deliver(self, events: list[dict[str, Any]], name: str) -> None:
        """As the plugin does: what is not answered 200 is sent again, as it was."""
        for start in range(0, len(events), 40):
            batch = events[start : start + 40]
            assert wait_until(
                lambda batch=batch, start=start: (
                    post(self.processes.port, self.secret, f"{name}-{start}", batch) == 200
                ),
                PATIENCE_S,
            ), self.processes.told()

    def is_at_rest(self) -> bool:
        return self.waiting() == 0

    def wait(self, ready: Callable[[], bool]) -> None:
        assert wait_until(ready, PATIENCE_S), f"{self.left()}\n{self.processes.told()}"

    def left(self) -> list[Any]:
        """What is not finished, and until when somebody claims it."""
        rows = text(
            "SELECT state, reason, attempts, next_try_at, lease_until, now() FROM deliveries "
            "WHERE state <> 'done' UNION ALL SELECT kind, code, version, NULL, lease_until, now() "
            "FROM subjects WHERE dirty"
        )
        with self.container.db.reading() as session:
            return list(session.execute(rows))


@pytest.fixture
def town(
    postgres_url: str, rabbitmq_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Town]:
    prefix = f"test-{uuid4().hex[:8]}"
    settings = {
        "CONNECTOR_DATA_DIR": str(tmp_path / "data"),
        "CONNECTOR_DATABASE_URL": postgres_url,
        "CONNECTOR_BROKER_URL": rabbitmq_url,
        "CONNECTOR_QUEUE_PREFIX": prefix,
        "CONNECTOR_SECRET_KEY": "a key of the tests",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    container = build(config.load())
    try:
        secret = found(container, tmp_path / "register")
        with processes(dict(os.environ), tmp_path, prefix) as running:
            yield Town(container, running, secret)
    finally:
        container.close()


def assert_all_done_once(town: Town, events: int) -> None:
    container = town.container
    with container.db.reading() as session:
        assert DeliveryService(session).counts(None) == {"done": events}
        zone = container.rulebook.rules(MUNICIPALITY).zone
        today = local_day(container.clock.now(), zone)
        setting = container.settings.get(session, MUNICIPALITY, today)
        assert Recount(session, container.rulebook, setting).differences(today) == []
        assert Rebuild(session, container.rulebook, MUNICIPALITY).differences() == []
    counted = town.ask(
        "SELECT achieved FROM shares "
        "WHERE indicator = 'korolev.programmes' AND period = '2026' AND slice_kind = 'whole'"
    )
    # Everybody completed the programme; it answers the deficit of those who had at most a quarter.
    assert counted == TEACHERS * 2 // 5


def freeze_with_work_in_hand(town: Town, worker: Any) -> None:
    """Stops the worker at a moment when it has claimed deliveries and not finished them."""
    ends_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends_at:
        if not town.claimed():
            time.sleep(0.005)
            continue
        town.processes.signal(worker, signal.SIGSTOP)
        # What it had sent off already may still be committed.
        time.sleep(0.1)
        if town.claimed():
            return
        town.processes.signal(worker, signal.SIGCONT)
    pytest.fail(f"never seen with work in hand\n{town.processes.told()}")


def test_a_killed_worker_and_lost_hints_lose_nothing(town: Town) -> None:
    third = TEACHERS // 3
    parts = [stream(1 + 3 * k * third, range(k * third, (k + 1) * third)) for k in range(3)]
    running = town.processes
    web = running.web()
    ticks = [running.start("tick") for _ in range(2)]

    # A worker dies with deliveries in hand.
    worker = running.start("worker", "2")
    town.deliver(parts[0], "first")
    freeze_with_work_in_hand(town, worker)
    running.kill(worker)
    assert town.waiting() > 0

    # Nobody works, the web process dies too, and every hint is lost.
    running.kill(web)
    web = running.web()
    town.deliver(parts[1], "second")
    running.purge()

    # Others come; the senders repeat themselves meanwhile.
    celery = "celery -A connector.worker"
    plain = running.start("worker", "--loglevel=INFO", "--concurrency=1", module=celery)
    pair = running.start("worker", "2")
    town.deliver(parts[2], "third")
    town.wait(lambda: running.says(pair, "drain.done"))
    running.kill_a_child(pair)
    town.deliver(parts[0], "first again")
    town.wait(town.is_at_rest)

    assert_all_done_once(town, 9 * third)
    ended = [running.end(process) for process in (web, plain, pair, *ticks)]
    assert ended == [0, 0, 0, 0, 0], running.told()


def test_a_hint_alone_wakes_a_worker(town: Town) -> None:
    town.processes.web()
    worker = town.processes.start("worker", "1")
    events = stream(1, range(TEACHERS))
    town.deliver(events, "only")
    # No tick runs: everything but the municipality's first day comes by hints.
    town.wait(town.is_at_rest)
    with town.container.db.reading() as session:
        assert DeliveryService(session).counts(None) == {"done": len(events)}
    assert town.processes.end(worker) == 0
