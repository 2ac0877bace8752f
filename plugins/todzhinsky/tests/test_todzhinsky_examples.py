"""The worked examples beside the rules of todzhinsky hold, and no indicator is without one."""

from importlib.resources import files

import pytest

from connector.rulebook import load_rules
from connector.testing.examples import Example, disagreement, lacking, read_examples

FOLDER = files("connector_todzhinsky") / "rules"
RULES = load_rules("todzhinsky", [FOLDER])
EXAMPLES = read_examples(RULES, FOLDER)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.place)
def test_an_example_is_judged_as_it_says(example: Example) -> None:
    assert disagreement(RULES, example) is None


def test_every_indicator_has_its_examples() -> None:
    assert lacking(RULES, EXAMPLES) == []
