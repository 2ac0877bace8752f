"""Group commit: who waits together is stored together, and harms nobody else."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from connector.errors import StorageUnavailable
from connector.runtime import grouping
from connector.runtime.grouping import Grouping


class Store:
    """Keeps numbers and gives back their doubles. held: keeps the first group waiting.

    bad: refused with a ValueError. is_away: everything is refused with StorageUnavailable.
    """

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.kept: list[int] = []
        self.bad: set[int] = set()
        self.is_away = False
        self.entered = Event()
        self.open = Event()
        self.open.set()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.groups.append(list(numbers))
        self.entered.set()
        assert self.open.wait(20)
        if self.is_away:
            raise StorageUnavailable("away")
        if self.bad.intersection(numbers):
            raise ValueError("bad")
        self.kept += numbers
        return [number * 2 for number in numbers]


class Told:
    """What became of each number."""

    def __init__(self) -> None:
        self.outcomes: dict[int, list[int | StorageUnavailable]] = {}

    def by(self, number: int, outcome: int | StorageUnavailable) -> None:
        self.outcomes.setdefault(number, []).append(outcome)

    def submit(self, group: Grouping[int, int], numbers: Sequence[int], size: int = 1) -> None:
        for number in numbers:
            group.submit(number, size, lambda outcome, n=number: self.by(n, outcome))

    def waits_for(self, count: int) -> bool:
        ends_at = monotonic() + 10
        while len(self.outcomes) < count and monotonic() < ends_at:
            sleep(0.002)
        return len(self.outcomes) == count


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store()
    yield made
    made.open.set()


def hold(store: Store, group: Grouping[int, int], told: Told) -> None:
    """The thread is at the number 0 and stays there until the store is opened."""
    store.open.clear()
    told.submit(group, [0])
    assert store.entered.wait(10)


def test_those_that_wait_together_are_one_group_in_their_order(store: Store) -> None:
    group, told = Grouping(store), Told()
    hold(store, group, told)
    told.submit(group, range(1, 17))
    store.open.set()

    assert told.waits_for(17)
    assert store.groups == [[0], list(range(1, 17))]
    assert told.outcomes == {number: [number * 2] for number in range(17)}


def test_those_that_were_answered_together_are_waited_for_a_moment(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "LINGER_S", 10.0)
    group, told = Grouping(store), Told()
    hold(store, group, told)
    told.submit(group, [1, 2])
    store.open.set()
    # A group of one, while two more came: three are expected now.
    assert told.waits_for(1)
    told.submit(group, [3])
    assert told.waits_for(4)
    assert store.groups == [[0], [1, 2, 3]]


def test_who_was_waited_for_in_vain_keeps_nobody_long(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "LINGER_S", 0.05)
    group, told = Grouping(store), Told()
    hold(store, group, told)
    told.submit(group, [1, 2, 3])
    store.open.set()
    assert told.waits_for(4)

    assert group.stored(4, 1) == 8
    # Alone from now on, and nobody else is expected.
    monkeypatch.setattr(grouping, "LINGER_S", 60.0)
    assert group.stored(5, 1) == 10


def test_one_bad_member_fails_alone(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    group, told = Grouping(store), Told()
    store.bad = {3}
    hold(store, group, told)
    told.submit(group, range(1, 6))
    store.open.set()

    assert told.waits_for(6)
    assert store.kept == [0, 1, 2, 4, 5]
    assert [type(one) for one in told.outcomes[3]] == [StorageUnavailable]
    assert told.outcomes[4] == [8]
    assert "store.refused" in caplog.text


def test_a_storage_that_is_away_is_asked_once_for_the_whole_group(store: Store) -> None:
    group, told = Grouping(store), Told()
    hold(store, group, told)
    told.submit(group, range(1, 6))
    store.is_away = True
    store.open.set()

    assert told.waits_for(6)
    assert store.groups == [[0], [1, 2, 3, 4, 5]]
    assert store.kept == []
    assert all(isinstance(one, StorageUnavailable) for (one,) in told.outcomes.values())


def test_a_storage_that_goes_away_amid_single_members_is_not_asked_for_the_rest(
    store: Store,
) -> None:
    def fragile(numbers: Sequence[int]) -> list[int]:
        store.is_away = list(numbers) == [2]
        return store(numbers)

    group, told = Grouping(fragile), Told()
    store.bad = {3}
    hold(store, group, told)
    told.submit(group, range(1, 6))
    store.open.set()

    assert told.waits_for(6)
    assert store.kept == [0, 1]
    assert store.groups[1:] == [[1, 2, 3, 4, 5], [1], [2]]


def test_the_thread_lives_on_after_a_fault_and_ends_when_idle(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "IDLE_S", 0.05)
    group = Grouping(store)
    store.bad = {1}
    with pytest.raises(StorageUnavailable):
        group.stored(1, 1)
    assert group.stored(2, 1) == 4
    ends_at = monotonic() + 10
    while group._thread is not None and monotonic() < ends_at:
        sleep(0.01)
    assert group._thread is None
    assert group.stored(3, 1) == 6


def test_too_many_waiting_are_refused_at_once_and_the_rest_drains(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "MOST_WAITING", 10)
    group, told = Grouping(store), Told()
    hold(store, group, told)
    told.submit(group, range(1, 11))
    with pytest.raises(StorageUnavailable):
        told.submit(group, [11])
    store.open.set()

    assert told.waits_for(11)
    assert group.stored(12, 1) == 24
    assert store.kept == [*range(11), 12]


def test_too_many_bytes_waiting_are_refused_and_given_back(store: Store) -> None:
    group = Grouping(store)
    half = grouping.MOST_WAITING_BYTES // 2
    for _round in range(3):
        told = Told()
        store.entered.clear()
        hold(store, group, told)
        told.submit(group, [1, 2], half)
        with pytest.raises(StorageUnavailable):
            told.submit(group, [3])
        store.open.set()
        assert told.waits_for(3)


def test_a_group_keeps_to_its_limits(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MOST_GROUPED", 3)
    monkeypatch.setattr(grouping, "MOST_GROUPED_BYTES", 100)
    group, told = Grouping(store), Told()
    hold(store, group, told)
    told.submit(group, range(1, 5))
    told.submit(group, range(5, 8), size=60)
    told.submit(group, [8], size=1000)
    store.open.set()

    assert told.waits_for(9)
    assert store.groups == [[0], [1, 2, 3], [4, 5], [6], [7], [8]]


def test_nobody_waits_for_ever_behind_a_storage_that_hangs(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "WAIT_S", 0.2)
    group, told = Grouping(store), Told()
    hold(store, group, told)
    with ThreadPoolExecutor(1) as others:
        waiting = others.submit(group.stored, 1, 1)
        with pytest.raises(StorageUnavailable):
            waiting.result(10)
    assert [type(one) for one in told.outcomes[0]] == [StorageUnavailable]
    with pytest.raises(StorageUnavailable):
        told.submit(group, [2])

    store.open.set()
    assert Grouping(store).stored(3, 1) == 6
    ends_at = monotonic() + 10
    while store.kept != [3, 0] and store.kept != [0, 3] and monotonic() < ends_at:
        sleep(0.01)
    # Who was given up is not told a second time, and what had left the queue is not stored.
    assert len(told.outcomes[0]) == 1
    assert group.stored(4, 1) == 8
    assert 1 not in store.kept


def test_many_threads_each_get_their_own_outcome(store: Store) -> None:
    group = Grouping(store)
    found: dict[int, int] = {}

    def post(start: int) -> None:
        for number in range(start, start + 50):
            found[number] = group.stored(number, 1)

    threads = [Thread(target=post, args=(start,)) for start in range(0, 800, 50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert found == {number: number * 2 for number in range(800)}
    assert sorted(store.kept) == list(range(800))


def test_a_crowd_is_told_from_senders_that_come_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, told = Store(), Told()
    group: Grouping[int, int] = Grouping(store)
    assert group.crowd() == 1
    store.open.clear()
    told.submit(group, range(9))
    store.open.set()
    assert told.waits_for(9)
    assert group.crowd() > 1
    monkeypatch.setattr(grouping, "CROWD_S", 0.0)
    assert group.crowd() == 1
