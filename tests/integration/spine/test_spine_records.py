"""Whatever sheets, events and days come: the figures kept by deltas are those of a recount.

Of every kind of subject, pieces too: a completion that is made, taken back, moved along with its
person, or whose programme becomes another.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.integration.spine.native_stream import arrivals
from tests.integration.spine.random_records import Step, assert_counted_alike, live, steps
from tests.integration.spine.spine_town import Spine
from tests.integration.spine.todzhinsky_town import (
    CATALOGUE,
    EVENTS,
    PEOPLE,
    PLACES,
    RECORDS,
    TODZHINSKY,
    todzhinsky_spine,
)
from tests.services.copies import Copies

as_ofs = st.sampled_from(
    (date(2026, 1, 1), date(2026, 5, 5), date(2026, 11, 20), date(2026, 11, 25))
)


@contextmanager
def town_with_a_past(url: str | None = None) -> Iterator[Spine]:
    with tempfile.TemporaryDirectory() as folder, todzhinsky_spine(Path(folder), url) as town:
        town.import_sheets(TODZHINSKY, {**PLACES, **PEOPLE, **CATALOGUE, **RECORDS})
        told = [{"id": f"e{n}", "seq": n, **one} for n, one in enumerate(EVENTS, 1)]
        town.post(arrivals(told))
        town.drain()
        yield town


def lives(town: Spine, taken: list[tuple[str, Step]], as_of: date) -> None:
    header, *rows = PEOPLE["staff"].splitlines()
    staff = {"": header, **{row.split(",")[0]: row for row in rows}}
    for number, (kind, step) in enumerate(taken, 1000):
        live(town, number, kind, step, staff)
        town.drain()
        assert_counted_alike(town, as_of)


@settings(
    max_examples=5,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(taken=steps, as_of=as_ofs)
def test_deltas_are_the_recount_at_every_step_on_sqlite(
    taken: list[tuple[str, Step]], as_of: date
) -> None:
    with town_with_a_past() as town:
        lives(town, taken, as_of)


@settings(
    max_examples=1,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(taken=steps, as_of=as_ofs)
def test_deltas_are_the_recount_at_every_step_on_postgres(
    migrated_copies: Copies, taken: list[tuple[str, Step]], as_of: date
) -> None:
    with migrated_copies.lent() as url, town_with_a_past(url) as town:
        lives(town, taken, as_of)
