"""Processor time of other processes, in seconds: it does not lie while others use the machine."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def family(pid: int) -> list[int]:
    """The process and all that descend from it at present."""
    found = [pid]
    for parent in found:
        found.extend(_children(parent))
    return found


def _children(pid: int) -> Iterator[int]:
    for task in _tasks(pid):
        # A thread or process may end while it is looked at.
        with contextlib.suppress(OSError):
            yield from (int(child) for child in (task / "children").read_text().split())


def _tasks(pid: int) -> list[Path]:
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []


def used(*pids: int) -> float:
    """By the processes, those that descend from them, and those of them that have ended."""
    return sum(_of_one(pid) for parent in pids for pid in family(parent))


def _of_one(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    numbers = text.rpartition(")")[2].split()
    # utime, stime, and the same of children that were waited for.
    return sum(int(number) for number in numbers[11:15]) * TICK_S


def resident_mib(pid: int) -> float:
    """Resident memory of one process; 0 for one that is gone."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except OSError:
        return 0.0
    return int(pages) * PAGE_BYTES / 2**20


def private_mib(pid: int) -> float:
    """What the process alone keeps in memory: pages shared since a fork are not counted."""
    total = 0
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(("Private_Clean", "Private_Dirty")):
                total += int(line.split()[1])
    return total / 1024


class Meter:
    """Processor time from its making on, by a name for each group of processes."""

    def __init__(self, groups: dict[str, Iterable[int]]) -> None:
        self._groups = {name: list(pids) for name, pids in groups.items()}
        self._begun = self._now()

    def _now(self) -> dict[str, float]:
        return {name: used(*pids) for name, pids in self._groups.items()}

    def read(self) -> dict[str, float]:
        now = self._now()
        return {name: now[name] - self._begun[name] for name in now}
