"""/metrics: what waits, who holds it, what workers did; on both databases, whoever is asked."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update

from connector.errors import BrokerUnavailable
from connector.models import Delivery, RuleFault, Subject
from connector.runtime.counting import Counting, counted, measured
from connector.services.upkeep.tallying import TallyService
from connector.services.upkeep.watching import WatchService
from connector.tallies import Tallies
from connector.web.app import create_app
from connector.web.metric_names import METRICS, OF_THE_PROCESS
from tests.integration.spine.native_stream import arrivals, busy_year, event
from tests.integration.spine.spine_town import NOW, SOURCE, Spine, spine


@pytest.fixture(params=["sqlite", "postgres"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Spine]:
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with spine(tmp_path / "town", url) as made:
        made.import_everything()
        yield made


def scraped(town: Spine) -> dict[str, float]:
    """Samples by name and labels, as `name{a="b"}` with labels in order."""
    answer = create_app(town.container).test_client().get("/metrics")
    assert answer.status_code == 200
    return {
        f"{sample.name}{{{','.join(f'{k}={v}' for k, v in sorted(sample.labels.items()))}}}":
            sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }  # fmt: skip


def test_everything_that_is_declared_is_exported_and_nothing_else(town: Spine) -> None:
    town.post(arrivals(busy_year(5, seed=1)))
    text = create_app(town.container).test_client().get("/metrics").text
    told = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    declared = {one.name + ("_total" if one.kind == "counter" else "") for one in METRICS} | set(
        OF_THE_PROCESS
    )
    assert told == declared


def test_what_waits_is_told_by_source_state_and_reason(town: Spine) -> None:
    stranger = {"id": "999", "idnumber": "NOBODY", "email": None}
    completed = event("course.completed", "K1", NOW, completed_at=NOW.isoformat(), user=stranger)
    odd = event("activity.completed", "K1", NOW, activity="none")
    town.post(arrivals([{"id": "p", "seq": 1, **completed}, {"id": "a", "seq": 2, **odd}]))
    town.engine.settle()
    town.post(arrivals(busy_year(7, seed=1)))
    town.clock.move_to(NOW + timedelta(seconds=90))
    told = scraped(town)
    at = f"source={SOURCE}"
    assert told[f"connector_deliveries{{reason=,{at},state=ready}}"] == 7
    assert told[f"connector_deliveries{{reason=unknown_person,{at},state=parked}}"] == 1
    assert told["connector_parked{reason=unknown_person}"] == 1
    assert 30 < told["connector_lag_seconds{state=ready}"] < 120
    assert told["connector_lag_seconds{state=new}"] == 0
    assert told["connector_unjudged{}"] == 0


def test_leases_are_held_and_expire(town: Spine) -> None:
    town.post(arrivals(busy_year(3, seed=1)))
    with town.container.db.writing() as session:
        session.execute(update(Delivery).values(lease_until=NOW + timedelta(seconds=60)))
        session.execute(
            update(Subject)
            .where(Subject.code == "K1")
            .values(dirty=True, lease_until=NOW - timedelta(seconds=1))
        )
    told = scraped(town)
    assert told["connector_leases{kind=delivery,state=held}"] == 3
    assert told["connector_leases{kind=subject,state=expired}"] == 1
    town.clock.move_to(NOW + timedelta(seconds=61))
    assert scraped(town)["connector_leases{kind=delivery,state=expired}"] == 3


def test_counting_ends_at_a_bound(town: Spine) -> None:
    town.post(arrivals(busy_year(12, seed=1)))
    with town.container.db.reading() as session:
        watch = WatchService(session, NOW, most=5)
        assert sum(one.count for one in watch.inbox().waiting) == 5
        assert watch.subjects()[0] == 5


def test_work_of_several_processes_is_summed_up(town: Spine) -> None:
    for seconds in (0.1, 0.1, 7.0):
        tallies = Tallies()
        tallies.took("batch_seconds", "fold", seconds=seconds)
        tallies.add("batch_rows", "fold", by=100)
        Counting(town.container.db, tallies).flush()
    told = scraped(town)
    assert told["connector_batch_rows_total{kind=fold}"] == 300
    assert told["connector_batch_seconds_bucket{kind=fold,le=0.2}"] == 2
    assert told["connector_batch_seconds_bucket{kind=fold,le=5.0}"] == 2
    assert told["connector_batch_seconds_count{kind=fold}"] == 3
    assert told["connector_batch_seconds_sum{kind=fold}"] == pytest.approx(7.2)


def test_the_engine_counts_its_batches(town: Spine) -> None:
    town.post(arrivals(busy_year(7, seed=1)))
    assert town.engine.fold() >= 7
    town.engine.counting.flush()
    told = scraped(town)
    assert told["connector_batch_rows_total{kind=fold}"] >= 7
    assert "connector_batch_rows_total{kind=send}" not in told


def test_a_rule_that_fails_is_counted_by_name(town: Spine) -> None:
    with town.container.db.writing() as session:
        session.add(
            RuleFault(municipality="korolev", rule="1.2", message="m", count=4, first_at=NOW,
                      last_at=NOW, switched_off_at=NOW)
        )  # fmt: skip
    told = scraped(town)
    assert told["connector_rule_faults_total{municipality=korolev,rule=1.2}"] == 4
    assert told["connector_rules_switched_off{municipality=korolev}"] == 1


def test_what_could_not_be_written_down_is_not_lost(tmp_path: Path) -> None:
    with spine(tmp_path / "town") as town:
        tallies = Tallies()
        tallies.add("hints", "sent")
        tallies.put("tick_timestamp_seconds", value=1)
        taken = tallies.take()
        tallies.add("hints", "sent")
        tallies.put("tick_timestamp_seconds", value=2)
        tallies.give_back(taken)
        with town.container.db.writing() as session:
            TallyService(session).write(tallies.take())
        with town.container.db.reading() as session:
            assert TallyService(session).all() == {
                ("hints", ("sent",)): 2,
                ("tick_timestamp_seconds", ()): 2,
            }


def test_faults_and_lost_hints_are_counted() -> None:
    tallies = Tallies()

    def fail(*_: object) -> int:
        raise BrokerUnavailable("away")

    with pytest.raises(BrokerUnavailable):
        measured(tallies, "fold", fail)
    with pytest.raises(BrokerUnavailable):
        counted(tallies, fail)("fold")
    counted(tallies, lambda kind: None)("fold")
    assert tallies.take().added == {
        ("batch_faults", ("fold",)): 1,
        ("hints", ("lost",)): 1,
        ("hints", ("sent",)): 1,
    }


def test_answers_to_senders_are_timed_by_status(tmp_path: Path) -> None:
    with spine(tmp_path) as town:
        client = create_app(town.container).test_client()
        client.post(f"/hooks/{SOURCE}", data=b"{}", content_type="application/json")
        text = client.get("/metrics").text
    assert 'connector_hook_seconds_count{status="401"} 1.0' in text
    assert 'connector_hook_seconds_bucket{le="+Inf",status="401"} 1.0' in text
