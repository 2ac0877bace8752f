"""Whatever stands where in a rule file: rules, or faults with their place; never anything else."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector.rulebook import RulesRefused, load_rules
from connector.rulebook.passports import shared_passports
from tests.unit.rulebook.memory_folder import folder

SHARED = shared_passports()
WORDS = ("role", "teacher", "all", "any", "not", "achieved_in", "test.one", "diagnosed", "routes")
SCALARS = st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS) | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from((*WORDS, "from", "source", "extends")), inner, max_size=3)
    ),
    max_leaves=6,
)
ONE = {
    "code": "test.one",
    "extends": "routes",
    "title": "Доля",
    "population": {"all": [{"role": "teacher"}]},
    "plan": [{"at_least_percent": 60, "source": "Приказ"}],
    "basis": {"document": "Положение", "clause": "1"},
}
SETTINGS = {
    "code": "test",
    "title": "Город",
    "timezone": "Asia/Yekaterinburg",
    "quiet": {"from": 20, "until": 8},
    "stalls": {"idle_days": 20},
    "scales": [{"high_percent": 9, "elevated_percent": 7, "base_percent": 5, "source": "Приказ"}],
}


def tried(indicators: Any, settings: Any, passports: Any) -> None:
    """JSON is YAML, so a value of any shape can be written down."""
    files = {
        "indicators": json.dumps(indicators, ensure_ascii=False),
        "municipality": json.dumps(settings, ensure_ascii=False),
        "passports": json.dumps(passports, ensure_ascii=False),
    }
    try:
        rules = load_rules("test", [folder(**files)], shared=SHARED)
    except RulesRefused as refused:
        assert refused.faults  # noqa: PT017 (either outcome is right, and each is checked)
    else:
        assert rules.indicators


@given(st.sampled_from(sorted(ONE)), VALUES)
def test_any_value_of_an_indicators_key(key: str, value: Any) -> None:
    tried({"indicators": [{**ONE, key: value}]}, SETTINGS, {"passports": {}})


@given(st.sampled_from(sorted(SETTINGS)), VALUES)
def test_any_value_of_a_setting(key: str, value: Any) -> None:
    tried({"indicators": [ONE]}, {**SETTINGS, key: value}, {"passports": {}})


@given(VALUES, VALUES, VALUES)
def test_any_files(indicators: Any, settings: Any, passports: Any) -> None:
    tried(indicators, settings, passports)


@given(VALUES)
def test_any_passport(passport: Any) -> None:
    mine = {**ONE, "extends": "mine"}
    tried({"indicators": [mine]}, SETTINGS, {"passports": {"mine": passport}})


@given(VALUES)
def test_any_condition(condition: Any) -> None:
    other = {**ONE, "code": "test.two", "population": {"everyone": True}}
    tried({"indicators": [{**ONE, "population": condition}, other]}, SETTINGS, {"passports": {}})
