"""Asks what is owed: the core in this process, a municipality's Python in a child of its own."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, timedelta
from threading import Lock
from time import monotonic

from connector.domain.cases import StaffCase
from connector.domain.dates import earliest
from connector.domain.owed import Circle, Owed
from connector.domain.proposals import Proposal
from connector.domain.proposing import propose
from connector.isolation.asker import PROPOSE, Pair
from connector.isolation.said import UNASKED, Said
from connector.rulebook import core_plugin
from connector.rulebook.answers import Answer, Proposed
from connector.rulebook.faults import RuleFault, UnknownMunicipality
from connector.rulebook.plugins import FoundPlugin
from connector.rulebook.python_rules import rule_name

log = logging.getLogger(__name__)

MOST_CHILDREN = 8
"""In one process; a child takes about 25 MiB, and a region has many municipalities."""

Timed = Callable[[str, float], None]
"""Hears of each time a municipality's Python was asked, and how many seconds that took."""

CORE_RULE = "core: connector_notices"


class Asking:
    """Asks the plugins of each municipality, each by itself."""

    def __init__(self, plugins: Mapping[str, FoundPlugin]) -> None:
        self._plugins = plugins
        self._lock = Lock()
        self._recent: dict[str, None] = {}
        self.timed: Timed = lambda municipality, seconds: None

    def know(self, plugins: Mapping[str, FoundPlugin]) -> None:
        """Which plugins there are from now on."""
        self._plugins = plugins

    def answers(
        self, code: str, pairs: Sequence[Pair], day: date, off: Collection[str] = ()
    ) -> list[Answer]:
        """What is owed about each subject, in the order of `pairs`. Raises UnknownMunicipality.

        off: rules that are not to be asked now. The first to say a key is heard: the core, then
        the plugin. Where a rule fails or is not asked, the subject's turn is the next day.
        """
        if code not in self._plugins:
            raise UnknownMunicipality(code)
        plugin = self._plugins[code]
        said = self._said(plugin, pairs, day, off)
        return [_answer(plugin, pair, one, day, off) for pair, one in zip(pairs, said, strict=True)]

    def proposals(
        self, code: str, cases: Sequence[StaffCase], day: date, off: Collection[str] = ()
    ) -> list[Proposed]:
        """What is proposed for each person, in order. Raises UnknownMunicipality.

        The plugin is asked only about those for whom the core finds something open.
        """
        if code not in self._plugins:
            raise UnknownMunicipality(code)
        plugin = self._plugins[code]
        found = [propose(case, day) for case in cases]
        said: dict[int, Said] = {}
        wanted = [n for n, proposal in enumerate(found) if proposal is not None]
        rule = rule_name(code, PROPOSE)
        if plugin.asker is not None and plugin.proposes and rule not in off and wanted:
            self._make_room(code)
            pairs = [(cases[n], Circle()) for n in wanted]
            said = dict(zip(wanted, plugin.asker.ask(pairs, day, [PROPOSE]), strict=True))
        return [_proposed(code, proposal, said.get(n)) for n, proposal in enumerate(found)]

    def _said(
        self, plugin: FoundPlugin, pairs: Sequence[Pair], day: date, off: Collection[str]
    ) -> list[Said]:
        said = [UNASKED if plugin.is_silent else Said() for _ in pairs]
        hooks = [
            hook for hook in sorted(plugin.hooks) if rule_name(plugin.municipality, hook) not in off
        ]
        places = [n for n, (case, _) in enumerate(pairs) if case.kind in plugin.subjects]
        if plugin.asker is None or not hooks or not places:
            return said
        self._make_room(plugin.municipality)
        began = monotonic()
        answers = plugin.asker.ask([pairs[n] for n in places], day, hooks)
        self.timed(plugin.municipality, monotonic() - began)
        for place, answer in zip(places, answers, strict=True):
            said[place] = answer
        return said

    def _make_room(self, code: str) -> None:
        with self._lock:
            self._recent.pop(code, None)
            self._recent[code] = None
            leaving = list(self._recent)[:-MOST_CHILDREN]
            for other in leaving:
                del self._recent[other]
        self._end(leaving)

    def close(self) -> None:
        with self._lock:
            leaving = list(self._recent)
            self._recent.clear()
        self._end(leaving)

    def _end(self, codes: Sequence[str]) -> None:
        for code in codes:
            plugin = self._plugins.get(code)
            if plugin is not None and plugin.asker is not None:
                plugin.asker.close()


def _proposed(code: str, proposal: Proposal | None, said: Said | None) -> Proposed:
    route = proposal.route if proposal is not None and not proposal.is_empty else None
    if said is None or said.unasked:
        return Proposed(proposal, route)
    rule = rule_name(code, PROPOSE)
    failure = said.faults.get(PROPOSE)
    if failure is not None:
        # Better the core's draft than none: a methodist looks at it in any case.
        fault = RuleFault(code, rule, failure.message, failure.deadly)
        return Proposed(proposal, route, (fault,))
    return Proposed(proposal, said.proposed or route, heard=frozenset({rule}))


def _answer(plugin: FoundPlugin, pair: Pair, said: Said, day: date, off: Collection[str]) -> Answer:
    case, circle = pair
    owed: dict[str, Owed] = {}
    faults: list[RuleFault] = []
    try:
        owed = {notice.key: notice for notice in core_plugin.connector_notices(case, circle, day)}
    # The core's own rule: what the plugin says stands all the same.
    except Exception as err:
        # Without its message: it may quote a person, and logs carry ids only.
        name = type(err).__name__
        log.exception("rule.failed municipality=%s rule=%s", plugin.municipality, CORE_RULE)
        faults.append(RuleFault(plugin.municipality, CORE_RULE, f"{name}: {err}"))
    for notice in said.owed:
        owed.setdefault(notice.key, notice)
    for hook, failure in sorted(said.faults.items()):
        rule = rule_name(plugin.municipality, hook)
        faults.append(RuleFault(plugin.municipality, rule, failure.message, failure.deadly))
    asked = plugin.asker is not None and case.kind in plugin.subjects
    rules = {rule_name(plugin.municipality, hook) for hook in plugin.hooks} if asked else set()
    silent = said.unasked or not rules.isdisjoint(off)
    is_whole = not faults and not silent
    heard = rules - set(off) - {fault.rule for fault in faults}
    return Answer(
        owed=tuple(owed[key] for key in sorted(owed)),
        turn=earliest(said.turn, None if is_whole else day + timedelta(days=1)),
        faults=tuple(faults),
        heard=frozenset() if said.unasked else frozenset(heard),
        is_whole=is_whole,
    )
