"""A judgement says until when time alone cannot change it; the tick believes that.

Between the day of a judgement and its `changes_on` it must be the same on every day, for every word
of the vocabulary and whatever is put together of them.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain.because import Judgement, SubjectKind
from connector.domain.cases import Case, Moment
from connector.domain.indicators import Basis, Condition, Indicator, IndicatorKind, judge
from connector.domain.periods import Period, PeriodKind
from connector.domain.words import CORE
from connector.domain.words.logic import achieved_in, all_of, any_of, not_
from connector.domain.words.vocabulary import Param, ParamType, Word
from tests.unit.domain import random_pieces
from tests.unit.domain.random_cases import (
    FIRST,
    LAST,
    TEXTS,
    association_cases,
    days,
    municipality_cases,
    school_cases,
    staff_cases,
    team_cases,
)
from tests.unit.domain.random_places import peopled_associations, peopled_schools

DAY = timedelta(days=1)
PERIODS = (
    Period(PeriodKind.YEAR, 2026),
    Period(PeriodKind.YEAR, 2027),
    Period(PeriodKind.ACADEMIC_YEAR, 2026),
)


def values(param: Param) -> list[Any]:
    match param.type:
        case ParamType.BOOLEAN:
            return [False, True]
        case ParamType.INTEGER:
            return [0, 1, 2, 3, 35]
        case ParamType.CHOICE:
            return list(param.choices)
        case ParamType.CHOICES:
            return [param.choices, param.choices[:1]]
        case ParamType.TEXTS:
            return list(TEXTS)


def uses(word: Word) -> Iterator[Condition]:
    """The word with every value of its parameters."""
    for chosen in product(*(values(param) for param in word.params)):
        yield word.build(**dict(zip((p.name for p in word.params), chosen, strict=True)))


@cache
def conditions(subject: SubjectKind) -> tuple[Condition, ...]:
    return tuple(use for word in CORE.values() if subject in word.subjects for use in uses(word))


def indicator(
    subject: SubjectKind,
    population: Condition,
    achieved: Condition,
    kind: IndicatorKind = IndicatorKind.SHARE,
) -> Indicator:
    return Indicator(
        "x", "x", subject, kind, PeriodKind.YEAR, population, achieved, Basis("x", "1")
    )


def is_steady(rule: Indicator, case: Case, period: Period, day: date) -> None:
    """Judges on every day after `day`, to beyond the period's end, and compares."""
    held = judge(rule, case, Moment(period, period.as_of(day)))
    assert held.changes_on is None or day < held.changes_on <= period.last
    while (day := day + DAY) <= LAST + 2 * DAY:
        moment = Moment(period, period.as_of(day))
        found = judge(rule, case, moment)
        if held.changes_on is not None and day >= held.changes_on:
            held = found
            continue
        assert without_day(found) == without_day(held), day
        assert found.changes_on == held.changes_on or day >= period.last


def without_day(judgement: Judgement) -> Judgement:
    return replace(judgement, changes_on=None)


everyone: Condition = CORE["everyone"].build()
CASES: dict[SubjectKind, st.SearchStrategy[Case]] = {
    SubjectKind.STAFF: staff_cases(),
    SubjectKind.TEAM: team_cases(),
    SubjectKind.SCHOOL: st.one_of(school_cases(), peopled_schools()),
    SubjectKind.ASSOCIATION: st.one_of(association_cases(), peopled_associations()),
    SubjectKind.MUNICIPALITY: municipality_cases(),
    SubjectKind.ROADMAP_ITEM: random_pieces.roadmap_cases(),
    SubjectKind.DOCUMENT: random_pieces.document_cases(),
    SubjectKind.ANALYSIS: random_pieces.analysis_cases(),
    SubjectKind.PRACTICE: random_pieces.practice_cases(),
    SubjectKind.CONTEST: random_pieces.contest_cases(),
    SubjectKind.COMPLETION: random_pieces.completion_cases(),
    SubjectKind.ROUTE: random_pieces.route_cases(),
}


def starts(period: Period) -> st.SearchStrategy[date]:
    return days.map(lambda day: max(day, period.first))


@pytest.mark.parametrize("subject", CASES)
@given(st.data())
@settings(max_examples=25)
def test_a_judgement_by_one_word_holds_until_it_says(
    subject: SubjectKind, data: st.DataObject
) -> None:
    case = data.draw(CASES[subject])
    period = data.draw(st.sampled_from(PERIODS))
    day = data.draw(starts(period))
    for condition in conditions(subject):
        is_steady(indicator(subject, everyone, condition), case, period, day)


@pytest.mark.parametrize("subject", [SubjectKind.STAFF, SubjectKind.TEAM, SubjectKind.COMPLETION])
@given(st.data())
@settings(max_examples=60)
def test_a_judgement_by_several_words_holds_until_it_says(
    subject: SubjectKind, data: st.DataObject
) -> None:
    words = st.sampled_from(conditions(subject))
    joined = st.recursive(
        words,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda some: all_of(*some)),
            st.lists(inner, min_size=1, max_size=3).map(lambda some: any_of(*some)),
            inner.map(not_),
            st.tuples(inner, inner).map(lambda two: achieved_in(indicator(subject, *two))),
        ),
        max_leaves=5,
    )
    case = data.draw(CASES[subject])
    period = data.draw(st.sampled_from(PERIODS))
    day = data.draw(starts(period))
    for kind in (IndicatorKind.SHARE, IndicatorKind.RATIO):
        rule = indicator(subject, data.draw(joined), data.draw(joined), kind)
        is_steady(rule, case, period, day)


def test_every_kind_of_subject_has_words_and_is_tried() -> None:
    assert {kind for word in CORE.values() for kind in word.subjects} <= CASES.keys()
    assert all(conditions(subject) for subject in CASES)
    assert FIRST.year < LAST.year
