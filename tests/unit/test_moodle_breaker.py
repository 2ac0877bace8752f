"""The breaker and the budget, on a clock that tests move."""

import pytest

from connector.moodle.breaker import Breaker
from connector.moodle.budget import Budget, OverBudget


class Tick:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def tick() -> Tick:
    return Tick()


def test_failures_in_a_row_open_it(tick: Tick) -> None:
    breaker = Breaker(failures=3, pause=5, tick=tick)
    breaker.failed()
    breaker.failed()
    assert breaker.wait() == 0

    breaker.failed()

    assert breaker.wait() == 5


def test_a_success_starts_the_count_anew(tick: Tick) -> None:
    breaker = Breaker(failures=2, tick=tick)
    breaker.failed()
    breaker.succeeded()
    breaker.failed()

    assert breaker.wait() == 0


def test_after_the_pause_one_caller_probes_and_the_others_wait(tick: Tick) -> None:
    breaker = Breaker(failures=1, pause=5, tick=tick)
    breaker.failed()
    tick.now += 5

    assert breaker.wait() == 0
    assert breaker.wait() == 5


def test_a_failed_probe_doubles_the_pause_up_to_the_longest(tick: Tick) -> None:
    breaker = Breaker(failures=1, pause=5, longest=18, tick=tick)
    pauses = []
    for _ in range(5):
        breaker.failed()
        pauses.append(breaker.wait())
        tick.now += pauses[-1]
        assert breaker.wait() == 0

    assert pauses == [5, 10, 18, 18, 18]


def test_a_successful_probe_closes_it(tick: Tick) -> None:
    breaker = Breaker(failures=1, pause=5, tick=tick)
    breaker.failed()
    tick.now += 5
    breaker.wait()

    breaker.succeeded()

    assert breaker.wait() == 0
    breaker.failed()
    assert breaker.wait() == 5


def test_the_site_s_own_word_opens_it_at_once_but_for_an_hour_at_most(tick: Tick) -> None:
    breaker = Breaker(failures=5, tick=tick)
    breaker.failed(retry_after=300)
    assert breaker.wait() == 300

    breaker.failed(retry_after=10**9)
    assert breaker.wait() == 3600


def test_a_budget_gives_a_burst_and_then_places_in_time(tick: Tick) -> None:
    budget = Budget(rate=10, burst=3, tick=tick)

    waits = [budget.reserve(patience=1) for _ in range(5)]

    assert waits == pytest.approx([0, 0, 0, 0.1, 0.2])


def test_a_budget_refills_up_to_the_burst(tick: Tick) -> None:
    budget = Budget(rate=10, burst=2, tick=tick)
    for _ in range(4):
        budget.reserve(patience=1)
    tick.now += 3600

    waits = [budget.reserve(patience=1) for _ in range(3)]

    assert waits == pytest.approx([0, 0, 0.1])


def test_who_would_wait_too_long_is_told_how_long_and_takes_no_place(tick: Tick) -> None:
    budget = Budget(rate=1, burst=1, tick=tick)
    budget.reserve(patience=0)
    for _ in range(3):
        with pytest.raises(OverBudget) as over:
            budget.reserve(patience=0.5)
        assert over.value.wait == pytest.approx(1)
    tick.now += 1

    assert budget.reserve(patience=0) == 0


def test_a_clock_that_stands_or_turns_back_gives_nothing_away(tick: Tick) -> None:
    budget = Budget(rate=1, burst=1, tick=tick)
    budget.reserve(patience=0)
    tick.now -= 100

    with pytest.raises(OverBudget):
        budget.reserve(patience=0)
