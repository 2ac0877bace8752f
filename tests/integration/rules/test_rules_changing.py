"""Rules that change: figures switch over at once, whatever happens while everybody is judged."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from connector.cli.changing import changing_told
from connector.cli.figures import differences
from connector.domain.indicators import IndicatorKind
from connector.models import Changeover, Delivery, FrozenShare, Share, Subject
from connector.rulebook import MunicipalityRules, Rulebook
from connector.runtime import fold
from connector.runtime.fold import Folder
from connector.runtime.tick import Ticker
from connector.services.cases.setting import Settings
from connector.services.folding.folding import Batch, Folded, FoldService
from connector.web.app import create_app
from tests.integration.rules.changed_rules import (
    everybody_counts,
    numbers,
    one_fewer,
    recounted,
    shown,
    with_zeros,
)
from tests.integration.spine.native_stream import arrivals, busy_year, graded
from tests.integration.spine.spine_town import Spine, opened_again, spine
from tests.integration.spine.state_of import assert_proven

EVENTS = busy_year(20, seed=3)


@pytest.fixture
def town(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Spine]:
    """Two towns at rest whose subjects are judged three at a time."""
    url = None if database_url.startswith("sqlite") else database_url
    with spine(tmp_path / "town", url) as made:
        made.import_everything()
        made.post(arrivals(EVENTS))
        made.drain()
        monkeypatch.setattr(fold, "BATCH", 3)
        yield made


def change(town: Spine, made: Callable[[MunicipalityRules], MunicipalityRules]) -> None:
    """Puts other rules in force and has the tick begin with them."""
    rulebook = town.container.rulebook
    rulebook.put(made(rulebook.rules("korolev")))
    assert town.engine.ticker.run_once()


def changing(town: Spine) -> Changeover | None:
    with town.container.db.reading() as session:
        return session.get(Changeover, "korolev")


def assert_settled(town: Spine) -> None:
    found = numbers(shown(town))
    assert found == with_zeros(recounted(town), {code for code, _, _ in found})
    assert_proven(town)
    with town.container.db.reading() as session:
        assert session.scalars(select(FrozenShare)).all() == []
        assert session.scalars(select(Subject.id).where(Subject.by_old_rules)).all() == []


def test_figures_are_the_old_ones_until_the_last_is_judged(town: Spine) -> None:
    before = shown(town)
    new = with_zeros(
        recounted(town, everybody_counts(town.container.rulebook.rules("korolev"))),
        {figure.indicator.code for figure in before},
    )
    assert new != numbers(before)

    change(town, everybody_counts)
    moved = set()
    while town.engine.folder.judge_subjects():
        town.engine.ticker.run_once()
        found = changing(town)
        if found is not None:
            assert shown(town) == before
            moved.add(found.remaining)
            with town.container.db.reading() as session:
                moved.add(-(session.scalar(select(func.sum(Share.achieved))) or 0))

    assert len([count for count in moved if count < 0]) > 2, "live shares move meanwhile"
    assert len([count for count in moved if count > 0]) > 2, "progress is told"
    town.engine.settle()
    assert numbers(shown(town)) == new
    assert_settled(town)


def test_deliveries_go_on_and_show_with_the_new_figures(town: Spine) -> None:
    before = shown(town)
    change(town, everybody_counts)
    town.engine.folder.judge_subjects()
    at = datetime(2026, 11, 21, 8, 0)
    told = [graded(who, 2, at, 0.9, 0.9, timedelta(days=3)) for who in ("K1", "K4", "Z2")]
    town.post(arrivals([{"id": f"x{n}", "seq": 90 + n, **one} for n, one in enumerate(told)]))
    assert town.engine.folder.fold_deliveries()
    with town.container.db.reading() as session:
        assert set(session.scalars(select(Delivery.state))) <= {"done", "set_aside", "parked"}
    assert shown(town) == before
    town.drain()
    assert_settled(town)


def test_rules_that_change_again_begin_anew_with_the_first_figures(town: Spine) -> None:
    before = shown(town)
    change(town, everybody_counts)
    since = changing(town)
    town.engine.folder.judge_subjects()
    change(town, one_fewer)
    found = changing(town)
    assert since is not None
    assert found is not None
    assert (found.since, found.remaining) == (since.since, found.total)
    kept = {one.indicator.code for one in shown(town)}
    assert numbers(shown(town)) == {k: v for k, v in numbers(before).items() if k[0] in kept}
    town.drain()
    assert_settled(town)


def test_a_day_that_begins_meanwhile_waits_with_its_figures(town: Spine) -> None:
    before = shown(town)
    change(town, everybody_counts)
    town.engine.folder.judge_subjects()
    town.clock.move_to(town.clock.now() + timedelta(days=1))
    assert town.engine.ticker.run_once()
    assert shown(town) == before
    assert {figure.as_of for figure in before} == {date(2026, 11, 23)}
    town.drain()
    assert {figure.as_of for figure in shown(town)} == {date(2026, 11, 24)}
    assert_settled(town)


def test_a_year_that_begins_meanwhile_has_its_own_figures(town: Spine) -> None:
    change(town, everybody_counts)
    town.engine.folder.judge_subjects()
    town.clock.move_to(datetime.fromisoformat("2027-01-01T09:00:00Z"))
    town.engine.ticker.run_once()
    found = numbers(shown(town))
    assert found == with_zeros(recounted(town), {code for code, _, _ in found})
    town.drain()
    assert_settled(town)


def test_two_ticks_and_a_death_in_the_middle_do_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with spine(tmp_path / "town") as town:
        town.import_everything()
        town.post(arrivals(EVENTS))
        town.drain()
        monkeypatch.setattr(fold, "BATCH", 3)
        before = shown(town)
        change(town, everybody_counts)
        town.engine.folder.judge_subjects()
        rules = town.container.rulebook.rules("korolev")
        now = town.clock.now()
    with opened_again(tmp_path / "town", now) as again:
        again.container.rulebook.put(rules)
        c = again.container
        other = Ticker(c.db, c.rulebook, c.settings, again.clock)
        assert shown(again) == before
        while again.engine.folder.judge_subjects():
            again.engine.ticker.run_once()
            other.run_once()
        other.run_once()
        assert numbers(shown(again)) != numbers(before)
        again.drain()
        assert_settled(again)


def behind(town: Spine) -> Folder:
    """A worker that knows the former rules only."""
    c = town.container
    rulebook = Rulebook.open()
    return Folder(c.db, rulebook, Settings(rulebook), c.clock)


def test_a_worker_that_knows_other_rules_writes_nothing(town: Spine) -> None:
    change(town, everybody_counts)
    old = behind(town)
    assert old.judge_subjects() == 0
    told = graded("K1", 2, datetime(2026, 11, 21, 8, 0), 0.1, 0.1, timedelta(days=3))
    town.post(arrivals([{"id": "x", "seq": 99, **told}]))
    old.fold_deliveries()
    with town.container.db.reading() as session:
        rows = session.execute(
            select(Delivery.state, Delivery.reason).where(Delivery.state == "ready")
        ).all()
        assert [tuple(row) for row in rows] == [("ready", "rules_outdated")]
    town.drain()
    assert_settled(town)


def test_rules_that_come_into_force_while_a_worker_judges_refuse_it(
    town: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = graded("K1", 2, datetime(2026, 11, 21, 8, 0), 0.9, 0.9, timedelta(days=3))
    town.post(arrivals([{"id": "x", "seq": 99, **told}]))
    judge, left, old = FoldService.judge, [1], behind(town)

    def judged(self: FoldService, batch: Batch) -> list[Folded]:
        outcomes = judge(self, batch)
        if left[0]:
            left[0] = 0
            change(town, everybody_counts)
        return outcomes

    monkeypatch.setattr(FoldService, "judge", judged)
    old.fold_deliveries()
    with town.container.db.reading() as session:
        marked = session.scalar(
            select(func.count()).select_from(Subject).where(Subject.by_old_rules)
        )
    found = changing(town)
    assert found is not None
    assert marked == found.total, "nobody was judged by the former rules"
    town.drain()
    assert_settled(town)


def test_one_whose_records_trip_us_over_holds_nobody_up(
    town: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with town.container.db.reading() as session:
        code = session.scalar(select(Subject.code).where(Subject.kind == "school"))

    judge = FoldService.judge

    def judged(self: FoldService, batch: Batch) -> list[Folded]:
        if any(one.row.code == code for one in batch.subjects):
            raise ZeroDivisionError
        return judge(self, batch)

    change(town, everybody_counts)
    monkeypatch.setattr(FoldService, "judge", judged)
    while town.engine.folder.judge_subjects():
        pass
    town.engine.ticker.run_once()
    assert changing(town) is None


def test_a_proof_holds_at_every_moment(town: Spine) -> None:
    change(town, one_fewer)
    while town.engine.folder.judge_subjects():
        assert differences(town.container, "korolev") == []
        town.engine.ticker.run_once()


def test_an_indicator_that_comes_has_no_figure_before_everybody_is_judged(town: Spine) -> None:
    change(town, one_fewer)
    town.drain()
    fewer = {figure.indicator.code for figure in shown(town)}
    rulebook = town.container.rulebook
    more = Rulebook.open().rules("korolev")
    indicators = tuple(replace(one, kind=IndicatorKind.COUNT) for one in more.indicators)
    before = shown(town)
    rulebook.put(replace(more, digest="c" * 64, indicators=indicators))
    town.engine.ticker.run_once()

    assert {figure.indicator.code for figure in shown(town)} == fewer
    kinds = {figure.indicator.code: figure.indicator.kind for figure in shown(town)}
    assert kinds == {one.indicator.code: one.indicator.kind for one in before}, "read as before"
    town.drain()
    assert {figure.indicator.code for figure in shown(town)} > fewer
    assert {figure.indicator.kind for figure in shown(town)} == {IndicatorKind.COUNT}


def test_progress_is_told_to_whoever_watches(town: Spine) -> None:
    change(town, everybody_counts)
    town.engine.folder.judge_subjects()
    town.engine.ticker.run_once()
    found = changing(town)
    assert found is not None
    assert 0 < found.remaining < found.total
    told = create_app(town.container).test_client().get("/metrics").text
    assert f'connector_rules_changing{{municipality="korolev"}} {found.remaining}.0' in told
    sentence = changing_told(found)
    assert f"пересчитано {found.total - found.remaining} из {found.total}" in sentence
