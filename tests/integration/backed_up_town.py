"""A connector that goes on receiving and folding while something else is done to its database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from tests.integration.spine.native_stream import arrivals, busy_year
from tests.integration.spine.spine_town import Spine


class Load:
    """answered: keys of events whose receipt was confirmed, in that order."""

    def __init__(self, town: Spine) -> None:
        self.answered: list[str] = []
        self.faults: list[BaseException] = []
        self._town = town
        self._stopping = threading.Event()
        self._events = busy_year(5000, seed=3)
        self._threads = [
            threading.Thread(target=self._watched, args=(work,))
            for work in (self._receive, self._fold)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(60)

    def _watched(self, work: object) -> None:
        try:
            work()  # type: ignore[operator]
        # Told to the thread that pytest watches.
        except BaseException as fault:
            self.faults.append(fault)

    def _receive(self) -> None:
        for at in count(0, 5):
            if self._stopping.is_set():
                return
            batch = self._events[at % 4995 :][:5]
            self._town.post(arrivals(batch))
            self.answered += [str(event["id"]) for event in batch]

    def _fold(self) -> None:
        while not self._stopping.is_set():
            if not self._town.engine.folder.run_once():
                self._stopping.wait(0.01)


@contextmanager
def under_load(town: Spine) -> Iterator[Load]:
    load = Load(town)
    load.start()
    try:
        yield load
    finally:
        load.stop()
    assert load.faults == []
