"""Judging a subject: population, achieved, slices, and until when it holds (domain 5)."""

from datetime import date

from connector.domain.because import WHOLE, Because, Finding, Slice, SliceKind, SubjectKind
from connector.domain.cases import Case, Moment
from connector.domain.dates import Span
from connector.domain.indicators import Basis, Condition, Indicator, IndicatorKind, judge
from connector.domain.people import Dated, Organisation, Role, School, SchoolKind, StaffTerm
from connector.domain.periods import PeriodKind
from connector.domain.records import Support
from connector.domain.words import CORE
from connector.domain.words.logic import achieved_in, all_of, any_of, not_
from tests.unit.domain.builders import case, completion, noon, person, setting, year

JUNE, JULY = date(2026, 6, 30), date(2026, 7, 1)
EVERYONE: Condition = CORE["everyone"].build()


def fixed(
    holds: bool, code: str = "x", changes_on: date | None = None, at: str | None = None
) -> Condition:
    slices = None if at is None else (Slice(SliceKind.SCHOOL, at),)
    return lambda case, moment: Finding(holds, (Because(code),), changes_on, slices)


def rule(
    population: Condition = EVERYONE,
    achieved: Condition = EVERYONE,
    kind: IndicatorKind = IndicatorKind.SHARE,
) -> Indicator:
    return Indicator(
        "x", "x", SubjectKind.STAFF, kind, PeriodKind.YEAR, population, achieved, Basis("x", "1")
    )


def test_only_the_population_can_achieve() -> None:
    held = judge(rule(fixed(False, "out"), fixed(True, "in")), case(), year(JUNE))
    assert (held.in_population, held.achieved) == (False, False)
    assert held.because == (Because("out"),)


def test_the_two_sides_of_a_ratio_stand_apart() -> None:
    ratio = rule(fixed(False, at="s9"), fixed(True), IndicatorKind.RATIO)
    held = judge(ratio, case(), year(JUNE))
    assert (held.in_population, held.achieved) == (False, True)
    assert held.population_slices == (Slice(SliceKind.SCHOOL, "s9"),)
    assert held.achieved_slices == case().slices(JUNE)


def test_who_is_not_employed_on_the_day_does_not_count() -> None:
    left = case(person=person(employments=(Span(None, JUNE),)))
    assert judge(rule(), left, year(JUNE)).achieved
    held = judge(rule(), left, year(JULY))
    assert (held.in_population, held.achieved) == (False, False)
    assert held.because == (Because("not_employed"),)
    ratio = rule(kind=IndicatorKind.RATIO)
    assert not judge(ratio, left, year(JULY)).in_population


def test_who_will_be_employed_is_looked_at_again_then() -> None:
    coming = case(person=person(employments=(Span(JULY, None),)))
    assert judge(rule(), coming, year(JUNE)).changes_on == JULY


def test_staff_count_in_the_whole_in_their_school_and_once_in_each_association() -> None:
    moved = case(
        person=person(
            terms=(
                StaffTerm(None, Role.TEACHER, "s1", associations=("a2", "a1", "a2")),
                StaffTerm(JULY, Role.TEACHER, None),
            )
        )
    )
    before, after = (judge(rule(), moved, year(day)) for day in (JUNE, JULY))
    assert before.population_slices == (
        WHOLE,
        Slice(SliceKind.SCHOOL, "s1"),
        Slice(SliceKind.ASSOCIATION, "a1"),
        Slice(SliceKind.ASSOCIATION, "a2"),
    )
    assert after.population_slices == (WHOLE,)
    assert before.changes_on == JULY


def test_reasons_of_both_sides_are_told_once() -> None:
    held = judge(
        rule(fixed(True, "a"), any_of(fixed(True, "a"), fixed(True, "b"))), case(), year(JUNE)
    )
    assert [because.code for because in held.because] == ["a", "b"]


def test_a_day_after_the_period_changes_nothing_in_it() -> None:
    late = fixed(True, changes_on=date(2027, 1, 1))
    assert judge(rule(late), case(), year(JUNE)).changes_on is None
    assert judge(rule(fixed(True, changes_on=JUNE)), case(), year(JUNE)).changes_on is None
    last = fixed(True, changes_on=date(2026, 12, 31))
    assert judge(rule(last), case(), year(JUNE)).changes_on == date(2026, 12, 31)


def test_evidence_of_the_future_counts_from_its_day_on() -> None:
    condition = CORE["completed_programme"].build()
    ahead = case(completion(noon(JULY)))
    now = judge(rule(achieved=condition), ahead, year(JUNE))
    assert (now.achieved, now.changes_on) == (False, JULY)
    assert judge(rule(achieved=condition), ahead, year(JULY)).achieved


def test_support_before_the_first_day_of_work_is_looked_at_again_on_that_day() -> None:
    condition = CORE["in_form_of_support"].build(in_first_years=3)
    coming = case(
        person=person(teaching_since=JULY),
        supports=(Support("p1", "клуб", Span(date(2026, 1, 1), None)),),
    )
    now = judge(rule(achieved=condition), coming, year(JUNE))
    assert (now.achieved, now.changes_on) == (False, JULY)
    assert judge(rule(achieved=condition), coming, year(JULY)).achieved


def test_a_school_that_becomes_another_is_looked_at_again_by_its_staff() -> None:
    dated = Dated(
        ((None, School("s1", "Сад", SchoolKind.KINDERGARTEN)), (JULY, School("s1", "Школа")))
    )
    condition = CORE["school_kind"].build(kind="school")
    there = case(in_=setting(organisation=Organisation({"s1": dated})))
    now = judge(rule(condition), there, year(JUNE))
    assert (now.in_population, now.changes_on) == (False, JULY)
    assert judge(rule(condition), there, year(JULY)).in_population


def found(condition: Condition) -> tuple[bool, list[str], date | None]:
    finding = condition(case(), year(JUNE))
    return finding.holds, [b.code for b in finding.because], finding.changes_on


YES, YES_UNTIL, NO, NO_UNTIL = (
    fixed(True, "yes"),
    fixed(True, "until", JULY),
    fixed(False, "no"),
    fixed(False, "not_yet", date(2026, 8, 1)),
)


def test_all_tell_the_first_that_fails() -> None:
    assert found(all_of(YES, YES_UNTIL)) == (True, ["yes", "until"], JULY)
    assert found(all_of(YES_UNTIL, NO_UNTIL, NO)) == (False, ["not_yet"], JULY)


def test_any_tell_those_that_hold_or_all() -> None:
    assert found(any_of(NO, YES, YES_UNTIL)) == (True, ["yes", "until"], JULY)
    assert found(any_of(NO, NO_UNTIL)) == (False, ["no", "not_yet"], date(2026, 8, 1))


def test_not_turns_round_and_keeps_the_reasons() -> None:
    assert found(not_(NO_UNTIL)) == (True, ["not_yet"], date(2026, 8, 1))


def test_achieved_in_asks_for_population_and_achievement() -> None:
    assert found(achieved_in(rule(NO, YES))) == (False, ["no"], None)
    assert found(achieved_in(rule(YES_UNTIL, NO_UNTIL))) == (False, ["not_yet"], JULY)
    assert found(achieved_in(rule(YES, YES_UNTIL))) == (True, ["until"], JULY)


def test_conditions_see_the_moment_they_are_asked_about() -> None:
    seen: list[Moment] = []

    def condition(case: Case, moment: Moment) -> Finding:
        seen.append(moment)
        return Finding(True)

    judge(rule(achieved=condition), case(), year(JUNE))
    assert seen == [year(JUNE)]
