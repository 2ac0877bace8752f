"""Behind the hooks: whose a source is, and what happens while its secrets cannot be opened."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from connector.clock import AdjustableClock
from connector.db import Database
from connector.domain.signals import Dialect
from connector.errors import StorageUnavailable, UnknownThing
from connector.hooks.blueprint import create_blueprint
from connector.models import Base
from connector.runtime import receive
from connector.runtime.receive import Inbox
from connector.secretbox import SecretBox
from connector.services.inbox.deliveries import DeliveryService
from connector.services.sources.sources import SourceService

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)


def test_a_changed_key_makes_senders_wait_and_loses_nothing(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'town.sqlite3'}")
    Base.metadata.create_all(db.engine)
    with db.writing() as session:
        SourceService(session, SecretBox("former")).add("mood", Dialect.NATIVE, ("korolev",), NOW)
    clock = AdjustableClock(NOW)
    app = Flask("hooks")
    inbox = Inbox(db, SecretBox("new"), clock, lambda: None)
    app.register_blueprint(create_blueprint(inbox, clock))
    answer = app.test_client().post("/hooks/mood", data=b"{}", content_type="application/json")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    db.close()


def test_a_number_no_row_can_have_is_no_delivery(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'town.sqlite3'}")
    Base.metadata.create_all(db.engine)
    with db.writing() as session:
        service = DeliveryService(session)
        with pytest.raises(UnknownThing):
            service.show(2**63, None)
        assert service.replay([2**63, 1], NOW) == 0
    db.close()


class HeldDatabase(Database):
    """One that can be made to hang, and counts who asks it."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.open = Event()
        self.open.set()
        self.asked = 0

    @contextmanager
    def reading(self) -> Iterator[Session]:
        self.asked += 1
        assert self.open.wait(20)
        with super().reading() as session:
            yield session


@pytest.fixture
def held(tmp_path: Path) -> Iterator[HeldDatabase]:
    db = HeldDatabase(f"sqlite:///{tmp_path / 'town.sqlite3'}")
    Base.metadata.create_all(db.engine)
    with db.writing() as session:
        SourceService(session, SecretBox("key")).add("mood", Dialect.NATIVE, ("korolev",), NOW)
    yield db
    db.open.set()
    db.close()


def inbox_over(db: Database) -> Inbox:
    return Inbox(db, SecretBox("key"), AdjustableClock(NOW), lambda: None)


def test_while_the_database_hangs_two_threads_wait_and_the_others_do_not(
    held: HeldDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive, "LOOKUP_S", 0.2)
    inbox = inbox_over(held)
    held.open.clear()
    with ThreadPoolExecutor(2) as others:
        stuck = [others.submit(inbox.source, "mood") for _ in range(2)]
        while held.asked < 2:
            sleep(0.005)
        with pytest.raises(StorageUnavailable):
            inbox.source("mood")
        began = monotonic()
        for _ in range(50):
            with pytest.raises(StorageUnavailable):
                inbox.source("mood")
        assert monotonic() - began < 0.2 * 50 / 2
        assert held.asked == 2
        held.open.set()
        assert all(one.result(10) is not None for one in stuck)
    assert inbox.source("mood") is not None


def test_a_source_is_looked_up_again_before_it_is_forgotten(
    held: HeldDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [100.0]
    monkeypatch.setattr(receive, "monotonic", lambda: moment[0])
    inbox = inbox_over(held)
    assert inbox.known("mood") is None
    first = inbox.source("mood")
    assert inbox.known("mood") is inbox.source("mood") is first
    assert held.asked == 1

    moment[0] += receive.SOURCE_TTL_S * 0.6
    assert inbox.known("mood") is None
    assert inbox.known("mood") is first
    second = inbox.source("mood")
    assert second == first
    assert held.asked == 2
    assert inbox.known("mood") is second

    moment[0] += receive.SOURCE_TTL_S
    assert inbox.known("mood") is None
