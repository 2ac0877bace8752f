"""Several troubles at once, chosen by chance: a neighbour fails while processes die."""

import signal
import time
from collections.abc import Callable
from threading import Thread

from connector.errors import StorageUnavailable
from tests.faults.cases_deaths import FOLDING, RECEIVING, RESOLVING, SENDING
from tests.faults.cases_neighbours import EXCEPTION, HALF, MAINTENANCE, moodle
from tests.faults.points import Point
from tests.faults.recovery import LONGEST_TERM_S
from tests.faults.town import Town
from tests.faults.town_case import town_case

DEATHS = 4
"""Processes that die or freeze while a neighbour fails."""
POINTS = (*RECEIVING, *FOLDING, *RESOLVING, *SENDING, Point.TASK_DONE)


@town_case("two neighbours and four processes, by chance", pace_s=0.08)
def by_chance(town: Town) -> None:
    chance = town.chance
    failing = [Thread(target=neighbour, args=(town,)) for neighbour in chance.sample(NEIGHBOURS, 2)]
    for thread in failing:
        thread.start()
    for point in chance.sample(POINTS, DEATHS):
        chance.choice((_killed, _frozen))(town, point)
    for thread in failing:
        thread.join()


def _killed(town: Town, point: Point) -> None:
    caught = town.catch_if_any(point, 4)
    if caught is not None:
        town.kill_caught(caught)
        town.mend()


def _frozen(town: Town, point: Point) -> None:
    caught = town.catch_if_any(point, 4)
    if caught is None:
        return
    victim = town.owner(caught.pid)
    town.freeze(victim)
    caught.let_go()
    if victim.kind == "worker":
        town.clock.move_on(LONGEST_TERM_S + 1)
    time.sleep(3)
    victim.signal(signal.SIGCONT)


def _broker_away(town: Town) -> None:
    town.broker.cut()
    time.sleep(5)
    town.broker.mend()


def _broker_held(town: Town) -> None:
    town.broker.hold()
    time.sleep(8)
    town.broker.release()


def _hints_lost(town: Town) -> None:
    for _ in range(10):
        town.purge()
        time.sleep(0.4)


def _database_killed(town: Town) -> None:
    time.sleep(1)
    town.crashes += 1
    town.trial.ground.postgres.kill()
    time.sleep(1)
    town.trial.ground.postgres.start()


def _moodle_down(town: Town) -> None:
    answer = town.chance.choice((MAINTENANCE, EXCEPTION, HALF))
    moodle(town, lambda function, params: answer, 5)


def _mail_drops(town: Town) -> None:
    town.smtp.drop_on_data = True
    time.sleep(4)
    town.smtp.drop_on_data = False


def _clock_back(town: Town) -> None:
    town.crashes += 1
    town.clock.set_wrong("worker", -600)
    time.sleep(4)
    town.clock.set_wrong("worker", 0)


def _judged_anew(town: Town) -> None:
    for _ in range(5):
        try:
            town.do("UPDATE subjects SET dirty = true, version = version + 1")
        except StorageUnavailable:
            return
        time.sleep(1)


NEIGHBOURS: tuple[Callable[[Town], None], ...] = (
    _broker_away,
    _broker_held,
    _hints_lost,
    _database_killed,
    _moodle_down,
    _mail_drops,
    _clock_back,
    _judged_anew,
)
