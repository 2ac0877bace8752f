"""What stands of a register: retractions, their years, readings of completions (domain 2)."""

from dataclasses import replace
from datetime import datetime, timedelta

from connector.domain.evidence import Kind, Says, Standing, Statement, merge, standing
from connector.domain.facts import completion_register
from tests.unit.domain.builders import MOSCOW, VLADIVOSTOK, reading, said, utc

JUNE, JULY, AUGUST = utc(2026, 6, 1), utc(2026, 7, 1), utc(2026, 8, 1)
NEXT = utc(2027, 2, 1)


def completed(happened_at: datetime, at: datetime, says: Says = Says.SO) -> Statement:
    return said(
        says,
        at,
        kind=Kind.COMPLETION,
        register=completion_register("moodle", "3", "5"),
        happened_at=happened_at,
    )


def stands(*statements: Statement) -> Standing:
    """The same in either order, or the test says so."""
    forth = standing(merge({}, statements, MOSCOW).values(), MOSCOW)
    back = standing(merge({}, reversed(statements), MOSCOW).values(), MOSCOW)
    assert forth == back
    return forth


def days(outcome: Standing) -> list[datetime]:
    return [evidence.happened_at for evidence in outcome.evidence]


def test_a_retraction_of_the_same_year_says_it_was_never_so() -> None:
    assert not stands(said(Says.SO, JUNE, happened_at=JUNE), said(Says.NOT_SO, JULY)).evidence


def test_a_retraction_that_comes_before_its_fact_was_raised_does_not_reach_it() -> None:
    outcome = stands(said(Says.NOT_SO, JUNE), said(Says.SO, JULY, happened_at=JUNE))
    assert days(outcome) == [JUNE]


def test_a_retraction_of_an_earlier_year_waits() -> None:
    fact, deletion = said(Says.SO, JUNE, happened_at=JUNE), said(Says.NOT_SO, NEXT)
    outcome = stands(fact, deletion)
    assert days(outcome) == [JUNE]
    assert outcome.waiting == (deletion,)


def test_a_confirmed_retraction_reaches_back() -> None:
    fact, deletion = said(Says.SO, JUNE, happened_at=JUNE), said(Says.NOT_SO, NEXT)
    outcome = stands(fact, deletion, replace(deletion, confirmed=True))
    assert outcome == Standing((), ())


def test_a_yes_outlives_a_later_retraction_that_nobody_confirmed() -> None:
    fact, deletion = said(Says.SO, JUNE, happened_at=JUNE), said(Says.NOT_SO, NEXT)
    again = said(Says.NOT_SO, NEXT + timedelta(days=1))
    assert stands(fact, replace(deletion, confirmed=True), again) == Standing((), ())


def test_a_waiting_retraction_does_not_push_out_one_that_holds() -> None:
    fact = said(Says.SO, JUNE, happened_at=JUNE)
    assert stands(fact, said(Says.NOT_SO, JULY), said(Says.NOT_SO, NEXT)) == Standing((), ())


def test_the_year_is_that_of_the_municipality() -> None:
    # 31 December 15:00 UTC is already the next year in Vladivostok, not in Moscow.
    eve = utc(2026, 12, 31, 15)
    fact, deletion = said(Says.SO, JUNE, happened_at=JUNE), said(Says.NOT_SO, eve)
    slots = merge({}, (fact, deletion), MOSCOW)
    assert not standing(slots.values(), MOSCOW).evidence
    slots = merge({}, (fact, deletion), VLADIVOSTOK)
    assert standing(slots.values(), VLADIVOSTOK).waiting == (deletion,)


def test_a_course_taken_again_is_new_evidence() -> None:
    again = utc(2026, 10, 1)
    assert days(stands(completed(JUNE, JUNE), completed(again, again))) == [JUNE, again]


