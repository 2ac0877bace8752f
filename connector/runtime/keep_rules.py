"""Keeps the rules in force: good ones are stored, and every process follows what is stored.

Rule files lie on every machine, and somebody edits them, forgets one, or empties a folder. So what
is in force stands in the database (models.RuleSet): the last set of files that was read whole and
without fault. One process at a time puts sets there, the tick (embedded: the only process), and
only for a reason: it has just begun, or its files have changed. Two ticks with different files
therefore do not put their own in force by turns; the one that did not change follows the other.

Python is what is installed: a process whose Python is another than that in force can read the
files, but judges nobody (services.rules_in_force) until it is upgraded and started again.
"""

import logging
from collections.abc import Callable, Mapping

from connector.bootstrap import Container
from connector.errors import StorageUnavailable
from connector.rulebook import RulesRefused
from connector.rulebook.rulebook import Known
from connector.rulebook.watching import FolderWatch
from connector.services.rules.sets import InForce, RuleSetService

log = logging.getLogger(__name__)

RULES_S = 15.0
"""A changed file is read at the second look that finds it the same: in force within a minute."""


class RuleKeeper:
    """One in each process. keep and follow return 0: the next look is due when its time comes."""

    def __init__(self, container: Container) -> None:
        self._db = container.db
        self._rulebook = container.rulebook
        self._clock = container.clock
        self._watch = FolderWatch(container.config.rules_dir)
        self._begun: set[str] = set()
        """Municipalities whose rules were put in force, or seen to be, since this process began."""
        self._unreadable: dict[str, int] = {}
        """Sets that this process cannot read, by municipality: another version wrote them."""

    def keep(self) -> int:
        """Takes up what has changed and stores it. Raises StorageUnavailable."""
        fresh = self._look()
        in_force = self._in_force()
        for code in sorted(self._rulebook.known().keys() | in_force.keys()):
            self._settle(code, in_force.get(code), code in fresh or code not in self._begun)
            self._begun.add(code)
        return 0

    def follow(self) -> int:
        """Takes up what has changed as far as it is in force. Raises StorageUnavailable."""
        self._look()
        in_force = self._in_force()
        for code in sorted(self._rulebook.known().keys() | in_force.keys()):
            self._take(code, in_force.get(code))
        return 0

    def begin(self, look: Callable[[], int]) -> None:
        """The first look, before anything else is done; without a database it is made later."""
        try:
            look()
        except StorageUnavailable as err:
            log.warning("rules.storage_unavailable error=%s", err)

    def _look(self) -> set[str]:
        seen = self._watch.look()
        fresh = set()
        known = self._rulebook.known()
        for plugin in seen.changed:
            held = known.get(plugin.municipality)
            if held is not None and held.plugin.distribution is not None:
                continue  # an installed plugin has the municipality; it was told at the start
            if self._rulebook.reread(plugin):
                fresh.add(plugin.municipality)
                log.info("rules.read_again municipality=%s", plugin.municipality)
        for code in seen.gone:
            if code in known and known[code].plugin.distribution is None:
                if known[code].rules is None:
                    self._rulebook.forget(code)
                    continue
                self._rulebook.miss(code)
                log.error("rules.gone municipality=%s", code)
        return fresh

    def _in_force(self) -> Mapping[str, InForce]:
        with self._db.reading() as session:
            return RuleSetService(session).in_force()

    def _settle(self, code: str, last: InForce | None, is_fresh: bool) -> None:
        known = self._rulebook.known().get(code)
        if is_fresh and known is not None and known.found is not None and not _is(known, last):
            self._rulebook.use_found(code)
            self._store(code)
            return
        self._take(code, last)
        known = self._rulebook.known().get(code)
        if not is_fresh or known is None or known.rules is None or last is None:
            return
        if known.kept is not None and known.rules.digest != last.rules_digest:
            # The former files with other Python, or in other words of the connector's.
            self._store(code)

    def _store(self, code: str) -> None:
        with self._db.writing() as session:
            RuleSetService(session).add(self._rulebook.known()[code], self._clock.now())

    def _take(self, code: str, last: InForce | None) -> None:
        """Has this process know the rules that are in force."""
        known = self._rulebook.known().get(code)
        if last is None:
            if known is not None:
                self._rulebook.use_found(code)
            return
        if known is not None and known.found is not None and _is(known, last):
            self._rulebook.use_found(code)
            return
        if last.is_given_up:
            if known is not None and known.found_files is None:
                self._rulebook.forget(code)
            return
        if last.number in (self._unreadable.get(code), known and known.kept):
            return
        try:
            with self._db.reading() as session:
                files = RuleSetService(session).files(last.number)
            self._rulebook.keep(code, last.number, files, last.distribution is not None)
            log.warning("rules.kept municipality=%s set=%d", code, last.number)
        except RulesRefused as err:
            self._unreadable[code] = last.number
            log.error("rules.not_kept municipality=%s faults=%d", code, len(err.faults))


def _is(known: Known, last: InForce | None) -> bool:
    """Whether what is found is what is in force."""
    if last is None or known.found is None or known.found_files is None:
        return False
    return (known.found_files.digest, known.found.digest) == (last.digest, last.rules_digest)
