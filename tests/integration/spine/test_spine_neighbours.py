"""Two workers on neighbouring batches that share rows which are not there yet (PostgreSQL).

`FOR UPDATE` cannot lock a row that does not exist, so whoever locks first and inserts afterwards
counts both batches once. The workers are brought to the same place at the same time: chance would
let a wrong order pass now and then.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from connector.models import Share
from connector.runtime import fold
from connector.runtime.fold import Folder
from connector.services.folding import memberships
from connector.services.folding.folding import Batch, Folded, FoldService
from connector.services.folding.memberships import ShareKey, add_to_shares
from tests.integration.spine.native_stream import arrivals, busy_year
from tests.integration.spine.spine_town import Spine, spine
from tests.integration.spine.state_of import assert_proven
from tests.services.ports import wait_until

PATIENCE_S = 20.0
KEYS: tuple[ShareKey, ...] = tuple(
    ("korolev", "korolev.programmes", "2026", "school", f"K{n}") for n in range(3)
)


@pytest.fixture
def town(postgres_url: str, tmp_path: Path) -> Iterator[Spine]:
    with spine(tmp_path / "town", postgres_url) as made:
        yield made


def counted(town: Spine) -> dict[str, tuple[int, int]]:
    with town.container.db.reading() as session:
        rows = session.scalars(select(Share).where(Share.slice_kind == "school")).all()
    return {row.slice_code: (row.population, row.achieved) for row in rows}


def someone_waits(town: Spine) -> bool:
    query = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with town.container.db.reading() as session:
        return bool(session.execute(query).scalar_one())


def test_both_of_two_who_add_to_the_same_new_rows_are_counted(town: Spine) -> None:
    db = town.container.db
    faults: list[Exception] = []

    def add_behind() -> None:
        try:
            with db.writing() as session:
                add_to_shares(session, dict.fromkeys(KEYS, (10, 5)))
        # Told below, in the thread that pytest watches.
        except Exception as fault:
            faults.append(fault)

    behind = threading.Thread(target=add_behind)
    with db.writing() as session:
        add_to_shares(session, dict.fromkeys(KEYS, (1, 1)))
        behind.start()
        # Whatever it does first, it comes to where the rows of the first are in its way.
        wait_until(lambda: someone_waits(town) or not behind.is_alive(), PATIENCE_S)
    behind.join(PATIENCE_S)

    assert faults == []
    assert counted(town) == {"K0": (11, 6), "K1": (11, 6), "K2": (11, 6)}


def test_a_towns_first_batches_are_judged_by_two_workers_at_once(
    town: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.import_everything()
    # Units have shares of their own; of one town's teachers each batch counts in the same ones.
    mark(town, False, "kind <> 'staff' OR municipality <> 'korolev'")
    monkeypatch.setattr(fold, "BATCH", 3)
    add, first = memberships.add_to_shares, threading.Lock()

    def added(session: Session, deltas: Mapping[ShareKey, Sequence[int]]) -> None:
        is_first = first.acquire(blocking=False)
        add(session, deltas)
        if is_first:
            # Its new rows are there for nobody yet, and the other worker is about to meet them.
            wait_until(lambda: someone_waits(town), 2.0)

    monkeypatch.setattr(memberships, "add_to_shares", added)
    together(town, monkeypatch, lambda folder: folder.judge_subjects())

    assert counted(town), "nothing was judged"
    mark(town, True, "true")
    town.drain()
    assert_proven(town)


def test_the_same_new_people_stand_in_both_of_two_batches(
    town: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.import_everything()
    town.post(arrivals(busy_year(40, seed=3)))
    monkeypatch.setattr(fold, "BATCH", 20)

    together(town, monkeypatch, lambda folder: folder.fold_deliveries())

    town.drain()
    assert_proven(town)


def mark(town: Spine, dirty: bool, which: str) -> None:
    with town.container.db.writing() as session:
        session.execute(text(f"UPDATE subjects SET dirty = {dirty} WHERE {which}"))


def together(town: Spine, monkeypatch: pytest.MonkeyPatch, work: Callable[[Folder], int]) -> None:
    """Two workers take a batch each; neither writes before both have read and judged."""
    judge, both = FoldService.judge, threading.Barrier(2)
    met = threading.local()

    def judged(self: FoldService, batch: Batch) -> list[Folded]:
        outcomes = judge(self, batch)
        if not getattr(met, "once", False):
            met.once = True
            both.wait(PATIENCE_S)
        return outcomes

    taken: list[int] = []
    c = town.container

    def run() -> None:
        taken.append(work(Folder(c.db, c.rulebook, c.settings, c.clock)))

    with monkeypatch.context() as patched:
        patched.setattr(FoldService, "judge", judged)
        workers = [threading.Thread(target=run) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(PATIENCE_S)
    assert all(taken), "one of them found nothing to do"
    assert len(taken) == 2