def test_a_retracted_completion_takes_no_other_with_it() -> None:
    outcome = stands(
        completed(JUNE, JUNE), completed(JULY, JULY), completed(JULY, AUGUST, Says.NOT_SO)
    )
    assert days(outcome) == [JUNE]


def test_the_key_of_a_completion_names_its_time() -> None:
    (evidence,) = stands(completed(JUNE, JUNE)).evidence
    assert evidence.key == "completion:moodle:3:5:2026-06-01T09:00:00Z"


def test_a_reading_speaks_for_its_whole_year() -> None:
    other_year = utc(2025, 6, 1)
    outcome = stands(
        completed(other_year, other_year),
        completed(JUNE, JUNE),
        completed(JULY, JULY),
        reading(utc(2026, 7, 15), AUGUST),
    )
    assert days(outcome) == [other_year, utc(2026, 7, 15)]
    assert not outcome.waiting


def test_a_reading_of_a_known_completion_keeps_it() -> None:
    assert days(stands(completed(JUNE, JUNE), reading(JUNE, AUGUST))) == [JUNE]


def test_a_completion_after_the_reading_is_not_retracted_by_it() -> None:
    assert days(stands(reading(JUNE, JULY), completed(AUGUST, AUGUST))) == [JUNE, AUGUST]


def test_a_reading_that_finds_none_retracts_this_year_and_waits_for_the_last() -> None:
    last_year = utc(2025, 6, 1)
    none = reading(None, AUGUST)
    outcome = stands(completed(last_year, last_year), completed(JUNE, JUNE), none)
    assert days(outcome) == [last_year]
    assert outcome.waiting == (none,)
    yes = stands(completed(last_year, last_year), none, replace(none, confirmed=True))
    assert yes == Standing((), ())


def test_a_reading_next_year_does_not_empty_this_year_by_itself() -> None:
    """Course reset for a new run, unlocked and completed anew: last year's report holds."""
    moved = reading(JULY, NEXT)
    outcome = stands(completed(JUNE, JUNE), moved)
    assert days(outcome) == [JUNE, JULY]
    assert outcome.waiting == (moved,)


def test_nor_does_it_erase_what_only_another_reading_found() -> None:
    first, second = reading(JUNE, NEXT), reading(JULY, NEXT + timedelta(days=1))
    outcome = stands(first, second)
    assert days(outcome) == [JUNE, JULY]
    assert outcome.waiting == (second,)


def test_a_reading_of_a_new_year_does_not_hide_what_waits_for_the_old_one() -> None:
    none, found = reading(None, NEXT), reading(NEXT + timedelta(hours=1), NEXT + timedelta(days=1))
    outcome = stands(completed(JUNE, JUNE), none, found)
    assert outcome.waiting == (none,)
    yes = replace(none, confirmed=True)
    assert days(stands(completed(JUNE, JUNE), none, yes, found)) == [found.happened_at]


def test_the_latest_of_two_readings_holds() -> None:
    assert days(stands(reading(JUNE, JULY), reading(JULY, AUGUST))) == [JULY]
    assert days(stands(reading(JULY, JULY), reading(JUNE, AUGUST))) == [JUNE]
    assert not days(stands(reading(JUNE, JULY), reading(None, AUGUST)))
    assert days(stands(reading(None, JULY), reading(JUNE, AUGUST))) == [JUNE]


def test_a_fact_of_the_future_is_accepted() -> None:
    assert days(stands(said(Says.SO, JUNE, happened_at=utc(2031, 1, 1)))) == [utc(2031, 1, 1)]


def test_a_state_without_a_time_proves_nothing() -> None:
    assert stands(said(Says.SO, JUNE, happened_at=None)) == Standing((), ())


def test_a_retraction_reaches_earlier_versions_only_never_its_equal() -> None:
    body = {"n": 1}
    outcome = stands(
        said(Says.SO, JUNE, happened_at=JUNE, body=body), said(Says.NOT_SO, JUNE, body=body)
    )
    assert days(outcome) == [JUNE]
