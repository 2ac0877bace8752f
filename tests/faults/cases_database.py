"""PostgreSQL dies, stops, refuses, runs full, or gives up a transaction."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.faults.cases import case
from tests.faults.cases_deaths import SLOWER_S
from tests.faults.founding import Founding
from tests.faults.ground import Trial
from tests.faults.outcome import Outcome
from tests.faults.points import Point
from tests.faults.town import Town, town
from tests.faults.town_case import lived_through, town_case
from tests.services.own_postgres import own_postgres

MANY_CRASHES = 1000
"""Where the database refuses at random, nobody can say how often a letter was in hand."""
REFUSALS = ("57014", "40P01", "40001", "55P03", "53200", "58030", "57P01")
"""Statement time-out, deadlock, serialization, lock, memory, disk, and an end of the session."""
_REFUSING = """
CREATE FUNCTION faults_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF random() < 0.1 THEN
        RAISE EXCEPTION 'refused on purpose'
            USING ERRCODE = (ARRAY[{states}])[1 + floor(random() * {count})::int];
    END IF;
    RETURN NULL;
END $$;
"""
_TABLES = ("deliveries", "subjects", "evidence", "memberships", "shares", "notices", "letters")


@town_case("database killed and started again")
def killed(town: Town) -> None:
    postgres = town.trial.ground.postgres
    for _ in range(2):
        time.sleep(1)
        postgres.kill()
        postgres.start()


@town_case(
    "database restarted between send and mark, broker before an acknowledgement",
    short=True,
    pace_s=SLOWER_S,
)
def restarted(town: Town) -> None:
    caught = town.catch(Point.TASK_DONE)
    town.broker.cut()
    caught.let_go()
    town.broker.mend()
    caught = town.catch(Point.SEND_SENT)
    town.trial.ground.postgres.restart()
    caught.let_go()


@town_case("database frozen, then going on")
def frozen(town: Town) -> None:
    time.sleep(1)
    town.trial.ground.postgres.freeze()
    time.sleep(12)
    town.trial.ground.postgres.thaw()


@town_case("database away for a while")
def away(town: Town) -> None:
    time.sleep(1)
    town.trial.ground.postgres.stop()
    time.sleep(5)
    assert town.senders.answers("/readyz") == 503
    assert town.senders.answers("/api/v1/deliveries") in (401, 503)
    assert town.senders.answers("/login") in (200, 503)
    town.trial.ground.postgres.start()


@town_case("line to the database cut, again and again", over_a_line=True)
def cut_off(town: Town) -> None:
    for _ in range(4):
        time.sleep(town.chance.uniform(0.3, 0.9))
        town.database.cut()
        time.sleep(town.chance.uniform(0.0, 2.0))
        town.database.mend()


@town_case("line to the database a black hole, then going on", over_a_line=True)
def black_hole(town: Town) -> None:
    time.sleep(1)
    town.database.hold()
    time.sleep(12)
    town.database.release()


@town_case("line to the database a black hole, then cut", over_a_line=True)
def never_back(town: Town) -> None:
    """Whether what was on its way was committed, nobody was told."""
    time.sleep(1)
    town.database.hold()
    time.sleep(12)
    town.database.cut()
    town.database.mend()


@town_case("database read-only for a while")
def read_only(town: Town) -> None:
    time.sleep(1)
    town.crashes += 1
    name = town.container.db.engine.url.database
    with town.trial.ground.postgres.connect() as connection:
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        _end_sessions(connection, str(name))
        time.sleep(4)
        connection.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
        _end_sessions(connection, str(name))


@town_case("database out of connections")
def out_of_connections(town: Town) -> None:
    time.sleep(1)
    town.crashes += 1
    name = town.container.db.engine.url.database
    held: list[psycopg.Connection] = []
    with town.trial.ground.postgres.connect() as connection:
        _end_sessions(connection, str(name))
        ends_at = time.monotonic() + 5
        while time.monotonic() < ends_at:
            try:
                held.append(town.trial.ground.postgres.connect())
            except psycopg.OperationalError:
                time.sleep(0.05)
    for one in held:
        one.close()


@town_case("database gives up transactions at random", pace_s=0.05)
def gives_up(town: Town) -> None:
    town.crashes = MANY_CRASHES
    states = ", ".join(f"'{state}'" for state in REFUSALS)
    town.do(_REFUSING.format(states=states, count=len(REFUSALS)))
    for table in _TABLES:
        town.do(
            f"CREATE TRIGGER faults_refuse AFTER INSERT OR UPDATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION faults_refuse()"
        )
    time.sleep(8)
    for table in _TABLES:
        town.do(f"DROP TRIGGER faults_refuse ON {table}")


@town_case("sessions ended by an administrator, again and again", pace_s=0.05)
def ended(town: Town) -> None:
    town.crashes = MANY_CRASHES
    name = str(town.container.db.engine.url.database)
    with town.trial.ground.postgres.connect() as connection:
        for _ in range(10):
            time.sleep(town.chance.uniform(0.1, 0.8))
            _end_sessions(connection, name)


@case("disk full under the database")
def disk_full(trial: Trial) -> Outcome:
    with _small_disk() as disk, own_postgres(_FRUGAL, disk) as postgres:
        founding = Founding(postgres, trial.folder / "founding")

        def fills(town: Town) -> None:
            town.crashes = MANY_CRASHES
            time.sleep(1)
            ballast = disk / "ballast"
            _fill(ballast)
            time.sleep(6)
            ballast.unlink()
            # It may have gone down over it, as it should where it could not write its journal.
            time.sleep(1)
            if not postgres.is_running:
                postgres.start()

        with town(trial, founding) as made:
            return lived_through(made, fills, 0.05)


_FRUGAL = {"max_wal_size": "32MB", "min_wal_size": "32MB", "max_connections": "100"}


@contextmanager
def _small_disk() -> Iterator[Path]:
    """A file system of its own in memory; needs the right to mount."""
    # Not in the trial's folder, into which PostgreSQL's user cannot look.
    folder = Path(tempfile.mkdtemp(prefix="connector-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", "size=320m,mode=755", "tmpfs", str(folder)]
    subprocess.run(mount, check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as sink:
        for size in (1 << 20, 4096):
            try:
                while True:
                    sink.write(b"\0" * size)
            except OSError:
                continue
    os.sync()


def _end_sessions(connection: psycopg.Connection, database: str) -> None:
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = %s AND pid <> pg_backend_pid()",
        (database,),
    )
