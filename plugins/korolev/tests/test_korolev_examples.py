"""The worked examples and the scenario beside the rules of korolev hold, and none is missing."""

from importlib.resources import files

from connector.testing.rule_tests import rule_tests

test_rules = rule_tests("korolev", files("connector_korolev") / "rules")
