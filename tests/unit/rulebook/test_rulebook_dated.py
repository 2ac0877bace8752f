"""A word's number as a dated parameter: next year's does not rewrite this year's (domain 5)."""

from datetime import date

import pytest

from connector.domain.cases import AnalysisCase, Moment
from connector.domain.indicators import judge
from connector.domain.periods import parse_period
from connector.domain.records import Analysis, Decision
from connector.rulebook import MunicipalityRules, RulesRefused, load_rules
from connector.testing import builders
from tests.unit.rulebook.memory_folder import MUNICIPALITY, MemoryFolder

FILE = """
indicators:
  - code: test.decisions
    title: Решения
    subject: analysis
    kind: share
    period: year
    population: {{made_in_period: true}}
    achieved: {{followed_by_decision: {days}}}
    basis: {{document: Д, clause: "1"}}
"""


def load(days: str) -> MunicipalityRules:
    files = {"municipality.yaml": MUNICIPALITY, "indicators.yaml": FILE.format(days=days)}
    return load_rules("test", [MemoryFolder(files)])  # type: ignore[list-item]


def counts(rules: MunicipalityRules, year: int, later: int) -> bool:
    """Whether a decision so many days after an analysis of 1 March counts."""
    made = date(year, 3, 1)
    decision = Decision("1", "1", "municipality", date.fromordinal(made.toordinal() + later))
    case = AnalysisCase(Analysis("1", "municipality", made), (decision,), builders.setting())
    period = parse_period(str(year))
    return judge(rules.indicators[0], case, Moment(period, period.last)).achieved


DATED = (
    "[{value: 30, source: № 1}, {from: 2027-01-01, value: 20, source: № 2},"
    " {from: 2028-12-31, value: 5, source: № 3}]"
)


@pytest.mark.parametrize("days", [DATED, f"{{days: {DATED}}}"])
def test_the_number_in_force_on_the_periods_last_day_counts(days: str) -> None:
    rules = load(days)
    assert [counts(rules, 2026, n) for n in (30, 31)] == [True, False]
    assert [counts(rules, 2027, n) for n in (20, 21)] == [True, False]
    assert [counts(rules, 2028, n) for n in (5, 6)] == [True, False]


def test_a_bare_number_holds_for_ever() -> None:
    rules = load("30")
    assert all(counts(rules, year, 30) for year in (2020, 2026, 2030))


def test_another_number_is_another_rule() -> None:
    assert load(DATED).digest != load(DATED.replace("value: 20", "value: 21")).digest


@pytest.mark.parametrize(
    ("days", "word"),
    [
        ("[{value: 30}]", "source"),
        ("[{source: № 1}]", "не указано"),
        ("[{value: 30%, source: № 1}]", "целое число"),
        ("[{value: 1001, source: № 1}]", "от 0 до 1000"),
        ("[{value: [{value: 1, source: x}], source: № 1}]", "целое число"),
        ("[{value: 30, source: № 1, until: 2027-01-01}]", "until"),
        ("[{value: 30, source: № 1}, {value: 20, source: № 2}]", "from"),
        ("[30]", "ключи"),
        ("[]", "целое число"),
    ],
)
def test_a_faulty_one_is_refused_with_its_line(days: str, word: str) -> None:
    with pytest.raises(RulesRefused) as refused:
        load(days)
    faults = [str(fault) for fault in refused.value.faults]
    assert any(word in fault for fault in faults), faults
    assert all("indicators.yaml:9" in fault for fault in faults), faults
