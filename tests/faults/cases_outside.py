"""kill -9, and SIGSTOP past the lease, of whoever acts in Moodle, publishes events, calls webhooks,
proposes drafts, and of the tick that watches and tells; over PostgreSQL and in one process."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from tests.faults.alone import Alone, alone_case
from tests.faults.cases_deaths import SLOWER_S, freeze_at
from tests.faults.cases_embedded import kill_alone_at
from tests.faults.points import Point
from tests.faults.recovery import LONGEST_TERM_S, come_to_rest
from tests.faults.town import Town
from tests.faults.town_case import town_case

ACTING = (
    Point.ACT_CLAIMED, Point.ACT_LOOKED, Point.ACT_ORDERED, Point.ACT_BEFORE, Point.ACT_AFTER,
)  # fmt: skip
LINING = (Point.LINE_BEFORE, Point.LINE_AFTER)
PUBLISHING = (
    *LINING, Point.PUBLISH_TAKEN, Point.PUBLISH_TOLD, Point.PUBLISH_BEFORE, Point.PUBLISH_AFTER,
)  # fmt: skip
CALLING = (Point.CALL_TAKEN, Point.CALL_POSTED, Point.CALL_BEFORE, Point.CALL_AFTER)
PROPOSING = (
    Point.PROPOSE_CLAIMED, Point.PROPOSE_ASKED, Point.PROPOSE_BEFORE, Point.PROPOSE_AFTER,
)  # fmt: skip
WATCHING = (Point.WATCH_FOUND, Point.WATCH_BEFORE, Point.WATCH_AFTER)
TELLING = (Point.WEEK_BEFORE, Point.WEEK_AFTER)
CLOSING = (Point.CLOSE_BEFORE, Point.CLOSE_AFTER)
SLOW_MOODLE_S = 2.0
ALONE_SLOW_S = 0.5
"""So that some of what there is to do there is left when the last of several points is come by: for
several workers, and for one."""
SLOWEST_S = 0.5
"""A pace for one process that is killed and started in between;"""
CALLING_S = 1.5
"""where each event is called for at once, and the last of several points needs one too."""
UNTIL_CLOSING = timedelta(hours=10)


def _kill_past_terms(town: Town, points: Sequence[Point]) -> None:
    """As cases_deaths.kill_at, where what the dead had in hand is all there is to do."""
    for point in points:
        town.kill_caught(town.catch(point))
        town.mend()
        town.clock.move_on(LONGEST_TERM_S + 1)


def _last_week_is_told(town: Town) -> None:
    town.do("UPDATE tenants SET stalls_week = '2026-11-16'")


@contextmanager
def _slow_moodle(town: Town, seconds: float = SLOW_MOODLE_S) -> Iterator[None]:
    town.enrolling.slow_s = seconds
    yield
    town.enrolling.slow_s = 0.0


@town_case("worker killed while acting in Moodle")
def acting_killed(town: Town) -> None:
    with _slow_moodle(town):
        _kill_past_terms(town, ACTING)


@town_case("worker frozen past its lease while acting in Moodle")
def acting_frozen(town: Town) -> None:
    with _slow_moodle(town):
        freeze_at(town, ACTING)


@town_case("tick killed while publishing events", pace_s=SLOWER_S)
def publishing_killed(town: Town) -> None:
    _kill_past_terms(town, PUBLISHING)


@town_case("tick frozen past its lease while publishing events", pace_s=SLOWER_S)
def publishing_frozen(town: Town) -> None:
    freeze_at(town, PUBLISHING)


@town_case("tick killed while calling webhooks", pace_s=SLOWER_S)
def calling_killed(town: Town) -> None:
    _kill_past_terms(town, CALLING)


@town_case("tick frozen past its lease while calling webhooks", pace_s=SLOWER_S)
def calling_frozen(town: Town) -> None:
    freeze_at(town, CALLING)


@town_case("tick killed while proposing drafts", pace_s=SLOWER_S)
def proposing_killed(town: Town) -> None:
    _kill_past_terms(town, PROPOSING)


@town_case("tick frozen past its lease while proposing drafts", pace_s=SLOWER_S)
def proposing_frozen(town: Town) -> None:
    freeze_at(town, PROPOSING)


@town_case("tick killed while watching, and while telling the week")
def watching_killed(town: Town) -> None:
    _kill_past_terms(town, WATCHING)
    for point in TELLING:
        town.wait_for(lambda: _is_judged(town))
        _last_week_is_told(town)
        town.kill_caught(town.catch(point))
        town.mend()


@town_case("tick frozen while watching, and while telling the week")
def watching_frozen(town: Town) -> None:
    freeze_at(town, WATCHING)
    for point in TELLING:
        town.wait_for(lambda: _is_judged(town))
        _last_week_is_told(town)
        freeze_at(town, [point], past_s=0)


@town_case("tick killed, tick frozen while closing the day")
def closing(town: Town) -> None:
    # Whoever has not been written to by then is written to tomorrow.
    come_to_rest(town)
    town.clock.move_on(UNTIL_CLOSING.total_seconds())
    for stop in (_kill_past_terms, freeze_at):
        for point in CLOSING:
            town.wait_for(lambda: _is_judged(town))
            town.do("UPDATE tenants SET closed_on = NULL")
            stop(town, [point])


def _is_judged(town: Town) -> bool:
    """Weeks and days are told only when everybody is judged."""
    return not town.ask("SELECT count(*) FROM subjects WHERE dirty") and town.senders.are_done


@alone_case("killed with -9 while acting in Moodle")
def alone_acting(town: Alone) -> None:
    with _slow_moodle(town, ALONE_SLOW_S):
        kill_alone_at(town, ACTING)


@alone_case("killed with -9 while calling webhooks", pace_s=CALLING_S)
def alone_calling(town: Alone) -> None:
    kill_alone_at(town, (*LINING, *CALLING))


@alone_case("killed with -9 while proposing drafts, while watching", pace_s=SLOWEST_S)
def alone_proposing(town: Alone) -> None:
    kill_alone_at(town, (*PROPOSING, *WATCHING))


@alone_case("frozen past its leases while telling others and acting", pace_s=SLOWEST_S)
def alone_frozen(town: Alone) -> None:
    """Nobody else takes anything over: it goes on with what it had, late."""
    with _slow_moodle(town, ALONE_SLOW_S):
        for point in (
            Point.ACT_ORDERED, Point.CALL_POSTED, Point.PROPOSE_ASKED, Point.WATCH_FOUND,
        ):  # fmt: skip
            caught = town.catch(point, 30)
            town.freeze(town.web)
            caught.let_go()
            town.clock.move_on(LONGEST_TERM_S + 1)
            town.thaw(town.web)
