"""Bodies of evidence: what survives being written as JSON and read again."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.facts import (
    ActivityState,
    Attempt,
    CourseCompletion,
    Mark,
    activity_register,
    attempt_register,
    completion_register,
    rounded_mark,
)
from tests.unit.domain.builders import utc

decimals = st.decimals(-1000, 1000, places=5)
instants = st.none() | st.datetimes(
    datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)
)
names = st.none() | st.text(max_size=5)
attempts = st.builds(
    Attempt,
    quiz_id=st.text(max_size=3),
    quiz_cmid=names,
    quiz_idnumber=names,
    quiz_name=names,
    attempt_id=st.text(max_size=3),
    number=st.integers(1, 99),
    state=st.sampled_from(("finished", "inprogress", "overdue", "abandoned")),
    provisional=st.booleans(),
    started_at=instants,
    finished_at=instants,
    grade=st.none() | decimals,
    max_grade=st.none() | decimals,
    marks=st.lists(
        st.builds(Mark, st.integers(1, 9), st.none() | decimals, decimals, names), max_size=4
    ).map(tuple),
    course_id=names,
)


@given(attempts)
def test_an_attempt_is_read_back_as_it_was_written(attempt: Attempt) -> None:
    assert Attempt.from_body(json.loads(json.dumps(attempt.as_body()))) == attempt


@pytest.mark.parametrize(
    "fact", [CourseCompletion("3", "ДПП-1", None), ActivityState("90", None, "3", 2)]
)
def test_so_are_the_others(fact: CourseCompletion | ActivityState) -> None:
    assert type(fact).from_body(json.loads(json.dumps(fact.as_body()))) == fact


def test_equal_numbers_are_written_alike() -> None:
    """Moodle shows 7, 7.00 and 7.00000; the digest of a body must not tell them apart."""
    one, other = (Mark(1, Decimal(text), Decimal("1E+1")) for text in ("7", "7.00000"))
    assert _questions(one) == _questions(other)
    assert _questions(Mark(1, Decimal("-0.00"), Decimal("10")))[0]["mark"] == "0"


def _questions(mark: Mark) -> list[dict[str, object]]:
    attempt = Attempt(
        "7", None, None, None, "1", 1, "finished", False, None, None, None, None, (mark,)
    )
    found: list[dict[str, object]] = attempt.as_body()["attempt"]["questions"]
    return found


def test_instants_are_written_in_utc() -> None:
    moment = datetime.fromisoformat("2026-03-01T12:00:00+03:00")
    attempt = Attempt(
        "7", None, None, None, "1", 1, "finished", False, moment, None, None, None, ()
    )
    assert attempt.as_body()["attempt"]["started_at"] == utc(2026, 3, 1).isoformat()


@pytest.mark.parametrize(
    ("mark", "counts"),
    [
        ("0.005", "0.01"),
        ("0.00499999", "0.00"),
        ("0.994999", "0.99"),
        ("0.995", "1.00"),
        ("2.675", "2.68"),
        ("0.66667", "0.67"),
        (None, "0.00"),
    ],
)
def test_marks_are_rounded_half_up_to_two_decimals(mark: str | None, counts: str) -> None:
    assert rounded_mark(None if mark is None else Decimal(mark)) == Decimal(counts)


@pytest.mark.parametrize(
    ("state", "provisional", "final"),
    [
        ("finished", False, True),
        ("finished", True, False),
        ("inprogress", False, False),
        ("overdue", False, False),
        ("abandoned", False, False),
    ],
)
def test_only_a_finished_graded_attempt_is_final(
    state: str, provisional: bool, final: bool
) -> None:
    attempt = Attempt("7", None, None, None, "1", 1, state, provisional, None, None, None, None, ())
    assert attempt.is_final is final


@pytest.mark.parametrize(("state", "complete"), [(0, False), (1, True), (2, True), (3, False)])
def test_states_1_and_2_are_complete(state: int, complete: bool) -> None:
    assert ActivityState("90", None, None, state).is_complete is complete


def test_things_are_called_by_idnumber_or_by_number() -> None:
    attempt = Attempt("7", "70", "Q", None, "1", 1, "finished", False, None, None, None, None, ())
    assert [attempt.is_called(name) for name in ("Q", "7", "70", "q", "")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    unnamed = CourseCompletion("3", None, None)
    assert [unnamed.is_called(name) for name in ("3", "", "None")] == [True, False, False]
    assert ActivityState("90", "A", None, 1).is_called("A")


def test_registers_start_from_the_source() -> None:
    assert attempt_register("m", "1") == "attempt:m:1"
    assert completion_register("m", "3", "5") == "completion:m:3:5"
    assert activity_register("m", "90", "5", 2026) == "activity:m:90:5:2026"
