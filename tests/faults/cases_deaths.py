"""kill -9, and SIGSTOP past the lease and SIGCONT, of web, worker and tick at the marked points."""

import time
from collections.abc import Sequence

from tests.faults.points import Point
from tests.faults.recovery import LONGEST_TERM_S
from tests.faults.town import Town
from tests.faults.town_case import town_case

RECEIVING = (Point.RECEIVE_BEFORE, Point.RECEIVE_AFTER)
FOLDING = (Point.CLAIM_AFTER, Point.FOLD_JUDGED, Point.FOLD_BEFORE, Point.FOLD_AFTER)
RESOLVING = (Point.RESOLVE_READ, Point.RESOLVE_BEFORE, Point.RESOLVE_AFTER)
SENDING = (Point.SEND_BEFORE, Point.SEND_SENT, Point.SEND_MARKED)
TICKING = (Point.TICK_BEFORE, Point.TICK_AFTER)
SLOW_S = 0.08
"""A pace at which the senders still send when the last of several points is come by."""

SLOWER_S = 0.25
"""Where each of them takes a while, and others meanwhile do all there is."""


def kill_at(town: Town, points: Sequence[Point]) -> None:
    """Whoever comes by, one after the other; each is started again, as a supervisor would."""
    for point in points:
        town.kill_caught(town.catch(point))
        town.mend()


def freeze_at(town: Town, points: Sequence[Point], past_s: float = LONGEST_TERM_S + 1) -> None:
    """Whoever comes by, until its claims have ended and others have taken over; then it goes on."""
    for point in points:
        caught = town.catch(point)
        victim = town.owner(caught.pid)
        town.freeze(victim)
        caught.let_go()
        town.clock.move_on(past_s)
        town.wait_for_takeover()
        town.thaw(victim)


@town_case("nothing happens")
def calm(town: Town) -> None:
    """What all the others are compared with."""


@town_case("web killed before commit, after commit")
def web_killed(town: Town) -> None:
    kill_at(town, RECEIVING)


@town_case("web frozen before commit, after commit")
def web_frozen(town: Town) -> None:
    for point in RECEIVING:
        caught = town.catch(point)
        town.freeze(town.web)
        caught.let_go()
        # Nobody answers; the senders hang up and try again.
        time.sleep(2)
        town.thaw(town.web)


@town_case("worker killed while folding", pace_s=SLOW_S)
def folding_killed(town: Town) -> None:
    kill_at(town, FOLDING)


@town_case("worker frozen past its lease while folding", pace_s=SLOWER_S)
def folding_frozen(town: Town) -> None:
    freeze_at(town, FOLDING)


@town_case("worker killed between commit and acknowledgement", pace_s=SLOW_S)
def unacknowledged(town: Town) -> None:
    kill_at(town, [Point.TASK_DONE] * 3)


@town_case("worker killed while asking Moodle", pace_s=SLOWER_S)
def resolving_killed(town: Town) -> None:
    kill_at(town, RESOLVING)


@town_case("worker frozen past its lease while asking Moodle", pace_s=SLOWER_S)
def resolving_frozen(town: Town) -> None:
    freeze_at(town, RESOLVING)


@town_case("worker killed while sending", pace_s=SLOW_S)
def sending_killed(town: Town) -> None:
    kill_at(town, SENDING)


@town_case("worker frozen past its lease while sending", pace_s=SLOWER_S)
def sending_frozen(town: Town) -> None:
    freeze_at(town, SENDING)


@town_case("whole workers killed, all at once")
def all_workers_killed(town: Town) -> None:
    town.catch(Point.FOLD_BEFORE)
    for worker in town.workers:
        town.kill(worker)


@town_case("tick killed, tick frozen")
def ticks(town: Town) -> None:
    for point in TICKING:
        _new_day(town)
        town.kill_caught(town.catch(point))
        town.mend()
    for point in TICKING:
        _new_day(town)
        freeze_at(town, [point], past_s=0)


@town_case(
    "one after the other killed between its commit and what follows", short=True, pace_s=SLOWER_S
)
def each_killed(town: Town) -> None:
    kill_at(town, [Point.RECEIVE_AFTER, Point.FOLD_BEFORE, Point.TASK_DONE, Point.SEND_SENT])


@town_case("workers frozen past their leases, hints lost", short=True)
def each_frozen(town: Town) -> None:
    freeze_at(town, [Point.FOLD_BEFORE, Point.SEND_SENT])
    town.purge()


def _new_day(town: Town) -> None:
    """The ticks have something to write."""
    town.do("UPDATE tenants SET judged_on = judged_on - 1")
