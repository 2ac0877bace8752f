"""connector db backup and restore, on both databases, while the connector works."""

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, select, text

from connector.bootstrap import build
from connector.cli import main
from connector.clock import AdjustableClock
from connector.config import Config
from connector.models import Delivery
from connector.runtime.engine import Engine
from connector.services.sources.sources import SourceService
from connector.services.upkeep import schema
from tests.integration.backed_up_town import under_load
from tests.integration.spine.spine_town import MUNICIPALITIES, NOW, SOURCE, Spine, config_for, spine
from tests.integration.spine.state_of import assert_proven
from tests.services.postgres import Postgres

pytestmark = pytest.mark.slow

Told = dict[str, object]


@pytest.fixture
def server(postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch) -> Postgres:
    """With its programs on the PATH."""
    if postgres_server.programs is not None:
        monkeypatch.setenv("PATH", f"{postgres_server.programs}{os.pathsep}{os.environ['PATH']}")
    return postgres_server


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """None: a file in the town's own folder."""
    if request.param == "sqlite":
        yield None
        return
    server: Postgres = request.getfixturevalue("server")
    with server.database() as made:
        yield made


@pytest.fixture
def town(url: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Spine]:
    with spine(tmp_path / "town", url) as made:
        made.import_everything()
        point_at(made.container.config, monkeypatch)
        yield made


