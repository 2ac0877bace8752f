"""Marked points: where a process stops itself, so that a nemesis finds it there.

A point is armed by a file, and whoever comes by first takes it: a process, or one of its threads,
writes that it is there and waits until it is let go, or killed, or frozen. The product does not
know of it: its functions are wrapped in the process that tests/faults/process.py starts.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

from connector.db import Database


class Point(StrEnum):
    """Before or after which step of whose work; BEFORE and AFTER are about its commit."""

    RECEIVE_BEFORE = "receive-before-commit"
    RECEIVE_AFTER = "receive-after-commit"
    CLAIM_AFTER = "claim-after-commit"
    FOLD_JUDGED = "fold-judged"
    FOLD_BEFORE = "fold-before-commit"
    FOLD_AFTER = "fold-after-commit"
    RESOLVE_READ = "resolve-read"
    RESOLVE_BEFORE = "resolve-before-commit"
    RESOLVE_AFTER = "resolve-after-commit"
    SEND_BEFORE = "send-before-channel"
    SEND_SENT = "send-sent"
    SEND_MARKED = "send-after-commit"
    TICK_BEFORE = "tick-before-commit"
    TICK_AFTER = "tick-after-commit"
    WEEK_BEFORE = "week-before-commit"
    WEEK_AFTER = "week-after-commit"
    CLOSE_BEFORE = "close-before-commit"
    CLOSE_AFTER = "close-after-commit"
    ACT_CLAIMED = "act-claimed"
    ACT_LOOKED = "act-looked"
    """Between the question whether it holds, and the order."""
    ACT_ORDERED = "act-ordered"
    ACT_BEFORE = "act-before-commit"
    ACT_AFTER = "act-after-commit"
    LINE_BEFORE = "line-before-commit"
    LINE_AFTER = "line-after-commit"
    PUBLISH_TAKEN = "publish-taken"
    PUBLISH_TOLD = "publish-told"
    PUBLISH_BEFORE = "publish-before-commit"
    PUBLISH_AFTER = "publish-after-commit"
    CALL_TAKEN = "call-taken"
    CALL_POSTED = "call-posted"
    CALL_BEFORE = "call-before-commit"
    CALL_AFTER = "call-after-commit"
    PROPOSE_CLAIMED = "propose-claimed"
    PROPOSE_ASKED = "propose-asked"
    PROPOSE_BEFORE = "propose-before-commit"
    PROPOSE_AFTER = "propose-after-commit"
    WATCH_FOUND = "watch-found"
    WATCH_BEFORE = "watch-before-commit"
    WATCH_AFTER = "watch-after-commit"
    TASK_DONE = "task-done"
    """Between the last commit and the acknowledgement of the hint."""
    MIGRATING = "migrating"
    """Within a migration's transaction, when it has done its work."""


WRITERS = {
    # Module and function in which a transaction is opened → the points round its commit.
    ("connector.runtime.fold", "fold_deliveries"): (None, Point.CLAIM_AFTER),
    ("connector.runtime.fold", "_write"): (Point.FOLD_BEFORE, Point.FOLD_AFTER),
    ("connector.runtime.resolve", "_finish"): (Point.RESOLVE_BEFORE, Point.RESOLVE_AFTER),
    ("connector.runtime.send", "_mark_sent"): (None, Point.SEND_MARKED),
    ("connector.runtime.tick", "_tick"): (Point.TICK_BEFORE, Point.TICK_AFTER),
    ("connector.runtime.tick", "_tell_week"): (Point.WEEK_BEFORE, Point.WEEK_AFTER),
    ("connector.runtime.tick", "_close_day"): (Point.CLOSE_BEFORE, Point.CLOSE_AFTER),
    ("connector.runtime.act", "_claim"): (None, Point.ACT_CLAIMED),
    ("connector.runtime.act", "_act"): (Point.ACT_BEFORE, Point.ACT_AFTER),
    ("connector.runtime.publish", "_line_up"): (Point.LINE_BEFORE, Point.LINE_AFTER),
    ("connector.runtime.call", "_note"): (Point.CALL_BEFORE, Point.CALL_AFTER),
    ("connector.runtime.propose", "run_once"): (None, Point.PROPOSE_CLAIMED),
    ("connector.runtime.propose", "_propose"): (Point.PROPOSE_BEFORE, Point.PROPOSE_AFTER),
}
RECEIVING = ("connector.runtime.receive", ("flush", "source"))
"""Whatever else that module writes is a delivery, however it is put together."""


