"""Wrong clocks, two schedulers, SIGTERM under load, upgrades."""

import signal
import time

from connector.services.upkeep import schema
from tests.faults.points import Point
from tests.faults.town import Town
from tests.faults.town_case import town_case

HOUR_S = 3600


@town_case("clock of the workers back an hour, and right again")
def clock_back(town: Town) -> None:
    """Put right, it jumps an hour ahead and ends every claim: a letter in hand may go once more."""
    town.crashes += 1
    time.sleep(1)
    town.clock.set_wrong("worker", -HOUR_S)
    time.sleep(5)
    town.clock.set_wrong("worker", 0)


@town_case("clock of the ticks back an hour, and right again")
def ticks_back(town: Town) -> None:
    town.clock.set_wrong("tick", -HOUR_S)
    time.sleep(4)
    town.clock.set_wrong("tick", 0)


@town_case("clock of web back two minutes")
def web_back(town: Town) -> None:
    town.clock.set_wrong("web", -120)
    time.sleep(3)
    town.clock.set_wrong("web", 0)


@town_case("SIGTERM under load", pace_s=0.05)
def terminated(town: Town) -> None:
    for _ in range(2):
        leaving = [town.web, town.workers[0], town.ticks[0]]
        # Before it has begun to listen, a process ends of SIGTERM as any other does.
        town.wait_for(town.web_answers)
        town.wait_for(lambda worker=leaving[1]: " ready." in worker.said())
        time.sleep(1.5)
        for one in leaving:
            one.tell_to_end()
        for one in leaving:
            code = one.wait(60)
            if code:
                town.note(f"{one.kind} ended with {code} when told to")
        town.mend()


@town_case("four ticks, and two of them frozen for a while")
def many_ticks(town: Town) -> None:
    for _ in range(2):
        town.start_tick()
    town.do("UPDATE tenants SET judged_on = judged_on - 1")
    for tick in town.ticks[:2]:
        tick.signal(signal.SIGSTOP)
    time.sleep(3)
    for tick in town.ticks[:2]:
        tick.signal(signal.SIGCONT)


@town_case("old processes on a newer schema")
def newer_schema(town: Town) -> None:
    """A migration that adds, as all must; old and new run side by side while one after the other is
    replaced."""
    time.sleep(1)
    for table in ("deliveries", "subjects", "notices", "evidence"):
        town.do(f"ALTER TABLE {table} ADD COLUMN of_the_future text")
    town.do(
        "CREATE TABLE of_the_future (id bigserial PRIMARY KEY)",
        "UPDATE alembic_version SET version_num = 'of_the_future'",
    )
    time.sleep(2)
    old = town.workers[0]
    old.tell_to_end()
    if old.wait(60):
        town.note("the old worker did not end well")
    town.mend()


@town_case("migration killed half-way and resumed")
def migration_killed(town: Town) -> None:
    name = "half_way"
    town.trial.ground.postgres.make(name)
    url = town.container.db.engine.url.set(database=name).render_as_string(hide_password=False)
    for _ in range(3):
        victim = town.start("upgrade", CONNECTOR_DATABASE_URL=url)
        town.kill_caught(town.catch(Point.MIGRATING))
        assert victim.code is not None
    again = town.start("upgrade", CONNECTOR_DATABASE_URL=url)
    if again.wait(60):
        town.note(f"an upgrade that was killed cannot be resumed\n{again.said()}")
    with town.trial.ground.postgres.connect(name) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row != (schema.head(),):
        town.note(f"the resumed upgrade ends at {row}")
    town.trial.ground.postgres.drop(name)
