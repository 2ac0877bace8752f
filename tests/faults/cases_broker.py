"""The broker dies, stops, forgets, or becomes a black hole; hints are only hints."""

import os
import time

from tests.faults.points import Point
from tests.faults.town import Town
from tests.faults.town_case import town_case

SECONDS_AWAY = float(os.environ.get("AWAY") or 15)
"""AWAY=300 for the five minutes after which somebody has surely noticed."""


@town_case("broker killed and started again")
def killed(town: Town) -> None:
    time.sleep(1)
    rabbit = town.trial.ground.rabbit
    rabbit.kill()
    rabbit.start()


@town_case("broker frozen, then going on")
def frozen(town: Town) -> None:
    time.sleep(1)
    rabbit = town.trial.ground.rabbit
    rabbit.freeze()
    time.sleep(SECONDS_AWAY)
    rabbit.thaw()


@town_case("broker away (AWAY seconds)")
def away(town: Town) -> None:
    time.sleep(1)
    town.broker.cut()
    time.sleep(SECONDS_AWAY)
    town.broker.mend()


@town_case("broker a black hole (AWAY seconds)")
def black_hole(town: Town) -> None:
    time.sleep(1)
    town.broker.hold()
    time.sleep(SECONDS_AWAY)
    town.broker.release()


@town_case("broker purged again and again")
def purged(town: Town) -> None:
    while not town.senders.are_done:
        town.purge()
        time.sleep(0.2)


@town_case("broker cut off between commit and acknowledgement")
def cut_off(town: Town) -> None:
    caught = town.catch(Point.TASK_DONE)
    town.broker.cut()
    caught.let_go()
    time.sleep(1)
    town.broker.mend()
