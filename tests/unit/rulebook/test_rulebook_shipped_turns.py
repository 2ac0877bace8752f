"""Every indicator of every shipped plugin says until when time alone cannot change it.

tests/unit/domain/test_changes_on.py tries the words; here they stand as the rules join them.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain.indicators import Indicator
from connector.rulebook import load_rules
from tests.guards.tree import ROOT
from tests.unit.domain.random_cases import days
from tests.unit.domain.test_changes_on import CASES, PERIODS, is_steady

RULES = [
    load_rules(folder.name, [folder / f"connector_{folder.name}" / "rules"])
    for folder in sorted((ROOT / "plugins").iterdir())
    if (folder / "setup.cfg").is_file()
]
INDICATORS = [indicator for rules in RULES for indicator in rules.indicators]


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.code)
@given(st.data())
@settings(max_examples=8)
def test_an_indicator_holds_until_it_says(indicator: Indicator, data: st.DataObject) -> None:
    case = data.draw(CASES[indicator.subject])
    period = data.draw(st.sampled_from([p for p in PERIODS if p.kind is indicator.period]))
    day = max(data.draw(days), period.first)
    is_steady(indicator, case, period, day)


def test_all_shipped_plugins_are_tried() -> None:
    assert {rules.code for rules in RULES} >= {"korolev", "kuznetsk", "todzhinsky"}
