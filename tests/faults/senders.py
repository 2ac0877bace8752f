"""Whoever posts: threads that send each request, as it was, until it is answered 200."""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Sequence

from tests.faults.stream import Key, Parcel
from tests.faults.town_clock import TownClock

PATIENCE_S = 8.0
"""How long an answer is waited for; a process that is frozen gives none."""
PAUSE_S = 0.1
"""Between two tries. Real senders wait longer: more trouble in less time."""


class Senders:
    """acknowledged: the deliveries answered 200. statuses: how often each came; 0 for no answer.
    odd: answers that the contract does not know, or a 503 that does not say when to come again."""

    def __init__(self, port: int, clock: TownClock) -> None:
        self.port = port
        self._clock = clock
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._given_up = threading.Event()
        self._waiting: list[Parcel] = []
        self.acknowledged: set[Key] = set()
        self.statuses: Counter[int] = Counter()
        self.odd: list[str] = []

    def start(self, parcels: Sequence[Parcel], threads: int = 4, pace_s: float = 0.0) -> None:
        """pace_s: what each of the threads rests after a request."""
        with self._lock:
            self._waiting = [*reversed(parcels), *self._waiting]
        for _ in range(threads):
            work = threading.Thread(target=self._work, args=(pace_s,), daemon=True)
            work.start()
            self._threads.append(work)

    @property
    def are_done(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    @property
    def left(self) -> int:
        return len(self._waiting)

    def give_up(self) -> None:
        self._given_up.set()
        for thread in self._threads:
            thread.join(PATIENCE_S + 2)

    def _work(self, pace_s: float) -> None:
        while not self._given_up.is_set():
            with self._lock:
                if not self._waiting:
                    return
                parcel = self._waiting.pop()
            while not self._is_taken(parcel):
                if self._given_up.wait(PAUSE_S):
                    return
            with self._lock:
                self.acknowledged |= parcel.keys
            time.sleep(pace_s)

    def _is_taken(self, parcel: Parcel) -> bool:
        began = self._clock.now()
        status, retry_after = self.post(parcel)
        # A signature grows old within minutes, and the nemesis moves on by more.
        is_old = status == 401 and (self._clock.now() - began).total_seconds() > 60
        with self._lock:
            self.statuses[status] += 1
            odd = status not in (0, 200, 503) or (status == 503 and not retry_after)
            if odd and not is_old:
                self.odd.append(f"{status} at {parcel.path}")
        return status == 200

    def answers(self, path: str) -> int:
        """The status of a page asked for without any ado; 0 for no answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def post(self, parcel: Parcel) -> tuple[int, str | None]:
        """Status and Retry-After."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            headers = parcel.headers(self._clock.now())
            connection.request("POST", parcel.path, parcel.body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.getheader("Retry-After")
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()