@pytest.fixture
def elsewhere(
    url: str | None,
    town: Spine,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Config]:
    """An installation with an empty database of the same kind, and the same key."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    shutil.copy(town.folder / "secret.key", folder / "secret.key")
    if url is None:
        yield config_for(folder)
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    with server.database() as other:
        yield config_for(folder, other)


def point_at(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("CONNECTOR_DATABASE_URL", config.database_url)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Told:
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0, capsys.readouterr().err
    told: Told = json.loads(capsys.readouterr().out)
    return told


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main([*arguments]) == 1
    return capsys.readouterr().err


def test_a_copy_made_under_load_comes_back_whole(
    town: Spine,
    elsewhere: Config,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    copy = tmp_path / "copy"
    with under_load(town) as load:
        wait_for(load.answered, 60)
        before = list(load.answered)
        told = run(capsys, "db", "backup", str(copy))
        wait_for(load.answered, len(before) + 20)
    assert told["path"] == str(copy)
    assert told["revision"] == schema.head()
    assert copy.stat().st_mode & 0o077 == 0

    point_at(elsewhere, monkeypatch)
    assert run(capsys, "db", "restore", str(copy))["sealed_sources"] == []
    with opened(elsewhere, town.clock) as after:
        with after.container.db.reading() as session:
            keys = set(session.scalars(select(Delivery.key)))
            assert SourceService(session, after.container.box).get(SOURCE).secrets
        assert set(before) <= keys
        # What a worker had in hand when the copy was made is taken over once its term has ended.
        after.clock.move_to(after.clock.now() + timedelta(minutes=11))
        after.drain()
        assert_proven(after)
    assert run(capsys, "recount", "--verify")["differences"] == 0


def wait_for(answered: list[str], number: int) -> None:
    deadline = time.monotonic() + 60
    while len(answered) < number:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def opened(config: Config, clock: AdjustableClock) -> Iterator[Spine]:
    """A restored database with a machine room of its own."""
    container = build(config, clock)
    try:
        yield Spine(container, Engine(container), clock, config.data_dir)
    finally:
        container.close()


def test_data_is_replaced_only_when_told(
    town: Spine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    run(capsys, "db", "backup", str(copy))
    with town.container.db.writing() as session:
        session.execute(text("DELETE FROM imports"))
    assert "--replace" in refused(capsys, "db", "restore", str(copy))
    town.container.close()
    run(capsys, "db", "restore", str(copy), "--replace")
    with town.container.db.reading() as session:
        imports = session.scalar(text("SELECT count(*) FROM imports"))
    assert imports == len(MUNICIPALITIES)


def test_nothing_is_replaced_under_a_process_that_works(
    town: Spine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    run(capsys, "db", "backup", str(copy))
    with town.container.db.reading() as session:
        session.execute(text("SELECT count(*) FROM sources"))
        assert "становите" in refused(capsys, "db", "restore", str(copy), "--replace")
    assert SOURCE in sources(town)


def sources(town: Spine) -> list[str]:
    with town.container.db.reading() as session:
        return list(session.scalars(text("SELECT code FROM sources")))


@pytest.mark.parametrize("harm", ["cut", "bit", "cut without a sum", "not a copy"])
def test_a_damaged_copy_changes_nothing(
    harm: str, town: Spine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    run(capsys, "db", "backup", str(copy))
    whole = copy.read_bytes()
    sum_file = tmp_path / "copy.sha256"
    if harm == "bit":
        middle = len(whole) // 2
        copy.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    elif harm == "not a copy":
        copy.write_bytes(b"PGDMP" + bytes(2000))
        sum_file.unlink()
    else:
        copy.write_bytes(whole[: len(whole) * 2 // 3])
        if harm.endswith("sum"):
            sum_file.unlink()
    town.container.close()
    assert "Копия" in refused(capsys, "db", "restore", str(copy), "--replace")
    assert SOURCE in sources(town)
    assert run(capsys, "recount", "--verify")["differences"] == 0
    assert not [path for path in town.folder.iterdir() if path.name.startswith(".connector")]


def test_a_copy_of_a_newer_program_is_refused(
    town: Spine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with town.container.db.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999_of_next_year'"))
    copy = tmp_path / "copy"
    assert "новой версией" in refused(capsys, "db", "backup", str(copy))
    with town.container.db.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": schema.head()})
    run(capsys, "db", "backup", str(copy))
    if town.container.db.is_sqlite:
        with sqlite3.connect(copy) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999_of_next_year'")
        connection.close()
        (tmp_path / "copy.sha256").unlink()
        town.container.close()
        assert "новой версией" in refused(capsys, "db", "restore", str(copy), "--replace")


def test_a_key_that_does_not_fit_the_copy_is_told(
    town: Spine,
    elsewhere: Config,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    copy = tmp_path / "copy"
    run(capsys, "db", "backup", str(copy))
    (elsewhere.data_dir / "secret.key").write_text("another")
    point_at(elsewhere, monkeypatch)
    told = run(capsys, "db", "restore", str(copy))
    assert told["sealed_sources"] == [SOURCE]
    assert told["revision"] == schema.head()


def test_a_folder_keeps_the_newest_copies(
    town: Spine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "other.txt").write_text("left alone")
    for hour in range(3):
        monkeypatch.setenv("CONNECTOR_CLOCK", NOW.replace(hour=hour).isoformat())
        run(capsys, "db", "backup", str(folder), "--keep", "2")
    suffix = "sqlite3" if town.container.db.is_sqlite else "dump"
    names = sorted(path.name for path in folder.iterdir())
    copies = [f"connector-20261123-0{hour}000{{}}.{suffix}" for hour in (1, 2)]
    assert len(names) == 5
    assert [name[:21] for name in names[:4:2]] == [copy[:21] for copy in copies]
    assert names[4] == "other.txt"


def test_missing_programs_are_asked_for_in_words(
    postgres_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CONNECTOR_DATABASE_URL", postgres_url)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt install postgresql-client-" in refused(capsys, "db", "backup", str(tmp_path / "c"))
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    old.chmod(0o755)
    assert "старше сервера" in refused(capsys, "db", "backup", str(tmp_path / "c"))


def test_a_password_is_in_no_command_line(
    server: Postgres,
    postgres_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = make_url(postgres_url).set(password="hidden-word").render_as_string(False)
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CONNECTOR_DATABASE_URL", given)
    told = tmp_path / "told"
    spy = tmp_path / "pg_dump"
    spy.write_text(
        "#!/bin/sh\n"
        '[ "$1" = --version ] && { echo "pg_dump (PostgreSQL) 99"; exit; }\n'
        f'printf "%s|" "$@" "$PGPASSWORD" > {told}\nexit 1\n'
    )
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    container = build(config_for(tmp_path, postgres_url))
    schema.upgrade(container.db)
    container.close()
    refused(capsys, "db", "backup", str(tmp_path / "copy"))
    *arguments, password, _ = told.read_text().split("|")
    assert password == "hidden-word"
    assert "hidden-word" not in "".join(arguments)
