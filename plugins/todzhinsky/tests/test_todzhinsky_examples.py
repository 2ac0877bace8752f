"""The worked examples and the scenario beside the rules of todzhinsky hold, none is lacking."""

from importlib.resources import files

import connector_todzhinsky
from connector.testing.rule_tests import rule_tests

test_rules = rule_tests("todzhinsky", files("connector_todzhinsky") / "rules", connector_todzhinsky)
