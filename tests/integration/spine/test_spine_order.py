"""The same deliveries in any order, batching and number of workers: the same, byte for byte.

Every example is lived through twice: plainly, and in a way drawn by hypothesis.
"""

import random
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.integration.spine.native_stream import Event, arrivals, streams
from tests.integration.spine.spine_town import (
    MUNICIPALITIES,
    Spine,
    catalogue,
    people,
    spine,
)
from tests.integration.spine.state_of import assert_proven, state_of
from tests.services.copies import Copies

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Way:
    """How a stream arrives. imported: before which part of it (0..3) each import comes."""

    seed: int
    repeats: int
    size: int
    workers: int
    people_at: int
    catalogue_at: int
    drains: bool


ways = st.builds(
    Way,
    seed=st.integers(0, 2**32),
    repeats=st.integers(1, 2),
    size=st.sampled_from((1, 7, 100)),
    workers=st.sampled_from((1, 4)),
    people_at=st.integers(0, 3),
    catalogue_at=st.integers(0, 3),
    drains=st.booleans(),
)


def plainly(town: Spine, events: list[Event]) -> dict[str, list[str]]:
    town.import_everything()
    town.post(arrivals(events))
    town.drain()
    return state_of(town)


def this_way(town: Spine, events: list[Event], way: Way) -> dict[str, list[str]]:
    mixed = events * way.repeats
    random.Random(way.seed).shuffle(mixed)
    third = len(mixed) // 3 + 1
    for part in range(4):
        if way.people_at == part:
            for municipality in MUNICIPALITIES:
                town.import_sheets(municipality, people(municipality))
        if way.catalogue_at == part:
            for municipality in MUNICIPALITIES:
                town.import_sheets(municipality, catalogue(municipality))
        here = mixed[part * third : (part + 1) * third]
        for at in range(0, len(here), way.size):
            town.post(arrivals(here[at : at + way.size]))
            if way.drains and at % 3 == 0:
                town.engine.folder.run_once()
        if way.drains:
            town.drain(way.workers)
    town.drain(way.workers)
    return state_of(town)


def compared(expected: dict[str, list[str]], got: dict[str, list[str]]) -> None:
    for table, rows in expected.items():
        extra, missing = sorted(set(got[table]) - set(rows)), sorted(set(rows) - set(got[table]))
        assert got[table] == rows, f"{table}\n+ {extra}\n- {missing}"


@settings(
    max_examples=max(4, settings.default.max_examples // 15),
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(events=streams(), way=ways)
def test_any_order_batching_and_number_of_workers_on_sqlite(events: list[Event], way: Way) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one, other = Path(folder) / "one", Path(folder) / "other"
        with spine(one) as town:
            expected = plainly(town, events)
            assert_proven(town)
        with spine(other) as town:
            got = this_way(town, events, way)
            assert_proven(town)
        compared(expected, got)


@settings(
    max_examples=max(2, settings.default.max_examples // 30),
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(events=streams(), way=ways)
def test_any_order_batching_and_number_of_workers_on_postgres(
    migrated_copies: Copies, events: list[Event], way: Way
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        migrated_copies.lent() as url,
    ):
        with spine(Path(folder) / "one") as town:
            expected = plainly(town, events)
        with spine(Path(folder) / "other", url) as town:
            got = this_way(town, events, way)
            assert_proven(town)
        compared(expected, got)
