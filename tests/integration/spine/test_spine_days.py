"""What time alone does: days that begin, ticks that slept or run twice, the year's turn."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from connector.domain.periods import parse_period
from connector.models import Membership, Notice, Share, Subject, Tenant
from connector.rulebook import MunicipalityRules, Rulebook
from connector.runtime.tick import Ticker
from connector.services.figures.figures import FigureService
from tests.integration.spine.native_stream import arrivals, event, graded
from tests.integration.spine.spine_town import MUNICIPALITIES, Spine, spine
from tests.integration.spine.state_of import assert_proven, state_of

BEFORE_THE_TURN = datetime(2026, 12, 31, 20, 30, tzinfo=UTC)
"""Half past eleven in the evening in both municipalities."""
OWN = Tenant.municipality.in_(MUNICIPALITIES)
"""Others that are installed live in other time zones."""


def ticker(town: Spine) -> Ticker:
    c = town.container
    return Ticker(c.db, c.rulebook, c.settings, town.clock)


def judged_on(town: Spine) -> set[date | None]:
    with town.container.db.reading() as session:
        return set(session.scalars(select(Tenant.judged_on).where(OWN)))


def shares_of(town: Spine, period: str) -> list[tuple[object, ...]]:
    with town.container.db.reading() as session:
        rows = session.scalars(
            select(Share).where(Share.period == period, Share.municipality.in_(MUNICIPALITIES))
        )
        return sorted(
            (r.municipality, r.indicator, r.slice_kind, r.slice_code, r.population, r.achieved)
            for r in rows
            if r.population or r.achieved
        )


def versions(town: Spine) -> dict[int, int]:
    with town.container.db.reading() as session:
        return dict(
            session.execute(
                select(Subject.id, Subject.version).where(Subject.municipality.in_(MUNICIPALITIES))
            ).all()
        )


def test_one_municipalitys_trouble_stops_nobody_elses_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with spine(tmp_path / "town") as town:
        rulebook = town.container.rulebook
        rules = type(rulebook).rules

        def trips(self: Rulebook, code: str) -> MunicipalityRules:
            if code == "korolev":
                raise RuntimeError(code)
            return rules(self, code)

        monkeypatch.setattr(Rulebook, "rules", trips)
        ticker(town).run_once()
        with town.container.db.reading() as session:
            assert session.scalars(select(Tenant.municipality).where(OWN)).all() == ["kuznetsk"]


def test_two_ticks_do_no_harm(tmp_path: Path) -> None:
    with spine(tmp_path / "town") as town:
        town.import_everything()
        town.drain()
        before = state_of(town)
        one, other = ticker(town), ticker(town)
        town.clock.move_to(town.clock.now() + timedelta(days=1))
        for _ in range(3):
            one.run_once()
            other.run_once()
            town.engine.folder.run_once()
        town.drain()

        assert judged_on(town) == {date(2026, 11, 24)}
        assert state_of(town)["shares"] == before["shares"]
        keys = [row.split('", "')[1] for row in state_of(town)["notices"]]
        assert len(keys) == len(set(keys))
        assert_proven(town)


def test_a_tick_that_slept_two_days_catches_up(tmp_path: Path) -> None:
    """Stalls come up on a day on which nobody was awake."""
    with spine(tmp_path / "awake") as awake, spine(tmp_path / "asleep") as asleep:
        for town in (awake, asleep):
            town.clock.move_to(datetime(2026, 9, 28, 7, 0, tzinfo=UTC))
            town.import_everything()
            town.drain()
        for day in range(1, 12):
            awake.clock.move_to(datetime(2026, 9, 28, 7, 0, tzinfo=UTC) + timedelta(days=day))
            awake.engine.settle()
        asleep.clock.move_to(awake.clock.now() - timedelta(days=2))
        asleep.engine.settle()
        asleep.clock.move_to(awake.clock.now())
        asleep.engine.settle()

        for table in ("profiles", "memberships", "shares"):
            assert state_of(asleep)[table] == state_of(awake)[table], table
        assert stalled(asleep) == stalled(awake) != set()
        assert_proven(asleep)
        assert_proven(awake)


def stalled(town: Spine) -> set[str]:
    with town.container.db.reading() as session:
        return set(
            session.scalars(
                select(Notice.key).where(Notice.kind == "route_stalled", Notice.role == "methodist")
            )
        )


def test_the_years_turn_judges_everybody_and_keeps_last_years_figures(tmp_path: Path) -> None:
    with spine(tmp_path / "town", now=BEFORE_THE_TURN) as town:
        town.import_everything()
        at = datetime(2026, 11, 20, 8, 0)
        told = [
            graded("K1", 1, at, 0.9, 0.9),
            graded("K2", 1, at, 0.2, 0.9),
            event("course.completed", "K2", at, completed_at="2026-12-30T08:00:00Z"),
            graded("Z1", 1, at, 0.9, 0.9),
        ]
        town.post(arrivals([{"id": f"e{n}", "seq": n, **one} for n, one in enumerate(told, 1)]))
        town.drain()
        last_year, before = shares_of(town, "2026"), versions(town)
        assert any(row[1] == "korolev.diagnosed" and row[5] for row in last_year)
        assert shares_of(town, "2027") == []

        town.clock.move_to(BEFORE_THE_TURN + timedelta(minutes=40))
        town.drain()

        assert judged_on(town) == {date(2027, 1, 1)}
        assert all(version > before[id_] for id_, version in versions(town).items())
        assert shares_of(town, "2026") == last_year
        with town.container.db.reading() as session:
            periods = set(session.scalars(select(Membership.period)))
            figures = FigureService(session, town.container.rulebook, town.clock.now())
            year = {
                f.indicator.code: (f.population, f.achieved)
                for f in figures.figures("korolev", parse_period("2026"))
            }
            new = {
                f.indicator.code: (f.achieved, f.previous_share)
                for f in figures.figures("korolev", parse_period("2027"))
            }
        assert {"2026", "2027"} <= periods
        assert year["korolev.diagnosed"] == (7, 2)
        assert new["korolev.diagnosed"] == (0, 0.2857)
        assert_proven(town)


def test_a_late_event_of_last_year_still_counts_in_it(tmp_path: Path) -> None:
    with spine(tmp_path / "town", now=BEFORE_THE_TURN) as town:
        town.import_everything()
        town.drain()
        town.clock.move_to(BEFORE_THE_TURN + timedelta(hours=9))
        town.drain()
        late = graded("K1", 1, datetime(2026, 12, 31, 20, 59, 59), 0.9, 0.9)
        town.post(arrivals([{"id": "e1", "seq": 1, **late}]))
        town.drain()

        diagnosed = {
            row[5] for row in shares_of(town, "2026") if row[1:3] == ("korolev.diagnosed", "whole")
        }
        assert diagnosed == {1}
        assert_proven(town)
