"""Percents of attempts and the counting result of a quiz (domain 3)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.catalogue import Catalogue, Diagnostic, Policy, Question
from connector.domain.dates import Span
from connector.domain.evidence import Evidence
from connector.domain.levels import Level
from connector.domain.results import Result, counting_results
from tests.unit.domain.builders import CATALOGUE, SOURCE, attempt, folded, setting, utc

AT = utc(2026, 3, 1)
YEAR = Span(date(2026, 1, 1), date(2026, 12, 31))


def result(*pairs: tuple[Any, Any], **more: Any) -> Result:
    (found,) = folded(attempt(AT, *pairs, **more)).results
    return found


def test_a_percent_is_marks_over_maximum_marks() -> None:
    found = result((1, 3), (2, 2), quiz="7")
    assert found.percents == {"A": Fraction(100, 3), "B": Fraction(100)}
    assert found.overall == Fraction(300, 5)


def test_a_category_gathers_its_questions() -> None:
    found = result((1, 1), (0, 1), (1, 3), quiz="8")
    assert found.percents == {"A": Fraction(200, 4), "B": Fraction(0)}


def test_a_missing_mark_is_0() -> None:
    assert result((None, 4), (4, 4)).percents["A"] == 0
    assert result((None, 4), (4, 4)).overall == 50


def test_a_maximum_of_0_is_not_measured() -> None:
    found = result((1, 0), (3, 4))
    assert found.percents == {"B": Fraction(75)}
    assert "A" not in found.levels


def test_an_attempt_that_measured_nothing_has_no_overall_level() -> None:
    found = result((1, 0), (0, 0))
    assert (found.overall, found.overall_level, found.percents) == (None, None, {})


def test_a_question_nobody_mapped_does_not_count() -> None:
    assert result((1, 2), (1, 2), (0, 100), quiz="7").overall == 50


def test_marks_are_rounded_before_they_are_added() -> None:
    # 49.995 and 0.005 are 50.00 and 0.01: base is reached, exactly.
    assert result(("49.995", 100), (1, 1)).levels["A"] is Level.BASE
    assert result(("49.994", 100), (1, 1)).levels["A"] is Level.BELOW_BASE
    found = result(("0.005", 1), (None, 1), ("0.005", 1), quiz="8")
    assert found.percents["A"] == Fraction(1)


def test_a_question_of_two_competencies_counts_in_both_and_once_in_the_whole() -> None:
    twice = Catalogue(
        questions=(
            Question(SOURCE, "7", "A", slot=1),
            Question(SOURCE, "7", "B", slot=1),
            Question(SOURCE, "7", "A", category="A"),
        )
    )
    (found,) = folded(attempt(AT, (1, 2), (9, 9)), in_=setting(twice)).results
    assert found.percents == {"A": Fraction(50), "B": Fraction(50)}
    assert found.overall == 50


cents = st.integers(0, 10_000).map(lambda n: Decimal(n) / 100)


@given(st.lists(st.tuples(st.none() | cents, cents), min_size=1, max_size=6))
def test_percents_are_exact(pairs: list[tuple[Decimal | None, Decimal]]) -> None:
    found = result(*pairs, quiz="8")
    for code, chosen in (("A", pairs[::2]), ("B", pairs[1::2])):
        most = sum(Fraction(m) for _, m in chosen)
        if most:
            assert found.percents[code] == sum(Fraction(g or 0) for g, _ in chosen) * 100 / most
        else:
            assert code not in found.percents


@pytest.mark.parametrize(
    "more", [{"state": "inprogress"}, {"state": "abandoned"}, {"provisional": True}]
)
def test_only_final_attempts_count(more: dict[str, Any]) -> None:
    assert not folded(attempt(AT, (1, 1), (1, 1), **more)).results


def test_a_quiz_that_nobody_mapped_is_no_diagnostic() -> None:
    assert not folded(attempt(AT, (1, 1), quiz="99")).results
    assert not folded(attempt(AT, (1, 1), source="another")).results


def test_a_quiz_is_found_by_idnumber_before_its_number() -> None:
    catalogue = replace(
        CATALOGUE,
        diagnostics=(*CATALOGUE.diagnostics, Diagnostic(SOURCE, "Q", "По номеру")),
        questions=(*CATALOGUE.questions, Question(SOURCE, "Q", "C", slot=1)),
    )
    (found,) = folded(attempt(AT, (1, 1), idnumber="Q"), in_=setting(catalogue)).results
    assert (found.diagnostic.title, list(found.percents)) == ("По номеру", ["C"])


def test_a_quiz_with_mapped_questions_alone_is_a_diagnostic() -> None:
    catalogue = Catalogue(questions=CATALOGUE.questions)
    (found,) = folded(attempt(AT, (1, 1), (1, 1)), in_=setting(catalogue)).results
    assert found.diagnostic == Diagnostic(SOURCE, "7", "7", Policy.LAST)


def picked(policy: Policy, *evidence: Evidence, span: Span = YEAR) -> list[int]:
    """Numbers of the attempts that count under the policy."""
    catalogue = replace(CATALOGUE, diagnostics=(Diagnostic(SOURCE, "7", "Входная", policy),))
    results = folded(*evidence, in_=setting(catalogue)).results
    return [r.attempt.number for r in counting_results(results, span)]


def tries(*percents: int) -> list[Evidence]:
    """Attempts one day after another with these overall percents, written down backwards."""
    return [
        attempt(AT + timedelta(days=n), (percent, 100), (percent, 100), number=n)
        for n, percent in enumerate(percents, 1)
    ][::-1]


@pytest.mark.parametrize(
    ("policy", "number"), [(Policy.LAST, 4), (Policy.FIRST, 1), (Policy.BEST, 2)]
)
def test_the_policy_picks_one_attempt_of_a_quiz(policy: Policy, number: int) -> None:
    assert picked(policy, *tries(10, 90, 90, 40)) == [number]


def test_of_equal_times_the_greater_number_is_later_and_9_comes_before_10() -> None:
    same = [attempt(AT, (5, 10), (5, 10), number=n) for n in (10, 9)]
    assert picked(Policy.LAST, *same) == [10]
    assert picked(Policy.FIRST, *same) == [9]
    assert picked(Policy.BEST, *same) == [9]


def test_only_attempts_of_the_period_are_picked_from() -> None:
    span = Span(date(2026, 3, 2), date(2026, 3, 3))
    assert picked(Policy.LAST, *tries(10, 20, 30), span=span) == [2]
    assert picked(Policy.BEST, *tries(90, 30, 20), span=Span(date(2026, 3, 3), YEAR.last)) == [2]
    assert picked(Policy.FIRST, *tries(90, 20, 30), span=Span(date(2026, 3, 4), YEAR.last)) == [3]


def test_every_quiz_has_its_own_counting_result() -> None:
    results = folded(
        attempt(AT, (1, 1), (1, 1), quiz="8"), attempt(AT, (1, 1), (1, 1), quiz="7")
    ).results
    assert [r.attempt.quiz_id for r in counting_results(results, YEAR)] == ["7", "8"]


@given(
    st.permutations(
        tries(10, 90, 40) + [attempt(AT, (1, 2), (1, 2), quiz="8", number=n) for n in (1, 2)]
    )
)
def test_the_order_of_evidence_does_not_matter(evidence: list[Evidence]) -> None:
    assert [(r.attempt.quiz_id, r.attempt.number) for r in folded(*evidence).results] == [
        ("8", 1), ("8", 2), ("7", 1), ("7", 2), ("7", 3),
    ]  # fmt: skip
