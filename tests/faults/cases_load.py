"""More than can be taken: repeats from everywhere at once, and bursts beyond capacity."""

import threading
import time
from pathlib import Path

from tests.faults.stream import events_of, native_parcel, native_parcels
from tests.faults.town import Town
from tests.faults.town_case import town_case

MOST_MIB = 400
"""Of a web process under a burst; at rest it has about a hundred."""


@town_case("the same delivery 100 times from 20 threads", pace_s=0.05)
def repeated(town: Town) -> None:
    parcel = native_parcel(town.founding.secret, events_of(0), "again")
    town.senders.start([parcel] * 100, threads=20)
    town.wait_for(lambda: town.senders.left == 0)


@town_case("a burst beyond capacity, nobody working", pace_s=0.0)
def burst(town: Town) -> None:
    for worker in town.workers:
        town.kill(worker)
    storm = native_parcels(town.founding.secret, town.chance, most=100) * 20
    town.senders.start(storm, threads=60)
    most = 0.0
    while town.senders.left:
        most = max(most, _resident_mib(town.web.pid))
        time.sleep(0.05)
        if threading.active_count() < 10:
            break
    if most > MOST_MIB:
        town.note(f"web grew to {most:.0f} MiB")


def _resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 2**20
