"""`connector run` on its SQLite file: killed, cut short, out of room, locked out, doubled."""

import os
import resource
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.faults.alone import Alone, alone_case
from tests.faults.points import Point
from tests.faults.stream import events_of, native_parcel, native_parcels, parcels
from tests.faults.write_ahead_log import committed_ends, log_of

POINTS = (
    Point.RECEIVE_BEFORE, Point.RECEIVE_AFTER, Point.CLAIM_AFTER, Point.FOLD_JUDGED,
    Point.FOLD_BEFORE, Point.FOLD_AFTER, Point.RESOLVE_READ, Point.RESOLVE_BEFORE,
    Point.RESOLVE_AFTER, Point.SEND_BEFORE, Point.SEND_SENT, Point.SEND_MARKED, Point.TICK_BEFORE,
)  # fmt: skip
KILLS = 12
LOCKED_S = 7.0
MOST_MIB = 400
"""Of the process under a burst; at rest it has about a hundred."""


@alone_case("nothing happens", pace_s=0.0)
def calm(town: Alone) -> None:
    town.wait_for(lambda: town.senders.left < 60)


def kill_alone_at(town: Alone, points: tuple[Point, ...]) -> None:
    for point in points:
        town.catch(point, 30)
        town.kill(town.web)
        town.points.caught(point).let_go()  # type: ignore[union-attr]
        town.mend()


@alone_case("killed with -9 before and after the commits of receiving")
def killed_receiving(town: Alone) -> None:
    kill_alone_at(town, (Point.RECEIVE_AFTER, Point.RECEIVE_BEFORE, Point.FOLD_BEFORE))


@alone_case("killed with -9 at every marked point", pace_s=0.15)
def killed_everywhere(town: Alone) -> None:
    kill_alone_at(town, POINTS)


@alone_case("killed with -9 at random moments", pace_s=0.05)
def killed_at_random(town: Alone) -> None:
    for _ in range(KILLS):
        time.sleep(town.chance.uniform(0.05, 0.8))
        town.kill(town.web)
        town.mend()


def _damage(town: Alone, round_: int) -> int:
    """Whatever a power cut may do beyond the last commit: nothing there was promised to anybody.
    How many commits the log holds."""
    log = log_of(town.file)
    ends = committed_ends(log) if log.exists() else []
    if not ends:
        return 0
    content = bytearray(log.read_bytes())
    end = ends[-1]
    tail = content[end:]
    match round_ % 4:
        case 0:
            # A frame that was cut while it was being written.
            tail = bytearray(content[end - 4_000 : end - town.chance.randrange(1, 3_999)])
        case 1:
            tail = tail[: town.chance.randrange(len(tail) + 1)]
        case 2:
            for _ in range(min(len(tail), 40)):
                tail[town.chance.randrange(len(tail))] = town.chance.randrange(256)
        case _:
            # A whole frame with the right salts, which was never summed up.
            tail = content[32 : 32 + 24 + 4096] + bytes(700)
    log.write_bytes(content[:end] + tail)
    with suppress(FileNotFoundError):
        # In shared memory, so it does not outlive a power cut.
        town.file.with_name(town.file.name + "-shm").unlink()
    return len(ends)


@alone_case("a torn tail of the log, as a power cut leaves it", short=True, pace_s=0.05)
def torn(town: Alone) -> None:
    commits = 0
    for round_ in range(4):
        time.sleep(town.chance.uniform(0.2, 0.6))
        town.leave_alone()
        town.kill(town.web)
        commits += _damage(town, round_)
        town.mend()
    if not commits:
        town.note("there was no log to damage: nothing was tried")


