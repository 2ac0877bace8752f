"""Rules, events, days, ticks and workers in any order: a figure is the old one or the new one."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from connector.cli.figures import differences
from connector.domain.because import SliceKind
from connector.models import Changeover, FrozenShare, Share, Subject, Tenant
from connector.rulebook import MunicipalityRules, Rulebook
from connector.runtime import fold
from connector.runtime.fold import Folder
from connector.runtime.tick import Ticker
from connector.services.cases.setting import Settings
from tests.integration.rules.changed_rules import Numbers, numbers, recounted, shown, with_zeros
from tests.integration.spine.native_stream import arrivals, busy_year
from tests.integration.spine.spine_town import NOW, Spine, opened_again, spine
from tests.integration.spine.state_of import assert_proven

PERIOD = "2026"
EVENTS = busy_year(120, seed=11)

Change = tuple[int, int]
"""Which indicators the rules have, and which of them count their whole population; as bits."""


def changed(rules: MunicipalityRules, change: Change) -> MunicipalityRules:
    has, counts = change
    chosen = [one for n, one in enumerate(rules.indicators) if has >> n & 1] or [
        rules.indicators[0]
    ]
    indicators = tuple(
        replace(one, achieved=one.population) if counts >> n & 1 else one
        for n, one in enumerate(chosen)
    )
    digest = hashlib.sha256(repr(change).encode()).hexdigest()
    return replace(rules, digest=digest, indicators=indicators)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two towns at rest; to be copied."""
    folder = tmp_path_factory.mktemp("prepared")
    with spine(folder) as town:
        town.import_everything()
        town.post(arrivals(EVENTS[:30]))
        town.drain()
    return folder


class World:
    """A town in which things happen, one after the other."""

    def __init__(self, town: Spine) -> None:
        self.town = town
        self.original = town.container.rulebook.rules("korolev")
        self.told = 30
        self.frozen: Numbers | None = None
        c = town.container
        # A worker and a tick that never hear of other rules.
        self.behind = Rulebook.open()
        self.old_worker = Folder(c.db, self.behind, Settings(self.behind), c.clock)
        self.other_tick = Ticker(c.db, c.rulebook, c.settings, c.clock)

    def happens(self, what: str, change: Change) -> None:
        engine = self.town.engine
        happenings: dict[str, Callable[[], object]] = {
            "rules": lambda: self.town.container.rulebook.put(changed(self.original, change)),
            "events": self._events,
            "fold": engine.folder.fold_deliveries,
            "judge": engine.folder.judge_subjects,
            "old worker": self.old_worker.run_once,
            "tick": lambda: self._ticks(engine.ticker),
            "other tick": lambda: self._ticks(self.other_tick),
            "day": lambda: self.town.clock.move_to(self.town.clock.now() + timedelta(days=1)),
        }
        happenings[what]()

    def _events(self) -> None:
        self.town.post(arrivals(EVENTS[self.told : self.told + 5]))
        self.told += 5

    def _ticks(self, ticker: Ticker) -> None:
        before, live = self._changeover(), self._shares(Share)
        ticker.run_once()
        after = self._changeover()
        if before is None and after is not None:
            self.frozen = live
        elif after is None:
            self.frozen = None

    def is_whole(self) -> None:
        """What anybody who looks sees now is of the old rules or of the new ones, not of both."""
        found, changeover = numbers(shown(self.town)), self._changeover()
        codes = {code for code, _, _ in found}
        if changeover is not None:
            assert self.frozen is not None
            expected = {k: n for k, n in self.frozen.items() if k[0] in codes}
            assert self._shares(FrozenShare) == self.frozen
            assert found == with_zeros(expected, codes)
        if not self._is_in_force():
            # Nobody has put the new rules in force yet; this process counts by them, all anew.
            assert changeover is not None or found == with_zeros(recounted(self.town), codes)
            return
        # Whoever is not marked is judged by the new rules, and the shares are the sum of everybody.
        assert differences(self.town.container, "korolev") == []
        if changeover is None:
            with self.town.container.db.reading() as session:
                assert session.scalars(select(Subject.id).where(Subject.by_old_rules)).all() == []

    def _is_in_force(self) -> bool:
        rules = self.town.container.rulebook.rules("korolev")
        today = self.town.clock.now().astimezone(rules.zone).date()
        with self.town.container.db.reading() as session:
            tenant = session.get_one(Tenant, "korolev")
            return (tenant.rules_digest, tenant.judged_on) == (rules.digest, today)

    def _changeover(self) -> datetime | None:
        with self.town.container.db.reading() as session:
            row = session.get(Changeover, "korolev")
            return row.since if row is not None else None

    def _shares(self, table: type[Share] | type[FrozenShare]) -> Numbers:
        """As `numbers` has them: of this year, the whole and those of schools that have anybody."""
        with self.town.container.db.reading() as session:
            rows = session.scalars(
                select(table).where(
                    table.municipality == "korolev",
                    table.period == PERIOD,
                    table.slice_kind.in_((SliceKind.WHOLE, SliceKind.SCHOOL)),
                )
            )
            return {
                (row.indicator, row.slice_kind, row.slice_code): (row.population, row.achieved)
                for row in rows
                if row.population or row.achieved or not row.slice_code
            }


changes = st.tuples(st.integers(1, (1 << 9) - 1), st.integers(1, (1 << 9) - 1))
meanwhile = st.sampled_from(
    ("events", "fold", "judge", "judge", "old worker", "tick", "other tick", "day", "rules")
)


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[str, Change]]:
    """Rules come into force once or twice or thrice, and much happens before everybody is judged by
    them."""
    story: list[tuple[str, Change]] = []
    for _ in range(draw(st.integers(1, 3))):
        story += [("rules", draw(changes)), ("tick", (1, 1)), ("judge", (1, 1))]
        story += [(what, draw(changes)) for what in draw(st.lists(meanwhile, min_size=4))[:10]]
    return story


@settings(
    max_examples=max(4, settings.default.max_examples // 12),
    deadline=None,
    # An example takes seconds, and to shrink one minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(story=stories())
def test_a_figure_is_whole_whatever_happens_in_whichever_order(
    prepared: Path, monkeypatch: pytest.MonkeyPatch, story: list[tuple[str, Change]]
) -> None:
    monkeypatch.setattr(fold, "BATCH", 3)
    with TemporaryDirectory() as above:
        folder = Path(shutil.copytree(prepared, Path(above) / "town"))
        with opened_again(folder, NOW) as town:
            world = World(town)
            for what, change in story:
                world.happens(what, change)
                world.is_whole()
            town.drain()
            found = numbers(shown(town))
            assert found == with_zeros(recounted(town), {code for code, _, _ in found})
            assert_proven(town)
