"""Workers in each other's way, and what one of a batch trips over."""

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from connector.domain import indicators
from connector.models import Delivery, RuleFault
from connector.rulebook import rulebook as asked_rulebook
from connector.runtime.fold import Folder
from connector.services.cases.subjects import mark_dirty
from connector.services.folding import evidence
from connector.services.folding.folding import Batch, Folded, FoldService
from connector.services.inbox.reading_deliveries import StoredDelivery, Understood, understand
from tests.integration.spine.native_stream import arrivals, busy_year
from tests.integration.spine.spine_town import Spine, spine
from tests.integration.spine.state_of import assert_proven, state_of

EVENTS = busy_year(24, seed=5)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What comes of EVENTS where nothing happens meanwhile."""
    with spine(tmp_path_factory.mktemp("calm")) as town:
        town.import_everything()
        town.post(arrivals(EVENTS))
        town.drain()
        return state_of(town)


def interrupted(
    monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None], times: int = 1
) -> None:
    """Has `meanwhile` happen while a worker judges, after it has read and before it writes."""
    judge, left = FoldService.judge, [times]

    def judged(self: FoldService, batch: Batch) -> list[Folded]:
        outcomes = judge(self, batch)
        if left[0]:
            left[0] -= 1
            meanwhile()
        return outcomes

    monkeypatch.setattr(FoldService, "judge", judged)


def a_folder(town: Spine, term: timedelta = timedelta(seconds=120)) -> Folder:
    c = town.container
    return Folder(c.db, c.rulebook, c.settings, c.clock, term)


def prepared(town: Spine) -> None:
    town.import_everything()
    town.drain()
    town.post(arrivals(EVENTS))


def test_a_late_worker_writes_nothing(
    tmp_path: Path,
    calm: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with spine(tmp_path / "town") as town:
        prepared(town)
        seen: list[dict[str, list[str]]] = []

        def taken_over() -> None:
            a_folder(town).fold_deliveries()
            seen.append(state_of(town))

        interrupted(monkeypatch, taken_over)
        with caplog.at_level(logging.WARNING):
            a_folder(town, term=timedelta(seconds=-1)).fold_deliveries()

        assert "fold.lost_lease" in caplog.text
        assert state_of(town) == seen[0]
        town.drain()
        assert state_of(town) == calm


def test_whoever_read_a_stale_version_reads_again(
    database_url: str,
    tmp_path: Path,
    calm: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    url = None if database_url.startswith("sqlite") else database_url
    with spine(tmp_path / "town", url) as town:
        prepared(town)

        def touched() -> None:
            with town.container.db.writing() as session:
                mark_dirty(session, "korolev", "staff", ["K1", "K2", "K3", "K4", "K5", "K6"])

        interrupted(monkeypatch, touched, times=9)
        with caplog.at_level(logging.INFO):
            town.engine.folder.fold_deliveries()
        assert "fold.stale" in caplog.text
        town.drain()

        assert state_of(town) == calm
        assert_proven(town)


def test_what_the_database_refuses_stands_alone(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with spine(tmp_path / "town", postgres_url) as town:
        prepared(town)
        bad = id_of(town, "e7")
        row = evidence._row

        def too_long(name: str, statement: Any, now: Any) -> dict[str, Any]:
            made = row(name, statement, now)
            return made | {"event_id": "x" * 300} if statement.delivery == bad else made

        monkeypatch.setattr(evidence, "_row", too_long)
        town.drain()

        assert outcome(town, "e7") == ("set_aside", "storage_refused")
        assert others(town, "e7") == {("done", None)}
        assert_proven(town)


def test_what_one_delivery_raises_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with spine(tmp_path / "town") as town:
        prepared(town)
        bad = id_of(town, "e7")

        def trips(stored: StoredDelivery) -> Understood:
            if stored.id == bad:
                raise ZeroDivisionError
            return understand(stored)

        monkeypatch.setattr("connector.runtime.fold.understand", trips)
        town.engine.settle()
        assert outcome(town, "e7") == ("ready", "internal_error")
        assert others(town, "e7") == {("done", None)}

        for _ in range(10):
            town.clock.move_to(town.clock.now() + timedelta(hours=1))
            town.engine.settle()
        assert outcome(town, "e7") == ("set_aside", "internal_error")


def test_what_merging_one_delivery_raises_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with spine(tmp_path / "town") as town:
        prepared(town)
        bad = id_of(town, "e7")
        row = evidence._row

        def trips(name: str, statement: Any, now: Any) -> dict[str, Any]:
            if statement.delivery == bad:
                raise ZeroDivisionError
            return row(name, statement, now)

        monkeypatch.setattr(evidence, "_row", trips)
        town.engine.settle()

        assert outcome(town, "e7") == ("ready", "internal_error")
        assert others(town, "e7") == {("done", None)}


def test_a_rule_that_raises_is_marked_and_the_others_go_on(
    tmp_path: Path, calm: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = "korolev.diagnosed"

    def judged(indicator: Any, *seen: Any) -> Any:
        if indicator.code == broken:
            raise LookupError("the author forgot something")
        return indicators.judge(indicator, *seen)

    with spine(tmp_path / "town") as town:
        with monkeypatch.context() as patched:
            patched.setattr(asked_rulebook, "judge_indicator", judged)
            prepared(town)
            town.drain()
            with town.container.db.reading() as session:
                faults = session.scalars(select(RuleFault)).all()
            assert {(f.municipality, f.rule) for f in faults} == {("korolev", broken)}
            assert faults[0].count > 1
            others_ = [row for row in calm["memberships"] if broken not in row]
            assert state_of(town)["memberships"] == others_
            assert others(town, "") == {("done", None)}

        town.engine.recount(("korolev",), lambda line: None)
        town.drain()
        assert state_of(town) == calm


def id_of(town: Spine, key: str) -> int:
    with town.container.db.reading() as session:
        return session.scalars(select(Delivery.id).where(Delivery.key == key)).one()


def outcome(town: Spine, key: str) -> tuple[str, str | None]:
    with town.container.db.reading() as session:
        query = select(Delivery.state, Delivery.reason).where(Delivery.key == key)
        state, reason = session.execute(query).one()
        return state, reason


def others(town: Spine, key: str) -> set[tuple[str, str | None]]:
    with town.container.db.reading() as session:
        query = select(Delivery.state, Delivery.reason).where(Delivery.key != key)
        return {(state, reason) for state, reason in session.execute(query)}
