"""One line in a plugin's tests: its examples and scenarios, each a test of its own.

test_rules = rule_tests("korolev", files("connector_korolev") / "rules")
"""

from collections.abc import Callable
from importlib.resources.abc import Traversable
from typing import Any

from connector.rulebook import load_rules
from connector.testing.checking import EXAMPLES
from connector.testing.examples import disagreement, lacking, read_examples
from connector.testing.scenarios import FILE as SCENARIOS
from connector.testing.scenarios import ask_also, ask_core, disagreements, read_scenarios


def rule_tests(
    code: str, folder: Traversable, plugin: Any = None, complete: bool = True
) -> Callable[..., None]:
    """A test for pytest with a parameter for each example and each scenario of a rules folder.

    plugin: the package whose `connector_notices` is asked for the scenarios' notices. complete:
    every indicator must have an example that counts, one that does not, one that is outside.
    Raises RulesRefused where a file is faulty, so that pytest shows all faults at once.
    """
    # Only here: commands and pages check rules too, and have no test runner.
    import pytest

    rules = load_rules(code, [folder])
    ask = ask_core if plugin is None else ask_also(plugin)
    names = {entry.name for entry in folder.iterdir()}
    checks: dict[str, Callable[[], list[str]]] = {}
    shown = read_examples(rules, folder) if EXAMPLES in names else ()
    for example in shown:

        def judged(example: Any = example) -> list[str]:
            found = disagreement(rules, example)
            return [] if found is None else [found]

        checks[example.place] = judged
    for scenario in read_scenarios(rules, folder) if SCENARIOS in names else ():

        def played(scenario: Any = scenario) -> list[str]:
            return disagreements(rules, scenario, ask)

        checks[scenario.place] = played
    if complete:
        checks["every indicator has its examples"] = lambda: lacking(rules, shown)

    @pytest.mark.parametrize("name", checks)
    def test_rules(name: str) -> None:
        assert checks[name]() == []

    return test_rules