class Points:
    """The points of one town; `folder` is where its processes look."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def hit(self, point: Point) -> None:
        """Stops here if somebody armed the point and nobody else has taken it."""
        armed = self._folder / point
        if not armed.exists():
            return
        here = self._folder / f"{point}.{os.getpid()}"
        try:
            armed.rename(here)
        except FileNotFoundError:
            return  # somebody else was quicker
        while here.exists():
            time.sleep(0.01)

    def arm(self, point: Point) -> None:
        (self._folder / point).touch()

    def disarm(self, point: Point) -> None:
        (self._folder / point).unlink(missing_ok=True)

    def caught(self, point: Point) -> "Caught | None":
        for here in self._folder.glob(f"{point}.*"):
            return Caught(int(here.suffix[1:]), here)
        return None


@dataclass(frozen=True)
class Caught:
    """A process that waits at a point."""

    pid: int
    mark: Path

    def let_go(self) -> None:
        self.mark.unlink(missing_ok=True)


WRAPPED = {
    # Module or module:class, and function → the points before and after it.
    ("connector.services.folding.folding:FoldService", "judge"): (None, Point.FOLD_JUDGED),
    ("connector.runtime.resolve", "read"): (None, Point.RESOLVE_READ),
    ("alembic.runtime.migration:HeadMaintainer", "update_to_step"): (Point.MIGRATING, None),
    ("connector.channels.smtp:SmtpChannel", "send"): (Point.SEND_BEFORE, Point.SEND_SENT),
    ("connector.moodle.acting:Desk", "_learners"): (None, Point.ACT_LOOKED),
    ("connector.runtime.act", "_performed"): (None, Point.ACT_ORDERED),
    ("connector.tasks.exchange:EventExchange", "publish"): (
        Point.PUBLISH_TAKEN,
        Point.PUBLISH_TOLD,
    ),
    # The last statement of its transaction.
    ("connector.services.events.line:EventLineService", "leave"): (None, Point.PUBLISH_BEFORE),
    ("connector.channels.webhook:WebhookPost", "post"): (Point.CALL_TAKEN, Point.CALL_POSTED),
    ("connector.rulebook.rulebook:Rulebook", "proposals_of"): (None, Point.PROPOSE_ASKED),
    ("connector.runtime.watch:Watcher", "found"): (None, Point.WATCH_FOUND),
    ("connector.services.alarms.episodes:EpisodeService", "settle"): (None, Point.WATCH_BEFORE),
    ("connector.runtime.watch:Watcher", "run_once"): (None, Point.WATCH_AFTER),
}


def install(points: Points) -> None:
    """Wraps the product's functions in this process."""
    for (path, name), (before, after) in WRAPPED.items():
        _wrap(owner_of(path), name, points, before, after)
    for (path, name), point in BUSY.items():
        _after_work(owner_of(path), name, points, point)
    writing = Database.writing

    @contextmanager
    def marked(db: Database) -> Iterator[Any]:
        before, after = _around(sys._getframe(1))
        with writing(db) as session:
            yield session
            if before is not None:
                points.hit(before)
        if after is not None:
            points.hit(after)

    Database.writing = marked  # type: ignore[method-assign]


BUSY = {
    # As WRAPPED, of what comes by every second with nothing to do.
    ("connector.tasks.app", "drain"): Point.TASK_DONE,
    ("connector.runtime.publish:EventPublisher", "_tell"): Point.PUBLISH_AFTER,
}


def _after_work(owner: Any, name: str, points: Points, point: Point) -> None:
    """A point after each turn that found something to do."""
    inner: Callable[..., int] = getattr(owner, name)

    @wraps(inner)
    def worked(*arguments: Any, **named: Any) -> int:
        done = inner(*arguments, **named)
        if done:
            points.hit(point)
        return done

    setattr(owner, name, worked)


def owner_of(path: str) -> Any:
    """A module, or a class of one: `module:class`."""
    module, _, owner = path.partition(":")
    found = import_module(module)
    return getattr(found, owner) if owner else found


def _around(frame: Any) -> tuple[Point | None, Point | None]:
    """The points round the commit of the transaction that is being opened by that caller."""
    while frame is not None and frame.f_globals.get("__name__") in (__name__, "contextlib"):
        frame = frame.f_back
    if frame is None:
        return None, None
    module, function = frame.f_globals.get("__name__"), frame.f_code.co_name
    if module == RECEIVING[0] and function not in RECEIVING[1]:
        return Point.RECEIVE_BEFORE, Point.RECEIVE_AFTER
    return WRITERS.get((module, function), (None, None))


def _wrap(owner: Any, name: str, points: Points, before: Point | None, after: Point | None) -> None:
    inner: Callable[..., Any] = getattr(owner, name)

    @wraps(inner)
    def wrapped(*arguments: Any, **named: Any) -> Any:
        if before is not None:
            points.hit(before)
        result = inner(*arguments, **named)
        if after is not None:
            points.hit(after)
        return result

    setattr(owner, name, wrapped)
