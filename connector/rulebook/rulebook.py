"""The rulebook: every municipality's rules, asked so that no fault of one reaches another."""

import hashlib
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from connector.domain.because import Judgement, SubjectKind
from connector.domain.cases import Case, Frame, Moment
from connector.domain.indicators import Indicator
from connector.domain.indicators import judge as judge_indicator
from connector.domain.owed import Circle
from connector.isolation.asker import Pair
from connector.rulebook.answers import Answer
from connector.rulebook.asking import Asking
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
from connector.rulebook.plugins import FoundPlugin, find_plugins
from connector.rulebook.python_rules import PythonRules, rule_name

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


class Rulebook:
    """The rules of every municipality that an installed plugin or a rules folder names."""

    def __init__(self, plugins: Iterable[FoundPlugin]) -> None:
        self._plugins = {p.municipality: p for p in plugins}
        self._asking = Asking(self._plugins)
        self._rules: dict[str, MunicipalityRules] = {}
        self._refused: dict[str, RulesRefused] = {}
        shared = shared_passports()
        for code, plugin in self._plugins.items():
            try:
                self._rules[code] = _read(plugin, shared)
            except RulesRefused as err:
                self._refused[code] = err
                log.error("rules.refused municipality=%s faults=%d", code, len(err.faults))

    @classmethod
    def open(cls, rules_dir: Path | None = None, safe_mode: bool = False) -> "Rulebook":
        """The installed plugins and the YAML folders below `rules_dir`; never raises for them."""
        return cls(find_plugins(rules_dir, safe_mode))

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

    def put(self, rules: MunicipalityRules) -> None:
        """Has this process know other rules from now on; whoever holds the former keeps them."""
        self._rules = {**self._rules, rules.code: rules}

    def judge(
        self,
        code: str,
        indicator: Indicator,
        case: Case,
        moment: Moment,
        framed: Frame | None = None,
    ) -> Judgement:
        """Judges one subject. Raises RuleFault, whatever the rule raised."""
        try:
            return judge_indicator(indicator, case, moment, framed)
        # Whatever a rule's words do with a record they were not made for: the other rules go on.
        except Exception as err:
            raise RuleFault(code, indicator.code, _told(err)) from err

    def notices_of(
        self, code: str, pairs: Sequence[Pair], day: date, off: Collection[str] = ()
    ) -> list[Answer]:
        """Asks the core's plugin and the municipality's own what is owed about each subject.

        off: rules that are switched off. Takes seconds where a plugin misbehaves, and never raises
        for its sake; raises UnknownMunicipality.
        """
        return self._asking.answers(code, pairs, day, off)

    def notices(self, code: str, case: Case, circle: Circle, day: date) -> Answer:
        """The same about one subject."""
        return self.notices_of(code, [(case, circle)], day)[0]

    def python_of(self, code: str) -> PythonRules | None:
        """The municipality's rules written in Python; None without any that can be asked.

        Raises UnknownMunicipality.
        """
        if code not in self._plugins:
            raise UnknownMunicipality(code)
        plugin = self._plugins[code]
        if plugin.asker is None or plugin.code is None:
            return None
        return PythonRules(code, plugin.code, frozenset(rule_name(code, h) for h in plugin.hooks))

    def spoken_of(self, code: str) -> frozenset[SubjectKind]:
        """The kinds of subjects that the municipality's own Python says anything of.

        Raises UnknownMunicipality.
        """
        if code not in self._plugins:
            raise UnknownMunicipality(code)
        plugin = self._plugins[code]
        return frozenset() if plugin.asker is None else plugin.subjects

    def close(self) -> None:
        """Ends the processes that plugins run in. Asked again, they are started again."""
        self._asking.close()

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


def _read(plugin: FoundPlugin, shared: Passports) -> MunicipalityRules:
    code = plugin.municipality
    try:
        rules = load_rules(code, plugin.folders, shared=shared)
        if plugin.distribution is not None:
            rules = replace(rules, letters=read_letters(code, plugin.folders))
    except OSError as err:
        fault = RuleFileFault(code, 0, f"папки правил: {type(err).__name__}")
        raise RulesRefused([fault]) from err
    if plugin.code is None:
        return rules
    # Mended Python judges otherwise, so everybody is judged again.
    whole = hashlib.sha256(f"{rules.digest} {plugin.code}".encode())
    return replace(rules, digest=whole.hexdigest())


def _told(err: BaseException) -> str:
    return f"{type(err).__name__}: {err}"
