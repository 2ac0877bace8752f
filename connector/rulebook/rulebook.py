"""The rulebook: every municipality's rules, asked so that no fault of one reaches another."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pluggy

from connector.domain.because import Judgement
from connector.domain.cases import Case, Moment
from connector.domain.dates import earliest
from connector.domain.indicators import Indicator
from connector.domain.indicators import judge as judge_indicator
from connector.domain.owed import Circle, Owed
from connector.rulebook.faults import (
    RuleFault,
    RuleFileFault,
    RulesRefused,
    UnknownMunicipality,
)
from connector.rulebook.letters import read_letters
from connector.rulebook.loader import load_rules
from connector.rulebook.municipality_rules import MunicipalityRules
from connector.rulebook.passports import Passports, shared_passports
from connector.rulebook.plugins import (
    CORE,
    FoundPlugin,
    find_plugins,
    new_manager,
    only,
    register,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PluginEntry:
    """One line of `connector plugins list`. distribution: None for a bare YAML folder."""

    municipality: str
    title: str | None
    distribution: str | None
    version: str | None
    indicators: int
    faults: tuple[RuleFileFault, ...]


class Answer(NamedTuple):
    """What the plugins said is owed, sorted by key, and the faults of those that could not say.

    While `faults` is not empty, the absence of a notice from `owed` proves nothing.
    """

    owed: tuple[Owed, ...]
    faults: tuple[RuleFault, ...]


class Rulebook:
    """The rules of every municipality that an installed plugin or a rules folder names."""

    def __init__(self, plugins: Iterable[FoundPlugin]) -> None:
        self._manager = new_manager()
        self._plugins = {p.municipality: register(self._manager, p) for p in plugins}
        self._rules: dict[str, MunicipalityRules] = {}
        self._refused: dict[str, RulesRefused] = {}
        self._callers: dict[tuple[str, str], tuple[tuple[str, pluggy.HookCaller], ...]] = {}
        shared = shared_passports()
        for code, plugin in self._plugins.items():
            try:
                self._rules[code] = _read(plugin, shared)
            except RulesRefused as err:
                self._refused[code] = err
                log.error("rules.refused municipality=%s faults=%d", code, len(err.faults))

    @classmethod
    def open(cls, rules_dir: Path | None = None) -> "Rulebook":
        """The installed plugins and the YAML folders below `rules_dir`; never raises for them."""
        return cls(find_plugins(rules_dir))

    def municipalities(self) -> tuple[str, ...]:
        """The codes whose rules are in force; a municipality with faulty files is in `faults`."""
        return tuple(sorted(self._rules))

    @property
    def faults(self) -> Mapping[str, tuple[RuleFileFault, ...]]:
        """By municipality, what is wrong with its plugin or its files; nothing wrong, no entry."""
        found = {}
        for code, plugin in self._plugins.items():
            refused = self._refused.get(code)
            faults = plugin.faults + (refused.faults if refused else ())
            if faults:
                found[code] = faults
        return found

    def rules(self, code: str) -> MunicipalityRules:
        """Raises UnknownMunicipality, or RulesRefused where the municipality's files are faulty."""
        if code in self._refused:
            raise RulesRefused(self.faults[code])
        if code not in self._rules:
            raise UnknownMunicipality(code)
        return self._rules[code]

    def judge(self, code: str, indicator: Indicator, case: Case, moment: Moment) -> Judgement:
        """Judges one subject. Raises RuleFault, whatever the rule raised."""
        try:
            return judge_indicator(indicator, case, moment)
        # A condition may be a plugin's own code; one rule's fault must not stop the others.
        except (Exception, SystemExit) as err:
            raise RuleFault(code, indicator.code, _told(err)) from err

    def notices(self, code: str, case: Case, circle: Circle, day: date) -> Answer:
        """Asks the core's plugin and the municipality's own, each by itself, what is owed.

        Raises UnknownMunicipality. The first to say a key is heard: the core, then the plugin.
        """
        owed: dict[str, Owed] = {}
        faults: list[RuleFault] = []
        for name, caller in self._askers(code, "connector_notices"):
            try:
                said = list(_flat(caller(case=case, circle=circle, day=day)))
            # A plugin's own code: what the other says stands all the same.
            except (Exception, SystemExit) as err:
                faults.append(_noted(code, name, "connector_notices", err))
                continue
            for notice in said:
                owed.setdefault(notice.key, notice)
        return Answer(tuple(owed[key] for key in sorted(owed)), tuple(faults))

    def next_turn(self, code: str, case: Case, day: date) -> date | None:
        """The next day after `day` on which time alone could change what plugins say is owed.

        Raises UnknownMunicipality. Where a plugin fails, the next day: it will be asked again.
        """
        turns: list[date | None] = []
        for name, caller in self._askers(code, "connector_next_turn"):
            try:
                turns += [turn for turn in caller(case=case, day=day) if turn > day]
            # A plugin's own code, once more; nothing but this subject's turn depends on it.
            except (Exception, SystemExit) as err:
                _noted(code, name, "connector_next_turn", err)
                turns.append(day + timedelta(days=1))
        return earliest(*turns)

    def plugins_list(self) -> tuple[PluginEntry, ...]:
        """Every municipality that was found, with its faults, by code."""
        return tuple(self._entry(code) for code in sorted(self._plugins))

    def _entry(self, code: str) -> PluginEntry:
        plugin, rules = self._plugins[code], self._rules.get(code)
        return PluginEntry(
            municipality=code,
            title=rules.title if rules else None,
            distribution=plugin.distribution,
            version=plugin.version,
            indicators=len(rules.indicators) if rules else 0,
            faults=self.faults.get(code, ()),
        )

    def _askers(self, code: str, hook: str) -> tuple[tuple[str, pluggy.HookCaller], ...]:
        if code not in self._plugins:
            raise UnknownMunicipality(code)
        if (code, hook) not in self._callers:
            names = [CORE, *([code] if self._manager.has_plugin(code) else [])]
            self._callers[code, hook] = tuple(
                (name, only(self._manager, hook, name)) for name in names
            )
        return self._callers[code, hook]


def _read(plugin: FoundPlugin, shared: Passports) -> MunicipalityRules:
    code = plugin.municipality
    try:
        rules = load_rules(code, plugin.folders, shared=shared)
        if plugin.module is not None:
            rules = replace(rules, letters=read_letters(code, plugin.folders))
    except RulesRefused:
        raise
    # What a plugin calls a folder is its own code's word, and may be anything.
    except (Exception, SystemExit) as err:
        raise RulesRefused([RuleFileFault(code, 0, f"папки правил: {_told(err)}")]) from err
    return rules


def _noted(code: str, plugin: str, hook: str, err: BaseException) -> RuleFault:
    # Without its message: it may quote a person, and logs carry ids only.
    name = type(err).__name__
    log.error("plugin.failed municipality=%s plugin=%s hook=%s error=%s", code, plugin, hook, name)
    return RuleFault(code, f"{plugin}: {hook}", _told(err))


def _flat(answers: Iterable[Iterable[Owed]]) -> Iterable[Owed]:
    for answer in answers:
        for said in answer:
            if not isinstance(said, Owed):
                raise TypeError(f"connector_notices returned {type(said).__name__}, not Owed")
            yield said


def _told(err: BaseException) -> str:
    return f"{type(err).__name__}: {err}"
