"""connector doctor says in sentences what is wrong and what to do, and is content with the rest."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from kombu import Connection, Queue
from sqlalchemy import text, update

from connector.bootstrap import build
from connector.channels.smtp import SmtpChannel, parse_smtp_url
from connector.checkup.broker import broker
from connector.checkup.database import database, disk
from connector.checkup.finding import Finding, Level
from connector.checkup.surroundings import mail, public_url, secret_key
from connector.checkup.work import work
from connector.cli import main
from connector.domain.preferences import EMAIL
from connector.models import Delivery
from connector.runtime.counting import Counting
from connector.runtime.hints import Hint
from connector.services.upkeep import schema
from connector.tasks.queues import queues
from tests.integration.spine.native_stream import arrivals, busy_year
from tests.integration.spine.spine_town import Spine, config_for, spine
from tests.services.ports import free_port
from tests.services.smtp import SmtpServer


@pytest.fixture(params=["sqlite", "postgres"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Spine]:
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with spine(tmp_path / "town", url) as made:
        yield made


def troubles(findings: Any) -> list[str]:
    return [one.check for one in findings if one.level is Level.TROUBLE]


def found(findings: Any, check: str) -> list[Finding]:
    return [one for one in findings if one.check == check]


def test_a_sound_database_has_no_troubles(town: Spine) -> None:
    findings = [*database(town.container), disk(town.container)]
    kind = "sqlite" if town.container.db.is_sqlite else "connections"
    assert found(findings, kind)
    # The clock of this town is its own, and the machine of a test may be short of room.
    assert [check for check in troubles(findings) if check not in ("clock", "disk")] == []


def test_tables_that_lag_behind_or_lead_are_told(town: Spine) -> None:
    with town.container.db.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001_baseline'"))
    assert "revision" in troubles(database(town.container))
    with town.container.db.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999_of_next_year'"))
    (told,) = found(database(town.container), "revision")
    assert told.level is Level.NOTE


def test_a_former_program_works_on_newer_tables(
    town: Spine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not schema.is_served(None)
    assert not schema.is_served("0001_baseline")
    with town.container.db.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999_of_next_year'"))
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(town.folder))
    monkeypatch.setenv("CONNECTOR_DATABASE_URL", town.container.config.database_url)
    assert main(["sources", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["code"] == "moodle"


def test_another_clock_than_the_databases_is_told(postgres_url: str, tmp_path: Path) -> None:
    with spine(tmp_path, postgres_url) as town:
        assert troubles(found(database(town.container), "clock")) == ["clock"]


def test_a_key_that_opens_nothing_is_told(town: Spine) -> None:
    assert troubles(secret_key(town.container)) == []
    (town.folder / "secret.key").write_text("another")
    other = build(town.container.config, town.clock)
    assert troubles(secret_key(other)) == ["secret_key"]
    other.close()


def test_work_that_nobody_does_is_told(town: Spine) -> None:
    town.import_everything()
    town.engine.settle()
    town.container.tallies.put("tick_timestamp_seconds", value=town.clock.now().timestamp())
    Counting(town.container.db, town.container.tallies).flush()
    assert troubles(work(town.container)) == []
    town.post(arrivals(busy_year(3, seed=1)))
    town.clock.move_to(town.clock.now() + timedelta(minutes=10))
    assert sorted(troubles(work(town.container))) == ["lag", "tick"]
    with town.container.db.writing() as session:
        session.execute(update(Delivery).values(state="set_aside", reason="x"))
    assert "aside" in troubles(work(town.container))
    town.clock.move_to(town.clock.now() + timedelta(days=2))
    assert "days" in troubles(work(town.container))


@pytest.mark.parametrize(
    ("url", "level"),
    [
        ("https://connector.example.org", Level.OK),
        ("http://127.0.0.1:8080", Level.NOTE),
        ("http://connector.example.org", Level.TROUBLE),
        ("connector.example.org", Level.TROUBLE),
    ],
)
def test_the_address_is_looked_at(url: str, level: Level, tmp_path: Path) -> None:
    assert public_url(replace(config_for(tmp_path), public_url=url)).level is level


def test_the_mail_server_is_greeted_and_gets_no_letter(
    smtp_server: SmtpServer, tmp_path: Path
) -> None:
    def checked(url: str) -> Finding:
        channel = SmtpChannel(parse_smtp_url(url), "connector@example.org")
        config = config_for(tmp_path)
        return mail(SimpleNamespace(channels={EMAIL: channel}, config=config))  # type: ignore[arg-type]

    assert checked(f"smtp://127.0.0.1:{smtp_server.port}").level is Level.OK
    assert smtp_server.received == []
    assert "сетевой экран" in checked(f"smtp://127.0.0.1:{free_port()}").text
    assert "пароль" in checked(f"smtp://u:p@127.0.0.1:{smtp_server.port}").text


def test_queues_are_compared_and_who_listens_is_told(rabbitmq_url: str, tmp_path: Path) -> None:
    config = replace(config_for(tmp_path), broker_url=rabbitmq_url, queue_prefix="doctor")
    assert [one.level for one in broker(config)] == [Level.OK, *[Level.NOTE] * len(Hint)]
    with Connection(rabbitmq_url) as connection, connection.channel() as channel:
        first, second, third, *_ = (queue.bind(channel) for queue in queues("doctor"))
        try:
            first.queue_declare()
            second.queue_declare()
            other = Queue(third.name, third.exchange, durable=True, queue_arguments={})
            other.bind(channel).queue_declare()
            heard = list(broker(config))
        finally:
            for queue in (first, second, third):
                channel.queue_delete(queue.name)
    assert "никто не слушает" in heard[1].what
    assert "объявлена иначе" in heard[3].what


def test_a_broker_that_is_away_is_told(tmp_path: Path) -> None:
    config = replace(config_for(tmp_path), broker_url=f"amqp://127.0.0.1:{free_port()}//")
    assert troubles(broker(config)) == ["broker"]


def test_the_command_exits_with_1_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with spine(tmp_path):
        pass
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CONNECTOR_PUBLIC_URL", "http://connector.example.org")
    assert main(["doctor", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert {one["level"] for one in told["findings"]} == {"ok", "note", "trouble"}
    assert any("https://" in text for text in told["troubles"])
    assert main(["doctor"]) == 1
    assert "! Источник «moodle»: сообщений ещё не было." in capsys.readouterr().out


def test_a_database_that_is_away_does_not_keep_the_rest_from_being_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path))
    away = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    monkeypatch.setenv("CONNECTOR_DATABASE_URL", away)
    assert main(["doctor", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert {"public_url", "rules", "broker", "smtp", "database"} <= {
        one["check"] for one in told["findings"]
    }
