"""A municipality's Python in a child: started when first asked, ended when it misbehaves.

A batch is sent whole and answered case by case, so that when the child dies the case that it died
of is known; that one alone is blamed, and a fresh child is asked about those behind it.
"""

import logging
import os
import time
from collections.abc import Callable, Collection, Sequence
from datetime import date
from threading import Lock

from connector.isolation.answers import Nonsense, Refused, read_description, read_said
from connector.isolation.asker import Description, Pair
from connector.isolation.limits import Limits, pause
from connector.isolation.parcels import Packer
from connector.isolation.process import ChildProcess, Died
from connector.isolation.said import UNASKED, Failure, Said

log = logging.getLogger(__name__)


class Confined:
    """Implements Asker. Threads may share it: they are asked one after the other."""

    def __init__(
        self,
        municipality: str,
        plugin: str,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
        before: Sequence[str] = (),
    ) -> None:
        """before: folders in which the package is looked for before the installed ones."""
        self._municipality = municipality
        self._plugin = plugin
        self._limits = limits or Limits()
        self._clock = clock
        self._before = tuple(before)
        self._lock = Lock()
        self._child: ChildProcess | None = None
        self._packer = Packer()
        self._deaths = 0
        self._rests_until = 0.0

    def describe(self) -> Description:
        """Imports the package in a child of its own. Raises Refused, whatever goes wrong."""
        try:
            child = ChildProcess(self._plugin, self._limits, self._before)
            try:
                return self._greeted(child)
            finally:
                child.end()
        except Died as err:
            raise Refused(f"не импортируется: {err}") from err
        except Nonsense as err:
            raise Refused("не импортируется: ответ не разобран") from err

    def ask(self, pairs: Sequence[Pair], day: date, hooks: Collection[str]) -> list[Said]:
        """What each of `hooks` says of each pair, in order. Never raises for a plugin's sake."""
        said: list[Said] = []
        with self._lock:
            deadline = time.monotonic() + self._limits.batch(len(pairs))
            while len(said) < len(pairs):
                if self._is_resting() or time.monotonic() >= deadline:
                    said += [UNASKED] * (len(pairs) - len(said))
                    return said
                try:
                    child = self._running()
                    self._listen(child, pairs[len(said) :], day, hooks, deadline, said)
                except (Died, Nonsense, Refused) as err:
                    message = f"ответ не разобран: {err}" if isinstance(err, Nonsense) else str(err)
                    said.append(Said(faults={h: Failure(message, deadly=True) for h in hooks}))
                    self._mourn(message)
            if not any(failure.deadly for one in said for failure in one.faults.values()):
                self._deaths = 0
        return said

    def _listen(
        self,
        child: ChildProcess,
        pairs: Sequence[Pair],
        day: date,
        hooks: Collection[str],
        deadline: float,
        said: list[Said],
    ) -> None:
        child.send(self._packer.pack(pairs, day, hooks), deadline)
        for _ in pairs:
            by = min(deadline, time.monotonic() + self._limits.case_s)
            answered = read_said(child.receive(by), hooks)
            said.append(answered.said)
            if answered.spent or answered.used > self._limits.memory // 2:
                # What leaks is begun anew before it runs out, and nobody's case is lost by it.
                log.warning(
                    "plugin.memory municipality=%s used=%d", self._municipality, answered.used
                )
                self._drop()
                return

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _is_resting(self) -> bool:
        return self._child is None and self._clock() < self._rests_until

    def _running(self) -> ChildProcess:
        """The child, started if need be. Raises Died, Nonsense, Refused where it cannot be."""
        if self._child is not None and self._child.born != os.getpid():
            self._drop()
        if self._child is None:
            self._child = ChildProcess(self._plugin, self._limits, self._before)
            self._packer = Packer()
            self._greeted(self._child)
        return self._child

    def _greeted(self, child: ChildProcess) -> Description:
        return read_description(child.receive(time.monotonic() + self._limits.start_s))

    def _mourn(self, message: str) -> None:
        self._drop()
        self._deaths += 1
        rest = pause(self._deaths)
        self._rests_until = self._clock() + rest
        log.error(
            "plugin.died municipality=%s deaths=%d pause_s=%d how=%s",
            self._municipality,
            self._deaths,
            rest,
            message,
        )

    def _drop(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None
