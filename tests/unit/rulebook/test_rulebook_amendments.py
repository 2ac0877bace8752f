"""What-if: numbers of the rules that are other ones for a trial only."""

from fractions import Fraction

import pytest

from connector.rulebook import RulesRefused, load_rules
from connector.rulebook.amendments import NotAnAmendment, parse_amendment
from connector.rulebook.municipality_rules import MunicipalityRules
from tests.unit.rulebook.memory_folder import INDICATORS, folder

WORDS = """
document: Положение о пробах
indicators:
  - code: test.teams
    title: Доля команд
    subject: team
    kind: share
    period: year
    population: {team_has_employed_member: true}
    achieved:
      any:
        - not: {team_completed_programme: true}
        - team_completed_programme: {members: 2, audience: staff}
    basis: {clause: "2"}
  - code: test.young
    title: Доля молодых
    subject: staff
    kind: share
    period: year
    population: {all: [{role: teacher}, {younger_than: 35}, {in_first_years_of_work: {years: 3}}]}
    achieved: {in_form_of_support: true}
    basis: {clause: "3"}
"""


def amended(*texts: str, **files: str) -> MunicipalityRules:
    return load_rules("test", [folder(**files)], amendments=[parse_amendment(t) for t in texts])


def test_a_plan_is_another_one_at_all_of_its_dates() -> None:
    dated = INDICATORS.replace(
        "    basis",
        "      - {from: 2027-01-01, at_least_percent: 70, source: Приказ № 2}\n    basis",
    )
    plans = amended("test.diagnosed.plan=65,5", indicators=dated).indicators[0].plans
    assert [plan.at_least for plan in plans] == [Fraction(131, 200)] * 2


def test_an_indicator_without_a_plan_gets_one() -> None:
    rules = amended("test.young.plan=70", indicators=WORDS)
    assert rules.indicator("test.young").plans[0].at_least == Fraction(7, 10)


def test_thresholds_of_the_scale_are_others_where_the_files_name_none() -> None:
    assert amended("scale.base=55").scales.versions[0][1].base == 55


def test_the_stall_policy_is_another_one() -> None:
    assert amended("stalls.idle_days=7").stalls.idle_days == 7


def test_the_numbers_of_words_are_told_as_they_are() -> None:
    assert amended(indicators=WORDS).numbers == {
        "test.teams.team_completed_programme": 2,
        "test.young.younger_than": 35,
        "test.young.in_first_years_of_work": 3,
        "test.young.in_form_of_support": 0,
    }


@pytest.mark.parametrize(
    "text",
    ["test.young.younger_than=30", "test.young.in_first_years_of_work.years=5",
     "test.young.in_form_of_support.in_first_years=2", "test.teams.team_completed_programme=3"],
)  # fmt: skip
def test_a_number_of_a_word_is_another_one(text: str) -> None:
    rules = amended(text, indicators=WORDS)
    name, _, value = text.partition("=")
    assert int(value) in [v for n, v in rules.numbers.items() if name.startswith(n)]
    assert rules.digest != amended(indicators=WORDS).digest


def test_another_parameter_keeps_the_ones_that_are_given() -> None:
    both = amended("test.teams.team_completed_programme.members=4", indicators=WORDS)
    assert both.numbers["test.teams.team_completed_programme"] == 4


@pytest.mark.parametrize(
    ("text", "hint"),
    [("test.diagnosed.plam=65", "test.diagnosed.plan"), ("scale.bose=55", "scale.base"),
     ("test.nobody.plan=65", "такого числа в правилах нет")],
)  # fmt: skip
def test_what_is_not_there_is_told_with_what_may_be_meant(text: str, hint: str) -> None:
    with pytest.raises(RulesRefused, match="что, если") as refused:
        amended(text)
    assert hint in str(refused.value)


@pytest.mark.parametrize("text", ["test.diagnosed.plan=много", "test.diagnosed.plan=160",
                                  "scale.base=90"])  # fmt: skip
def test_an_impossible_number_is_refused_as_in_a_file(text: str) -> None:
    with pytest.raises(RulesRefused):
        amended(text)


@pytest.mark.parametrize("text", ["", "plan=65", "test.diagnosed.plan", "Ы.plan=3"])
def test_a_text_that_is_no_amendment_is_told_how_one_is_written(text: str) -> None:
    with pytest.raises(NotAnAmendment, match=r"показатель\.plan=65"):
        parse_amendment(text)


def test_nothing_is_amended_unasked() -> None:
    plain = load_rules("test", [folder()])
    assert amended().digest == plain.digest
    assert amended().indicators[0].plans == plain.indicators[0].plans
