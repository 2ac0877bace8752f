"""The worked examples beside the rules hold, and no indicator is without one."""

from importlib.resources import files

from connector.testing.rule_tests import rule_tests

test_rules = rule_tests("verkhnyaya_pyshma", files("connector_verkhnyaya_pyshma") / "rules")
