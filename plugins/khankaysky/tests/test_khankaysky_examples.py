"""The worked examples beside the rules of khankaysky hold, and no indicator is without one."""

from importlib.resources import files

from connector.testing.rule_tests import rule_tests

test_rules = rule_tests("khankaysky", files("connector_khankaysky") / "rules")
