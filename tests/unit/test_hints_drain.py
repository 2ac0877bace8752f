"""What a worker does with a hint."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from connector.errors import BrokerUnavailable, StorageUnavailable
from connector.runtime.engine import Engine
from connector.runtime.hints import Hint
from connector.tasks.drain import BUDGET_S, MANY, drain


@dataclass
class Part:
    """Does as much at each turn as it was given; then nothing is left."""

    turns: list[int]
    calls: int = 0

    def run_once(self) -> int:
        self.calls += 1
        return self.turns.pop(0) if self.turns else 0


@dataclass
class Works:
    """Stands for the engine."""

    resolver: Any = field(default_factory=lambda: Part([]))
    folder: Any = field(default_factory=lambda: Part([]))
    sender: Any = field(default_factory=lambda: Part([]))
    actor: Any = field(default_factory=lambda: Part([]))

    def resolve(self) -> int:
        return int(self.resolver.run_once())

    def fold(self) -> int:
        return int(self.folder.run_once())

    def send(self) -> int:
        return int(self.sender.run_once())

    def act(self) -> int:
        return int(self.actor.run_once())


@dataclass
class Seconds:
    """A clock that goes on by so much whenever it is asked."""

    step: float = 0.0
    now: float = 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def drained(kind: str, works: Works, step: float = 0.0) -> tuple[int, list[str]]:
    hints: list[str] = []
    done = drain(kind, cast(Engine, works), hints.append, clock=Seconds(step))
    return done, hints


def test_every_kind_has_its_part_of_the_engine() -> None:
    works = Works()
    for hint in Hint:
        assert drained(hint, works) == (0, [])
    parts = (works.resolver, works.folder, works.sender, works.actor)
    assert [part.calls for part in parts] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("kind", "works", "follows"),
    [
        ("resolve", Works(resolver=Part([3, 2])), ["fold"]),
        ("fold", Works(folder=Part([3, 2])), ["send"]),
        ("send", Works(sender=Part([3, 2])), []),
        ("act", Works(actor=Part([3, 2])), []),
    ],
)
def test_it_works_until_nothing_is_left(kind: str, works: Works, follows: Sequence[str]) -> None:
    assert drained(kind, works) == (5, follows)


def test_who_finds_much_wakes_one_more() -> None:
    assert drained("fold", Works(folder=Part([MANY] * 50))) == (50 * MANY, ["fold", "send"])


def test_when_the_time_is_over_another_turn_is_asked_for() -> None:
    works = Works(folder=Part([1] * 1000))
    done, hints = drained("fold", works, step=BUDGET_S / 4)
    assert 1 < done < 10
    assert hints == ["fold", "send"]


def test_an_unknown_kind_is_left_alone() -> None:
    works = Works(folder=Part([1]))
    assert drained("predict", works) == (0, [])
    assert works.folder.calls == 0


def test_a_lost_hint_does_not_lose_the_work() -> None:
    def publish(kind: str) -> None:
        raise BrokerUnavailable("TimeoutError")

    works = Works(folder=Part([MANY, 7]))
    assert drain("fold", cast(Engine, works), publish) == MANY + 7


def test_a_database_that_is_away_ends_the_task() -> None:
    class Away:
        def run_once(self) -> int:
            raise StorageUnavailable("OperationalError")

    assert drained("fold", Works(folder=Away())) == (0, [])


def test_a_fault_ends_the_task_as_it_ends_a_threads_turn(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def run_once(self) -> int:
            raise ValueError("Иванова")

    assert drained("fold", Works(folder=Broken())) == (0, [])
    assert "drain.fault kind=fold" in caplog.text
