"""Domain events in the table: written with the fold, once, and put in line without a gap."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from connector.db import Database
from connector.domain.events import DomainEvent, EventType
from connector.domain.signals import Arrival
from connector.errors import BrokerUnavailable, LostLease
from connector.models import Event, EventLine
from connector.runtime.claims import release_everything
from connector.runtime.publish import TERM, EventPublisher
from connector.services.cases.subjects import mark_all_dirty
from connector.services.events.line import EventLineService
from connector.services.events.messages import StoredEvent
from connector.services.events.recording import record
from tests.integration.spine.native_stream import arrivals, graded
from tests.integration.spine.spine_town import NOW, Spine, spine

DAY = timedelta(days=1)


@pytest.fixture(params=["sqlite", "postgres"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Spine]:
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with spine(tmp_path / "town", url) as made:
        made.import_everything()
        yield made


def results(*given: tuple[str, datetime, float]) -> list[Arrival]:
    return arrivals(
        [
            {"id": f"e{n}", "seq": n, **graded(number, 1, finished, mark, mark)}
            for n, (number, finished, mark) in enumerate(given)
        ]
    )


def put(db: Database, *numbers: int, municipality: str = "korolev") -> None:
    """Some events, recorded in a transaction of their own."""
    events = [
        DomainEvent(f"k{n}", EventType.ROUTE_COMPLETED, f"T-{n}", date(2026, 11, 2), {"route": "1"})
        for n in numbers
    ]
    with db.writing() as session:
        record(session, municipality, events, NOW)


def events_in(db: Database) -> Sequence[Event]:
    with db.reading() as session:
        return session.scalars(select(Event).order_by(Event.number, Event.id)).all()


class Broker:
    """Takes events, or is away."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.is_away = False

    def publish(self, events: Sequence[StoredEvent]) -> None:
        if self.is_away:
            raise BrokerUnavailable("test")
        self.told += [event.key for event in events]


def test_a_result_is_recorded_once_however_often_it_is_judged(town: Spine) -> None:
    town.post(results(("K1", NOW - DAY, 0.1), ("Z2", NOW - DAY, 0.95)))
    town.drain()
    found = events_in(town.container.db)
    # The town has routes that nobody has moved for long.
    assert {(e.municipality, e.type, e.subject) for e in found if e.type != "route.stalled"} == {
        ("korolev", "deficit.opened", "K1")
    }
    assert found[0].number is None
    with town.container.db.writing() as session:
        mark_all_dirty(session, "korolev")
    town.drain()
    assert [e.key for e in events_in(town.container.db)] == [e.key for e in found]
    assert town.engine.publisher.run_once() == len(found)
    assert [e.number for e in events_in(town.container.db)] == list(range(1, len(found) + 1))
    assert all(e.published_at is None for e in events_in(town.container.db))
    assert town.engine.publisher.run_once() == 0


def test_history_that_is_read_in_is_no_news(town: Spine) -> None:
    town.post(results(("K1", NOW - 90 * DAY, 0.1)))
    town.drain()
    assert {e.type for e in events_in(town.container.db)} <= {"route.stalled"}


def test_numbers_are_given_in_order_by_any_number_of_publishers(town: Spine) -> None:
    db = town.container.db
    put(db, *range(250))
    publishers = [EventPublisher(db, town.clock) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            list(pool.map(EventPublisher.run_once, publishers))
    assert [e.number for e in events_in(db)] == list(range(1, 251))
    assert [e.key for e in events_in(db)] == [
        e.key for e in sorted(events_in(db), key=lambda e: e.id)
    ]


def test_what_came_meanwhile_is_behind_the_last_number_seen(town: Spine) -> None:
    db = town.container.db
    put(db, 1, 2)
    EventPublisher(db, town.clock).run_once()
    with db.reading() as session:
        seen = EventLineService(session).after("korolev", 0, 10)
    put(db, 3)
    put(db, 4, municipality="kuznetsk")
    with db.reading() as session:
        assert EventLineService(session).after("korolev", 2, 10) == []
    EventPublisher(db, town.clock).run_once()
    with db.reading() as session:
        behind = EventLineService(session).after("korolev", seen[-1].number or 0, 10)
    assert [event.key for event in behind] == ["k3"]


def test_each_is_told_once_and_one_that_waits_for_the_broker_later(town: Spine) -> None:
    db, broker = town.container.db, Broker()
    put(db, 1)
    broker.is_away = True
    publisher = EventPublisher(db, town.clock, broker.publish)
    assert publisher.run_once() == 1
    assert broker.told == []
    broker.is_away = False
    assert publisher.run_once() == 1
    assert publisher.run_once() == 0
    assert broker.told == ["k1"]
    assert events_in(db)[0].published_at is not None


def test_one_publishes_at_a_time_and_the_next_takes_over_when_it_died(town: Spine) -> None:
    db, broker = town.container.db, Broker()
    put(db, 1)

    def die(events: Sequence[StoredEvent]) -> None:
        broker.publish(events)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        EventPublisher(db, town.clock, die).run_once()
    second = EventPublisher(db, town.clock, broker.publish)
    assert second.run_once() == 0
    town.clock.move_to(town.clock.now() + TERM)
    assert second.run_once() == 1
    # Told twice, which nobody can rule out, and with the same identifier.
    assert broker.told == ["k1", "k1"]


def test_one_whose_broker_is_away_leaves_the_line_to_others(town: Spine) -> None:
    db, here, there = town.container.db, Broker(), Broker()
    put(db, 1)
    here.is_away = True
    first = EventPublisher(db, town.clock, here.publish)
    second = EventPublisher(db, town.clock, there.publish)
    first.run_once()
    assert second.run_once() == 1
    # Nor does one that told everything keep it: it may be told to end before there is more.
    put(db, 2)
    here.is_away = False
    assert first.run_once() == 2
    assert (there.told, here.told) == (["k1"], ["k2"])


def test_a_process_that_begins_alone_publishes_what_a_dead_one_was_at(town: Spine) -> None:
    db, broker = town.container.db, Broker()
    put(db, 1)
    EventPublisher(db, town.clock).run_once()
    with db.writing() as session:
        assert EventLineService(session).take_publishing("dead", NOW + DAY, NOW)
    with db.writing() as session:
        release_everything(session)
    assert EventPublisher(db, town.clock, broker.publish).run_once() == 1


def test_whoever_lost_the_line_marks_nothing(town: Spine) -> None:
    db = town.container.db
    put(db, 1)
    EventPublisher(db, town.clock).run_once()
    with db.writing() as session:
        line = EventLineService(session)
        assert line.take_publishing("late", NOW, NOW)
        events = line.unpublished(10)
    with db.writing() as session:
        assert EventLineService(session).take_publishing("new", NOW + DAY, NOW + DAY)
    with pytest.raises(LostLease), db.writing() as session:
        EventLineService(session).leave(events, "late", NOW)
    assert events_in(db)[0].published_at is None
    with db.reading() as session:
        assert session.scalars(select(EventLine.last)).one() == 1
