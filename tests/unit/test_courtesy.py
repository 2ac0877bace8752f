"""The work rests while senders crowd, and never for good."""

from collections.abc import Callable

from connector.runtime.courtesy import CROWD, LONGEST_S, REST, courteous


class Time:
    """Passes when somebody sleeps, and when there is work."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds

    def work(self, seconds: float, done: int = 100) -> Callable[[], int]:
        def turn() -> int:
            self.now += seconds
            return done

        return turn


def slept_after(seconds: float, crowd: int, done: int = 100) -> float:
    time = Time()
    turn = courteous(time.work(seconds, done), lambda: crowd, lambda: time.now, time.sleep)
    assert turn() == done
    return time.slept


def test_nobody_rests_while_senders_come_one_by_one() -> None:
    assert slept_after(0.1, crowd=CROWD - 1) == 0


def test_the_work_keeps_its_share_while_a_crowd_stays() -> None:
    slept = slept_after(0.1, crowd=CROWD)
    assert 0.1 * REST <= slept < 0.1 * REST + 0.05


def test_no_rest_is_long() -> None:
    assert LONGEST_S <= slept_after(60, crowd=100) < LONGEST_S + 0.05


def test_who_had_nothing_to_do_is_back_at_once() -> None:
    """Else a loop that looks for work would be late for what is nudged."""
    assert slept_after(0.1, crowd=100, done=0) == 0


def test_a_crowd_that_is_gone_is_not_waited_for() -> None:
    time = Time()
    crowds = iter([CROWD, CROWD, 1])
    courteous(time.work(0.1), lambda: next(crowds), lambda: time.now, time.sleep)()
    assert 0 < time.slept < 0.05
