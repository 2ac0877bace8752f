"""A rule set checked whole: its files, its examples, its scenarios; every fault at once.

A command, a page and a plugin's tests show the same.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources.abc import Traversable

from connector.rulebook import MunicipalityRules, RulesRefused, load_rules
from connector.testing import examples, scenarios
from connector.testing.scenarios import Ask, ask_core

EXAMPLES = "examples.yaml"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. faults: what has to be mended, each with file and line. wanting: indicators
    that lack an example; a fault only where the author wants it to be one."""

    code: str
    indicators: int = 0
    examples: int = 0
    scenarios: int = 0
    faults: tuple[str, ...] = ()
    wanting: tuple[str, ...] = ()


def check(code: str, folders: Sequence[Traversable], ask: Ask = ask_core) -> Checked:
    """Checks the rule folders of one municipality. ask: who says which notices are owed."""
    try:
        rules = load_rules(code, folders)
    except RulesRefused as err:
        # Examples and scenarios are about indicators, of which there may be none now.
        return Checked(code, faults=_told(err))
    return check_cases(rules, folders, ask)


def check_cases(
    rules: MunicipalityRules, folders: Sequence[Traversable], ask: Ask = ask_core
) -> Checked:
    """Checks the examples and scenarios of rules that were read."""
    faults: list[str] = []
    shown: list[examples.Example] = []
    played: list[scenarios.Scenario] = []
    for folder in _holding(folders, EXAMPLES):
        try:
            shown += examples.read_examples(rules, folder)
        except RulesRefused as err:
            faults += _told(err)
    for folder in _holding(folders, scenarios.FILE):
        try:
            played += scenarios.read_scenarios(rules, folder)
        except RulesRefused as err:
            faults += _told(err)
    for example in shown:
        name = f"{example.place}: {example.name}"
        faults += _safely(name, partial(_wrong, rules, example))
    for scenario in played:
        name = f"{scenario.place}: {scenario.name}"
        faults += _safely(name, partial(scenarios.disagreements, rules, scenario, ask))
    return Checked(
        rules.code,
        len(rules.indicators),
        len(shown),
        len(played),
        tuple(faults),
        tuple(examples.lacking(rules, tuple(shown))),
    )


def _safely(name: str, ask: Callable[[], Sequence[str]]) -> Sequence[str]:
    try:
        return ask()
    # Whatever a rule does with a case is its author's to know; the other cases are checked too.
    except Exception as err:
        return [f"{name}: {type(err).__name__}: {err}"]


def _wrong(rules: MunicipalityRules, example: examples.Example) -> list[str]:
    found = examples.disagreement(rules, example)
    return [] if found is None else [found]


def _holding(folders: Sequence[Traversable], name: str) -> Iterator[Traversable]:
    """Those of the folders that hold a file of this name."""
    return (folder for folder in folders if name in {entry.name for entry in folder.iterdir()})


def _told(refused: RulesRefused) -> tuple[str, ...]:
    return tuple(str(fault) for fault in refused.faults)
