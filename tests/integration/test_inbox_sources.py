"""Behind the hooks: whose a source is, and what happens while its secrets cannot be opened."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from connector.clock import AdjustableClock
from connector.db import Database
from connector.domain.signals import Dialect
from connector.errors import UnknownThing
from connector.hooks.blueprint import create_blueprint
from connector.models import Base
from connector.runtime.receive import Inbox
from connector.secretbox import SecretBox
from connector.services.deliveries import DeliveryService
from connector.services.sources import SourceService

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
