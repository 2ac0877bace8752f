"""Conditions of rules as sentences of a passport."""

from datetime import date

import pytest

from connector.domain.because import SubjectKind
from connector.domain.indicators import Basis, Indicator, IndicatorKind, Wording
from connector.domain.periods import PeriodKind
from connector.domain.words import CORE, Word
from connector.domain.words.staff import everyone
from connector.services.figures.passports import Passport, passports, words_of
from connector.texts.conditions import condition_sentences, condition_text

JOINTS = {"all", "any", "not", "achieved_in"}


def indicator(code: str, population: object, achieved: object) -> Indicator:
    return Indicator(
        code=code,
        title=f"Показатель {code}",
        subject=SubjectKind.STAFF,
        kind=IndicatorKind.SHARE,
        period=PeriodKind.YEAR,
        population=everyone(),
        achieved=everyone(),
        basis=Basis("Положение", "1"),
        wording=Wording(population, achieved),
    )


def told(population: object, achieved: object) -> Passport:
    first = indicator("a.first", {"everyone": True}, {"diagnosed": "base"})
    return passports([first, indicator("a.b", population, achieved)], date(2026, 6, 1))[1]


def test_no_sentence_is_left_of_a_word_that_is_gone() -> None:
    assert condition_sentences().keys() - JOINTS <= CORE.keys()


@pytest.mark.parametrize("word", CORE.values(), ids=CORE)
def test_every_word_says_something_with_its_defaults(word: Word) -> None:
    given = {
        param.name: param.choices[0] if param.choices else 3
        for param in word.params
        if param.required
    }
    text = condition_text(word, given)
    assert text
    assert "{" not in text


def test_parameters_are_in_the_sentence() -> None:
    assert condition_text(CORE["younger_than"], {"years": 35}).startswith("моложе 35 лет")
    assert "уровень базовый или выше" in condition_text(CORE["diagnosed"], {"level": "base"})
    assert "любого уровня" in condition_text(CORE["diagnosed"], {})
    assert "регионального" not in condition_text(CORE["role"], {"role": "teacher"})


def test_every_word_of_a_list_is_in_the_sentence() -> None:
    marks = ["low_results", "biased_results"]
    text = condition_text(CORE["school_has"], {"any_of": marks})
    assert text == "признак школы — низкие результаты или необъективные результаты"
    text = condition_text(CORE["every_competency_measured"], {"days": 365})
    assert "за 365 дней" in text
    assert "управленческие" in text


def test_conditions_are_put_together_as_the_rules_put_them() -> None:
    passport = told(
        {"all": [{"role": "teacher"}, {"not": {"younger_than": 35}}]},
        {"any": [{"achieved_in": "a.first"}, {"has_route": {"based_on_diagnosis": True}}]},
    )
    assert passport.population is not None
    assert passport.achieved is not None
    assert [part.text for part in passport.population.parts] == [
        "роль — педагогический работник",
        "не выполнено",
    ]
    assert passport.population.parts[1].parts[0].text.startswith("моложе 35")
    assert "«Показатель a.first»" in passport.achieved.parts[0].text
    assert "на основе результата диагностики" in passport.achieved.parts[1].text


def test_a_dated_number_is_told_as_of_the_day_with_all_its_versions() -> None:
    versions = [
        {"value": 30, "source": "Приказ № 3"},
        {"from": "2027-01-01", "value": 20, "source": "Приказ № 80"},
    ]
    passport = told({"everyone": True}, {"followed_by_decision": {"days": versions}})
    assert passport.achieved is not None
    assert "не позднее 30 дней" in passport.achieved.text
    assert [part.text for part in passport.achieved.parts] == [
        "30 — Приказ № 3",
        "с 01.01.2027: 20 — Приказ № 80",
    ]


def test_a_plugins_word_tells_its_summary_and_what_it_was_given() -> None:
    word = Word("own", frozenset(SubjectKind), "наше условие", "own: 3", everyone)
    assert condition_text(word, {"number": 3}) == "наше условие (number: 3)"


def test_the_words_of_an_indicator_are_found_however_deep() -> None:
    deep = indicator("a.c", {"all": [{"role": "teacher"}]}, {"not": {"any": [{"monitored": True}]}})
    assert words_of(deep) == {"role", "monitored"}
