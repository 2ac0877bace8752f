"""The relay of hints: many nudges, few messages, and a broker that may be away."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from time import monotonic, sleep

import pytest

from connector.errors import BrokerUnavailable
from connector.runtime.relay import Relay

KINDS = ("resolve", "fold")


class Broker:
    """Counts hints; away: refuses them; held: keeps the publisher waiting."""

    def __init__(self) -> None:
        self.hints: list[str] = []
        self.tries = 0
        self.is_away = False
        self.open = Event()
        self.open.set()

    def publish(self, kind: str) -> None:
        self.tries += 1
        self.open.wait(5)
        if self.is_away:
            raise BrokerUnavailable("ConnectionRefusedError")
        self.hints.append(kind)


@contextmanager
def running(broker: Broker, gap_s: float = 0.01, again_s: float = 60) -> Iterator[Relay]:
    relay = Relay(broker.publish, KINDS, gap_s, again_s)
    relay.start()
    try:
        yield relay
    finally:
        broker.open.set()
        relay.stop()


def eventually(ready: Callable[[], bool]) -> bool:
    ends_at = monotonic() + 5
    while not ready() and monotonic() < ends_at:
        sleep(0.002)
    return ready()


def test_a_nudge_becomes_one_hint_of_each_kind() -> None:
    broker = Broker()
    with running(broker) as relay:
        relay.nudge()
        assert eventually(lambda: len(broker.hints) == 2)
        sleep(0.05)
    assert broker.hints == ["resolve", "fold"]


def test_without_a_nudge_nothing_is_published() -> None:
    broker = Broker()
    with running(broker, again_s=0.005):
        sleep(0.05)
    assert broker.hints == []


def test_a_thousand_nudges_become_few_hints() -> None:
    broker = Broker()
    with running(broker, gap_s=0.5) as relay:
        for _ in range(1000):
            relay.nudge()
        assert eventually(lambda: len(broker.hints) >= 2)
    # One hint at once, one for all that came meanwhile.
    assert 2 <= len(broker.hints) <= 4


def test_a_nudge_while_a_hint_is_on_its_way_is_not_lost() -> None:
    broker = Broker()
    broker.open.clear()
    with running(broker) as relay:
        relay.nudge()
        assert eventually(lambda: broker.tries == 1)
        relay.nudge()
        broker.open.set()
        assert eventually(lambda: broker.hints == ["resolve", "fold"] * 2)


def test_a_nudge_returns_at_once_while_the_broker_hangs() -> None:
    broker = Broker()
    broker.open.clear()
    with running(broker) as relay:
        relay.nudge()
        assert eventually(lambda: broker.tries == 1)
        began = monotonic()
        for _ in range(100):
            relay.nudge()
        assert monotonic() - began < 0.5
        assert broker.hints == []


def test_a_broker_that_is_away_is_told_of_once_and_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    broker = Broker()
    broker.is_away = True
    with running(broker, again_s=0.005) as relay:
        relay.nudge()
        assert eventually(lambda: broker.tries > 3)
        broker.is_away = False
        # No second nudge comes: what was nudged before is handed on by itself.
        assert eventually(lambda: broker.hints == ["resolve", "fold"])
    assert [record.message for record in caplog.records] == [
        "relay.broker_away error=ConnectionRefusedError",
        "relay.broker_back",
    ]


def test_what_was_nudged_just_before_the_end_is_handed_on() -> None:
    broker = Broker()
    with running(broker, gap_s=5) as relay:
        relay.nudge()
        assert eventually(lambda: len(broker.hints) == 2)
        relay.nudge()
    assert broker.hints == ["resolve", "fold"] * 2


def test_stopping_does_not_wait_for_a_broker_that_is_away() -> None:
    broker = Broker()
    broker.is_away = True
    with running(broker) as relay:
        relay.nudge()
        assert eventually(lambda: broker.tries == 1)
        began = monotonic()
        relay.stop()
    assert monotonic() - began < 2
    assert broker.hints == []
