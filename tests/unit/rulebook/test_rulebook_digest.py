"""The digest changes with what affects judging, and with nothing else."""

import pytest

from connector.rulebook import load_rules
from tests.unit.rulebook.memory_folder import INDICATORS, MUNICIPALITY, folder


def digest(municipality: str = MUNICIPALITY, indicators: str = INDICATORS) -> str:
    return load_rules("test", [folder(municipality=municipality, indicators=indicators)]).digest


def test_the_same_rules_have_the_same_digest() -> None:
    assert digest() == digest()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("everyone: true", "role: teacher"),
        ("diagnosed: base", "diagnosed: any"),
        ("period: year", "period: point"),
    ],
)
def test_a_condition_changes_it(old: str, new: str) -> None:
    assert digest(indicators=INDICATORS.replace(old, new)) != digest()


@pytest.mark.parametrize(
    "line",
    [
        "stalls: {idle_days: 10}",
        "scales: [{high_percent: 9, elevated_percent: 7, base_percent: 1, source: С}]",
    ],
)
def test_a_threshold_changes_it(line: str) -> None:
    assert digest(municipality=f"{MUNICIPALITY}\n{line}\n") != digest()


def test_a_time_zone_changes_it() -> None:
    assert digest(municipality=MUNICIPALITY.replace("Vladivostok", "Krasnoyarsk")) != digest()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Доля прошедших", "Часть прошедших"),
        ("at_least_percent: 60", "at_least_percent: 70"),
        ("document: Положение о пробах", "document: Положение"),
    ],
)
def test_titles_and_plans_do_not_change_it(old: str, new: str) -> None:
    assert digest(indicators=INDICATORS.replace(old, new)) == digest()


def test_hours_of_letters_do_not_change_it() -> None:
    assert digest(municipality=f"{MUNICIPALITY}\nclosing_hour: 12\n") == digest()