@alone_case("a disk that lies: the last commits are gone, and told again", pace_s=0.05)
def lied_to(town: Alone) -> None:
    """A disk that calls written what it has only in its memory breaks the promise of 200: commits
    from the end of the log are gone. No database can do anything about it but be whole without
    them; they come back when the senders tell everything once more (deploy/README.md)."""
    time.sleep(1.0)
    town.leave_alone()
    town.kill(town.web)
    ends = committed_ends(log_of(town.file)) or [0]
    with log_of(town.file).open("r+b") as log:
        log.truncate(ends[len(ends) // 2])
    with sqlite3.connect(town.file) as database:
        found = database.execute("PRAGMA integrity_check").fetchall()
    if found != [("ok",)]:
        town.note(f"the file is broken: {found[:3]}")
    town.mend()
    town.senders.start(parcels(town.founding.secret, 7), pace_s=0.01)


@contextmanager
def _no_more_room(town: Alone) -> Iterator[None]:
    """No file of the process may grow beyond what it needs to say that it cannot write: the same
    answer from the system as a full disk's, to the database, at every write."""
    usual = resource.prlimit(town.web.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(town.web.pid, resource.RLIMIT_FSIZE, (4096, usual[1]))
    try:
        yield
    finally:
        resource.prlimit(town.web.pid, resource.RLIMIT_FSIZE, usual)


@alone_case("no room on the disk, then room again")
def full(town: Alone) -> None:
    # As below: a letter that is sent and cannot be noted.
    town.crashes += 1
    town.wait_for(lambda: len(town.senders.acknowledged) > 20)
    with _no_more_room(town):
        before = town.senders.statuses[503]
        town.wait_for(lambda: town.senders.statuses[503] > before + 8)
        taken = town.senders.statuses[200]
        time.sleep(0.5)
        if town.senders.statuses[200] > taken + 2:
            town.note("answered 200 without room to store anything")


@alone_case("the file locked by somebody else for longer than is waited for")
def locked(town: Alone) -> None:
    # Whoever cannot note that a letter is sent sends it again, as after a crash.
    town.crashes += 1
    town.wait_for(lambda: len(town.senders.acknowledged) > 20)
    before = town.senders.statuses[503]
    other = sqlite3.connect(town.file, isolation_level=None, timeout=20)
    other.execute("BEGIN IMMEDIATE")
    time.sleep(LOCKED_S)
    other.execute("ROLLBACK")
    other.close()
    if town.senders.statuses[503] == before:
        town.note("nobody was told that nothing could be stored")


@contextmanager
def _unwritable(folder: Path) -> Iterator[None]:
    """Permissions stop everybody but root, whom only a mount stops."""
    if os.geteuid():
        folder.chmod(0o500)
        yield
        folder.chmod(0o700)
        return
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@alone_case("a folder that nobody may write to, when it starts")
def read_only(town: Alone) -> None:
    time.sleep(0.5)
    town.web.tell_to_end()
    town.web.wait(40)
    town.leave_alone()
    with _unwritable(town.data):
        refused = town.start("run", str(town.senders.port))
        if refused.wait(40) == 0:
            town.note("ran in a folder that nobody may write to")


@alone_case("the clock back an hour", pace_s=0.05)
def turned_back(town: Alone) -> None:
    for seconds in (-3600, 1800, -3600, 5400):
        time.sleep(0.7)
        town.clock.move_on(seconds)
    # Signed before the clock was turned and read after it: refused, signed anew and taken.
    town.senders.odd = [one for one in town.senders.odd if not one.startswith("401")]


@alone_case("told to end under load, again and again", pace_s=0.05)
def told_to_end(town: Alone) -> None:
    for _ in range(6):
        time.sleep(town.chance.uniform(0.1, 0.8))
        town.web.tell_to_end()
        code = town.web.wait(40)
        if code != 0:
            town.note(f"ended with {code}\n{town.web.said()[-2000:]}")
        town.mend()


@alone_case("a second one on the same folder", pace_s=0.03)
def two(town: Alone) -> None:
    for _ in range(2):
        second = town.start("run", "0")
        code = second.wait(60)
        if code == 0 or "AlreadyRunning" not in second.said():
            town.note(f"the second ended with {code}: {second.said()[-300:]}")
    if town.web.code is not None:
        town.note("the first one ended")


@alone_case("the same delivery 100 times from 20 threads")
def repeated(town: Alone) -> None:
    parcel = native_parcel(town.founding.secret, events_of(0), "again")
    town.senders.start([parcel] * 100, threads=20)
    town.wait_for(lambda: town.senders.left == 0)


@alone_case("a burst beyond capacity", pace_s=0.0)
def burst(town: Alone) -> None:
    storm = native_parcels(town.founding.secret, town.chance, most=100) * 10
    town.senders.start(storm, threads=60)
    most = 0.0
    while town.senders.left and threading.active_count() > 10:
        pages = int(Path(f"/proc/{town.web.pid}/statm").read_text().split()[1])
        most = max(most, pages * resource.getpagesize() / 2**20)
        time.sleep(0.05)
    if most > MOST_MIB:
        town.note(f"grew to {most:.0f} MiB")
