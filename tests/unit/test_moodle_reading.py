"""Who and what a pointer means, and what a batch asks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from connector.domain.signals import About, Pointer
from connector.moodle.answers import Missing
from connector.moodle.interpretation import AccountSeen, Interpretation
from connector.moodle.questions import Function
from connector.moodle.reading import Asked, interpret, read
from tests.unit.dictionary_moodle import (
    CHANGED,
    COMPLETED,
    REVIEW,
    SUBMITTED,
    USER,
    ZONE,
    Moodle,
    look,
)


@pytest.fixture
def moodle() -> Moodle:
    return Moodle()


def test_a_deleted_account_is_known_by_its_hash_and_missing_idnumber(moodle: Moodle) -> None:
    moodle.answers[Function.USERS] = [{"id": 7, "email": "ff1643afb67a6edb36ee3f6fea756323"}]

    assert look(moodle, CHANGED).account == AccountSeen("7", deleted=True)


def test_an_account_without_idnumber_is_not_a_deleted_one(moodle: Moodle) -> None:
    moodle.answers[Function.USERS] = [{"id": 7, "idnumber": "", "email": "t7@school.example"}]

    assert look(moodle, CHANGED).account == AccountSeen("7", None, "t7@school.example")


def test_an_account_that_is_not_shown_is_known_by_its_number(moodle: Moodle) -> None:
    moodle.answers[Function.USERS] = []

    assert look(moodle, CHANGED) == Interpretation(AccountSeen("7"), nothing="user_not_shown")
    assert look(moodle, SUBMITTED).account == AccountSeen("7")


@pytest.mark.parametrize(
    ("told", "field_asked"),
    [
        ({"user_idnumber": "T-7"}, "idnumber"),
        ({"username": "t7"}, "username"),
        ({"user_email": "t7@school.example"}, "email"),
    ],
)
def test_a_sender_without_numbers_is_looked_up(
    moodle: Moodle, told: Mapping[str, Any], field_asked: str
) -> None:
    pointer = Pointer(About.COURSE_COMPLETION, course_idnumber="C-5", expects="completed", **told)

    (statement,) = look(moodle, pointer).statements

    assert statement.register == "completion:lms:5:7"
    fields = [dict(one.params).get("field") for one in moodle.asked]
    assert fields[:2] == [field_asked, "idnumber"]


@pytest.mark.parametrize(
    ("users", "reason"),
    [([], "user_not_found"), ([USER, {**USER, "id": 8}], "user_ambiguous")],
)
def test_nobody_and_two_of_a_name_are_nobody(moodle: Moodle, users: list[Any], reason: str) -> None:
    moodle.answers[Function.USERS] = users
    pointer = replace(COMPLETED, user_id=None, user_idnumber="T-7")

    assert look(moodle, pointer) == Interpretation(nothing=reason)


def test_a_course_nobody_knows_is_no_course(moodle: Moodle) -> None:
    moodle.answers[Function.COURSES] = {"courses": []}
    pointer = replace(COMPLETED, course_id=None, course_idnumber="C-9")

    assert look(moodle, pointer) == Interpretation(nothing="course_not_found")


def test_a_batch_asks_for_the_catalogue_once_and_for_states_each_time(moodle: Moodle) -> None:
    asked = Asked()
    for _ in range(3):
        read(moodle, SUBMITTED, asked)

    functions = [question.function for question in moodle.asked]
    assert functions.count(Function.REVIEW) == functions.count(Function.USERS) == 3
    assert functions.count(Function.QUIZZES) == functions.count(Function.GRADE_ITEMS) == 1


def test_readings_of_a_batch_suffice_for_each_delivery(moodle: Moodle) -> None:
    asked = Asked()
    first = read(moodle, SUBMITTED, asked)
    second = read(moodle, SUBMITTED, asked)

    one, two = (interpret(SUBMITTED, found, "lms", ZONE, 1) for found in (first, second))

    assert one == two


def test_interpretation_never_guesses_what_was_not_read(moodle: Moodle) -> None:
    readings = read(moodle, SUBMITTED)

    with pytest.raises(Missing):
        interpret(SUBMITTED, readings[:-1], "lms", ZONE, 1)


def test_the_version_follows_what_is_said(moodle: Moodle) -> None:
    (before,) = look(moodle, SUBMITTED).statements
    (same,) = look(moodle, SUBMITTED).statements
    moodle.answers[Function.REVIEW] = {**REVIEW, "grade": 80}
    (after,) = look(moodle, SUBMITTED).statements

    assert before.version == same.version != after.version
