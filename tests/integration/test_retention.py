"""What has had its time is deleted; what counts, and what still waits for somebody, stays."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from connector.cli import main
from connector.domain.events import DomainEvent, EventType
from connector.models import Audit, Delivery, Event, Letter, Notice, Reading, SourceCount
from connector.runtime.publish import EventPublisher
from connector.runtime.retain import Retainer
from connector.services.events.recording import record
from connector.services.inbox.deliveries import DeliveryService
from connector.services.inbox.inbox import InboxService
from connector.services.upkeep import retention
from connector.services.upkeep.retention import Class, Keep
from tests.integration.spine.native_stream import arrivals, busy_year, event
from tests.integration.spine.spine_town import NOW, SOURCE, Spine, spine
from tests.integration.spine.state_of import assert_proven, state_of

KEEP = Keep(
    {
        Class.BODIES: 20,
        Class.ASIDE: 60,
        Class.LETTERS: 20,
        Class.AUDIT: 20,
        Class.COUNTS: 7,
        Class.EVENTS: 10,
    }
)


@pytest.fixture(params=["sqlite", "postgres"])
def town(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Spine]:
    # Small steps, so that a pass consists of many.
    monkeypatch.setattr(retention, "SCAN", 7)
    monkeypatch.setattr(retention, "BATCH", 3)
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with spine(tmp_path / "town", url) as made:
        made.import_everything()
        yield made


def retain(town: Spine, keep: Keep = KEEP) -> None:
    retainer = Retainer(town.container.db, keep, town.clock)
    while retainer.run_once():
        pass


def with_bodies(town: Spine) -> set[str]:
    with town.container.db.reading() as session:
        return set(session.scalars(select(Delivery.key).where(Delivery.body.is_not(None))))


def test_figures_stay_proven_when_old_bodies_are_gone(town: Spine) -> None:
    events = busy_year(40, seed=5)
    town.post(arrivals(events[:20]))
    town.drain()
    town.clock.move_to(NOW + timedelta(days=25))
    town.post(arrivals(events[20:]))
    town.drain()
    before = state_of(town)
    retain(town)
    assert with_bodies(town) == {str(one["id"]) for one in events[20:]}
    assert state_of(town) == before
    assert_proven(town)


def test_an_old_event_sent_again_is_still_a_duplicate(town: Spine) -> None:
    old = arrivals(busy_year(10, seed=5))
    town.post(old)
    town.drain()
    town.clock.move_to(NOW + timedelta(days=25))
    retain(town)
    town.post(old)
    assert with_bodies(town) == set()
    with town.container.db.writing() as session:
        ids = session.scalars(select(Delivery.id)).all()
        assert len(ids) == 10
        assert DeliveryService(session).replay(ids, town.clock.now()) == 0


def test_what_waits_is_never_deleted_and_what_is_set_aside_later(town: Spine) -> None:
    stranger = {"id": "999", "idnumber": "NOBODY", "email": None}
    completed = event("course.completed", "K1", NOW, completed_at=NOW.isoformat(), user=stranger)
    odd = event("activity.completed", "K1", NOW, activity="none")
    town.post(arrivals([{"id": "parked", "seq": 1, **completed}, {"id": "aside", "seq": 2, **odd}]))
    town.engine.settle()
    with town.container.db.reading() as session:
        states = dict(session.execute(select(Delivery.key, Delivery.state)).all())
    assert states == {"parked": "parked", "aside": "set_aside"}
    town.clock.move_to(NOW + timedelta(days=59))
    retain(town)
    assert with_bodies(town) == {"parked", "aside"}
    town.clock.move_to(NOW + timedelta(days=61))
    retain(town)
    assert with_bodies(town) == {"parked"}


def test_moodles_answers_go_with_the_event(town: Spine) -> None:
    town.post(arrivals(busy_year(2, seed=5)))
    town.drain()
    with town.container.db.writing() as session:
        for delivery in session.scalars(select(Delivery.id)).all():
            session.add(
                Reading(delivery_id=delivery, try_no=1, position=0, function="f", params={},
                        status="answer", body=b"{}", read_at=NOW)
            )  # fmt: skip
        session.execute(
            update(Delivery).where(Delivery.key == "e2").values(done_at=NOW + timedelta(days=20))
        )
    town.clock.move_to(NOW + timedelta(days=25))
    retain(town)
    with town.container.db.reading() as session:
        left = session.scalars(select(Delivery.key).join(Reading)).all()
    assert left == ["e2"]


def test_words_of_letters_go_and_that_they_were_sent_stays(town: Spine) -> None:
    with town.container.db.writing() as session:
        for number in range(5):
            letter = Letter(
                municipality="korolev", message_id=f"m{number}", channel="smtp", recipient="K1",
                address="k1@ex.ru", subject="Тема", text="слова", html="<p>слова</p>", raw=b"r",
                sent_at=NOW + timedelta(days=5 * number),
            )  # fmt: skip
            session.add(letter)
            session.flush()
            session.add(
                Notice(
                    municipality="korolev",
                    key=f"k{number}",
                    kind="route_stalled",
                    role="mentor",
                    recipient="K1",
                    address="k1@ex.ru",
                    params={"person": "Фамилия"},
                    state="sent",
                    created_at=NOW,
                    not_before=NOW,
                    letter_id=letter.id,
                )
            )
    town.clock.move_to(NOW + timedelta(days=31))
    retain(town)
    with town.container.db.reading() as session:
        letters = session.scalars(select(Letter).order_by(Letter.id)).all()
        params = session.scalars(select(Notice.params).order_by(Notice.id)).all()
    assert [bool(one.text or one.html or one.raw) for one in letters] == [False] * 3 + [True] * 2
    assert [bool(one) for one in params] == [False] * 3 + [True] * 2
    assert {one.subject for one in letters} == {"Тема"}


def test_the_journal_ends_and_counts_are_summed_up(town: Spine) -> None:
    with town.container.db.writing() as session:
        for day in range(30):
            at = NOW + timedelta(days=day)
            session.add(Audit(at=at, municipality="korolev", actor="a", action="b"))
            InboxService(session).count(SOURCE, "refused", "signature", at, 2)
    town.clock.move_to(NOW + timedelta(days=30, hours=1))
    retain(town)
    retain(town)
    with town.container.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Audit)) == 19
        assert session.scalar(select(func.sum(SourceCount.count))) == 60
        days = session.scalars(select(SourceCount.day).order_by(SourceCount.day)).all()
    assert len(days) == 8
    assert days[-1] == retention.BEFORE


def test_old_events_go_but_not_those_that_would_be_told_anew(town: Spine) -> None:
    db = town.container.db
    kinds = [EventType.ROUTE_COMPLETED, EventType.ROUTE_STALLED]
    with db.writing() as session:
        session.execute(delete(Event))
        for days in range(0, 80, 10):
            told = [
                DomainEvent(f"{kind}:{days}", kind, "K1", NOW.date(), {"route": "1"})
                for kind in kinds
            ]
            record(session, "korolev", told, NOW - timedelta(days=days))
    EventPublisher(db, town.clock).run_once()
    retain(town)
    with db.reading() as session:
        left = session.scalars(select(Event.key).where(Event.type == kinds[0])).all()
        assert session.scalar(select(func.count()).where(Event.type == kinds[1])) == 8
    # However short the term that was set: what is still news must stay known.
    assert {int(key.rpartition(":")[2]) for key in left} == {0, 10, 20, 30, 40, 50}
    put_again = [DomainEvent("new", kinds[0], "K1", NOW.date(), {})]
    with db.writing() as session:
        session.execute(delete(Event))
        record(session, "korolev", put_again, NOW)
    EventPublisher(db, town.clock).run_once()
    with db.reading() as session:
        # Numbers go on, so that whoever reads on from one misses nothing.
        assert session.scalars(select(Event.number)).all() == [17]


def test_for_ever_means_for_ever(town: Spine) -> None:
    town.post(arrivals(busy_year(5, seed=5)))
    town.drain()
    town.clock.move_to(NOW + timedelta(days=30_000))
    retain(town, Keep(dict.fromkeys(Class, 0)))
    assert len(with_bodies(town)) == 5


def test_a_pass_is_made_once_a_day(town: Spine) -> None:
    retainer = Retainer(town.container.db, KEEP, town.clock)
    while retainer.run_once():
        pass
    town.post(arrivals(busy_year(1, seed=5)))
    town.drain()
    with town.container.db.writing() as session:
        long_ago = NOW - timedelta(days=90)
        session.execute(update(Delivery).values(done_at=long_ago, received_at=long_ago))
    assert retainer.run_once() == 0
    town.clock.move_to(town.clock.now() + timedelta(days=1, minutes=1))
    while retainer.run_once():
        pass
    assert with_bodies(town) == set()


def test_the_command_says_what_is_due_and_deletes_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with spine(tmp_path) as town:
        town.import_everything()
        town.post(arrivals(busy_year(3, seed=5)))
        town.drain()
        monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("CONNECTOR_CLOCK", (NOW + timedelta(days=60)).isoformat())
        monkeypatch.setenv("CONNECTOR_KEEP_BODIES_DAYS", "30")
        for arguments, left in (([], 3), (["--now"], 0)):
            capsys.readouterr()
            assert main(["db", "retention", "--json", *arguments]) == 0
            told = {one["class"]: one for one in json.loads(capsys.readouterr().out)["classes"]}
            assert (told["bodies"]["days"], told["bodies"]["rows"]) == (30, 3)
            assert len(with_bodies(town)) == left


def test_a_wrong_number_of_days_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path))
    for wrong in ("-1", "1 год", "0.5", "99999"):
        monkeypatch.setenv("CONNECTOR_KEEP_AUDIT_DAYS", wrong)
        assert main(["db", "retention"]) == 1
        assert "CONNECTOR_KEEP_AUDIT_DAYS" in capsys.readouterr().err
