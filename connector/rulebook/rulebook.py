"""The rulebook: every municipality's rules, asked so that no fault of one reaches another."""

import hashlib
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from connector.domain.because import Judgement, SubjectKind
from connector.domain.cases import Case, Frame, Moment, StaffCase
from connector.domain.indicators import Indicator
from connector.domain.indicators import judge as judge_indicator
from connector.domain.owed import Circle
from connector.isolation.asker import PROPOSE, Pair
from connector.rulebook.amendments import Amendment
from connector.rulebook.answers import Answer, Proposed
from connector.rulebook.asking import Asking, Timed
from connector.rulebook.faults import (
    RuleFault,
    RuleFileFault,
    RulesRefused,
    UnknownMunicipality,
)
from connector.rulebook.file_notices import with_files
from connector.rulebook.letters import read_letters, unused_letters
from connector.rulebook.loader import load_rules
from connector.rulebook.municipality_rules import MunicipalityRules
from connector.rulebook.passports import Passports, shared_passports
from connector.rulebook.plugins import FoundPlugin, find_plugins
from connector.rulebook.python_rules import PythonRules, rule_name
from connector.rulebook.rule_files import RuleFiles, read_files

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PluginEntry:
    """One line of `connector plugins list`. distribution: None for a bare YAML folder.

    hooks: what its Python answers. is_former: the rules in force are not those that its files have
    now. digest: of the rules in force (MunicipalityRules.digest), None without any.
    """

    municipality: str
    title: str | None
    distribution: str | None
    version: str | None
    indicators: int
    faults: tuple[RuleFileFault, ...]
    hooks: tuple[str, ...] = ()
    is_former: bool = False
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What a process knows of one municipality.

    rules, files: by which it is judged; None where there are none that could be. found: the rules
    as its files have them now, None where these are faulty or gone; refused: what is wrong with
    them. kept: the number of the stored set that the rules are, where they are not those found.
    """

    plugin: FoundPlugin
    rules: MunicipalityRules | None = None
    files: RuleFiles | None = None
    found: MunicipalityRules | None = None
    found_files: RuleFiles | None = None
    refused: RulesRefused | None = None
    kept: int | None = None


class Rulebook:
    """The rules of every municipality that an installed plugin or a rules folder names.

    Others may come into force while it is used: whoever needs rules twice asks once and keeps them.
    """

    def __init__(
        self, plugins: Iterable[FoundPlugin], amendments: Sequence[Amendment] = ()
    ) -> None:
        """amendments: numbers that are other ones than the files say, for a trial."""
        self._shared = shared_passports()
        self._amendments = amendments
        self._known: dict[str, Known] = {}
        for plugin in plugins:
            self._known[plugin.municipality] = self._found(plugin, read_files(plugin.folders))
        self._asking = Asking({code: known.plugin for code, known in self._known.items()})

    @classmethod
    def open(cls, rules_dir: Path | None = None, safe_mode: bool = False) -> "Rulebook":
        """The installed plugins and the YAML folders below `rules_dir`; never raises for them."""
        return cls(find_plugins(rules_dir, safe_mode))

    def under(self, code: str) -> "Rulebook":
        """The rules of the one municipality that is known, as those of another one."""
        ((_, known),) = self._known.items()
        lent = Rulebook([])
        rules = None if known.rules is None else replace(known.rules, code=code)
        lent._learn(replace(known, plugin=replace(known.plugin, municipality=code), rules=rules))
        return lent

    def municipalities(self) -> tuple[str, ...]:
        """The codes whose rules are in force; a municipality with faulty files is in `faults`."""
        return tuple(sorted(c for c, known in self._known.items() if known.rules is not None))

    @property
    def faults(self) -> Mapping[str, tuple[RuleFileFault, ...]]:
        """By municipality, what is wrong with its plugin or its files; nothing wrong, no entry.

        Former rules may be in force all the same.
        """
        found = {}
        for code, known in self._known.items():
            refused = known.refused
            faults = known.plugin.faults + (refused.faults if refused else ())
            if faults:
                found[code] = faults
        return found

    def known(self) -> Mapping[str, Known]:
        """Everything that is known at this moment, by municipality."""
        return self._known

    def reread(self, plugin: FoundPlugin) -> bool:
        """Reads a rules folder again, or a new one; whether anything in it is another by now.

        The former rules stay in force until `use_found`, or as long as the files are faulty.
        """
        code = plugin.municipality
        files = read_files(plugin.folders)
        held = self._known.get(code)
        before = held.found_files if held is not None else None
        if before is not None and before.digest == files.digest:
            return False
        read = self._found(plugin, files)
        if held is not None and held.rules is not None:
            read = replace(read, rules=held.rules, files=held.files, kept=held.kept)
        self._learn(read)
        return True

    def miss(self, code: str) -> None:
        """The folder of a municipality is gone; its rules stay in force."""
        held = self._known[code]
        fault = RuleFileFault(code, 0, "папки с правилами больше нет")
        self._learn(replace(held, found=None, found_files=None, refused=RulesRefused([fault])))

    def keep(self, code: str, number: int, files: RuleFiles, is_plugin: bool) -> None:
        """Has a stored set of files be in force, whatever is found. number: of the set.

        is_plugin: they came with a plugin, which may have had something to say besides. Raises
        RulesRefused where this process cannot read them.
        """
        held = self._known.get(code)
        if held is None:
            fault = RuleFileFault(code, 0, "правил больше нет на месте, действуют сохранённые")
            plugin = FoundPlugin(code, None, None, faults=(fault,), is_silent=is_plugin)
            held = Known(plugin)
        rules = _read(held.plugin, files, self._shared, is_plugin)
        self._learn(replace(held, rules=rules, files=files, kept=number))

    def use_found(self, code: str) -> None:
        """Has the rules be in force that its files have now."""
        held = self._known[code]
        if held.found is not None and held.rules is not held.found:
            self._learn(replace(held, rules=held.found, files=held.found_files, kept=None))

    def forget(self, code: str) -> None:
        """Nobody names the municipality any more, and nobody wants it kept."""
        self._known = {c: known for c, known in self._known.items() if c != code}
        self._asking.know({c: known.plugin for c, known in self._known.items()})

    def put(self, rules: MunicipalityRules) -> None:
        """Has this process know other rules from now on; whoever holds the former keeps them."""
        self._learn(replace(self._known[rules.code], rules=rules))

    def _learn(self, known: Known) -> None:
        # Never changed in place: other threads are reading.
        self._known = {**self._known, known.plugin.municipality: known}
        self._asking.know({c: one.plugin for c, one in self._known.items()})

    def _found(self, plugin: FoundPlugin, files: RuleFiles) -> Known:
        try:
            has_letters = plugin.distribution is not None
            rules = _read(plugin, files, self._shared, has_letters, self._amendments)
            if not has_letters:
                unused = unused_letters(plugin.municipality, files.folders)
                if unused:
                    raise RulesRefused(unused)
        except RulesRefused as err:
            code = plugin.municipality
            log.error("rules.refused municipality=%s faults=%d", code, len(err.faults))
            return Known(plugin, found_files=files, refused=err)
        return Known(plugin, rules, files, rules, files)

    def rules(self, code: str) -> MunicipalityRules:
        """Raises UnknownMunicipality, or RulesRefused where the municipality's files are faulty."""
        known = self._known.get(code)
        if known is None:
            raise UnknownMunicipality(code)
        if known.rules is None:
            raise RulesRefused(self.faults[code])
        return known.rules

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
        answers = self._asking.answers(code, pairs, day, off)
        known = self._known.get(code)
        if known is None or known.rules is None or not known.rules.notices:
            return answers
        rules = known.rules
        return [
            with_files(answer, rules, case, circle, day)
            for answer, (case, circle) in zip(answers, pairs, strict=True)
        ]

    def notices(self, code: str, case: Case, circle: Circle, day: date) -> Answer:
        """The same about one subject."""
        return self.notices_of(code, [(case, circle)], day)[0]

    def proposals_of(
        self, code: str, cases: Sequence[StaffCase], day: date, off: Collection[str] = ()
    ) -> list[Proposed]:
        """Asks the core and the municipality's own what route is proposed for each person.

        off: rules that are switched off. Never raises for a plugin's sake; raises
        UnknownMunicipality.
        """
        return self._asking.proposals(code, cases, day, off)

    def proposer_of(self, code: str) -> PythonRules | None:
        """The municipality's own proposing, None where the core's stands. Raises
        UnknownMunicipality."""
        known = self._known.get(code)
        if known is None:
            raise UnknownMunicipality(code)
        plugin = known.plugin
        if plugin.asker is None or not plugin.proposes:
            return None
        version = plugin.code or plugin.version or ""
        return PythonRules(code, version, frozenset({rule_name(code, PROPOSE)}))

    def python_of(self, code: str) -> PythonRules | None:
        """The municipality's rules written in Python; None without any that can be asked.

        Raises UnknownMunicipality.
        """
        known = self._known.get(code)
        if known is None:
            raise UnknownMunicipality(code)
        plugin = known.plugin
        if plugin.asker is None or plugin.code is None:
            return None
        return PythonRules(code, plugin.code, frozenset(rule_name(code, h) for h in plugin.hooks))

    def spoken_of(self, code: str) -> frozenset[SubjectKind]:
        """The kinds of subjects that the municipality's own rules have people told of.

        Raises UnknownMunicipality.
        """
        if code not in self._known:
            raise UnknownMunicipality(code)
        known = self._known[code]
        by_files = frozenset(rule.subject for rule in known.rules.notices) if known.rules else ()
        return known.plugin.subjects.union(by_files) if known.plugin.hooks else frozenset(by_files)

    def time_with(self, timed: Timed) -> None:
        """Has the time that is spent on asking plugins be told."""
        self._asking.timed = timed

    def close(self) -> None:
        """Ends the processes that plugins run in. Asked again, they are started again."""
        self._asking.close()

    def plugins_list(self) -> tuple[PluginEntry, ...]:
        """Every municipality that was found, with its faults, by code."""
        return tuple(self._entry(code) for code in sorted(self._known))

    def _entry(self, code: str) -> PluginEntry:
        known = self._known[code]
        plugin, rules = known.plugin, known.rules
        return PluginEntry(
            municipality=code,
            title=rules.title if rules else None,
            distribution=plugin.distribution,
            version=plugin.version,
            indicators=len(rules.indicators) if rules else 0,
            faults=self.faults.get(code, ()),
            hooks=tuple(sorted(plugin.answers)),
            is_former=rules is not None and rules is not known.found,
            digest=rules.digest if rules else None,
        )


def _read(
    plugin: FoundPlugin,
    files: RuleFiles,
    shared: Passports,
    has_letters: bool,
    amendments: Sequence[Amendment] = (),
) -> MunicipalityRules:
    code = plugin.municipality
    try:
        rules = load_rules(code, files.folders, shared=shared, amendments=amendments)
        if has_letters:
            # Whoever is trusted with templates may put a notice of the files into other words.
            own = read_letters(code, files.folders)
            rules = replace(rules, letters={**rules.letters, **own})
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
