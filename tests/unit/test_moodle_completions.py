"""What readings of completions prove."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.domain.evidence import Says
from connector.domain.facts import ActivityState, CourseCompletion
from connector.domain.signals import Dialect
from connector.moodle.interpretation import Interpretation
from connector.moodle.questions import Function
from connector.moodle.reading import read
from connector.services.inbox.reading_deliveries import StoredDelivery, understand
from tests.unit.dictionary_moodle import (
    ACTIVITY,
    COMPLETED,
    FINISHED,
    STARTED,
    TICKED,
    Moodle,
    look,
)


@pytest.fixture
def moodle() -> Moodle:
    return Moodle()


def test_a_course_is_completed_at_its_latest_criterion(moodle: Moodle) -> None:
    (statement,) = look(moodle, COMPLETED).statements

    assert (statement.says, statement.register) == (Says.ONLY, "completion:lms:5:7")
    assert statement.happened_at == datetime.fromtimestamp(FINISHED, UTC)
    assert CourseCompletion.from_body(statement.body) == CourseCompletion("5", "C-5", "Курс")


def criteria(*complete: bool, completed: bool = False, aggregation: int = 1) -> dict[str, Any]:
    rows = [{"complete": one, "timecompleted": STARTED if one else None} for one in complete]
    status = {"completed": completed, "aggregation": aggregation, "completions": rows}
    return {"completionstatus": status}


def test_a_completion_not_committed_yet_waits_and_in_the_end_is_none(moodle: Moodle) -> None:
    moodle.answers[Function.COURSE_COMPLETION] = criteria(True, False)

    early = look(moodle, COMPLETED)
    (statement,) = look(moodle, COMPLETED, final=True).statements

    assert (early.not_yet, early.statements) == ("completion_not_committed", ())
    assert (statement.says, statement.happened_at) == (Says.ONLY, None)


def test_a_look_that_nobody_promised_anything_is_believed_at_once(moodle: Moodle) -> None:
    moodle.answers[Function.COURSE_COMPLETION] = criteria(True, False)

    (statement,) = look(moodle, replace(COMPLETED, expects=None)).statements

    assert (statement.says, statement.happened_at) == (Says.ONLY, None)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (criteria(True, True), "completion_task_pending"),
        (criteria(True, False, aggregation=2), "completion_task_pending"),
        (criteria(False, completed=True), "completion_times_missing"),
    ],
)
def test_a_completion_between_two_states_proves_nothing(
    moodle: Moodle, answer: dict[str, Any], reason: str
) -> None:
    moodle.answers[Function.COURSE_COMPLETION] = answer

    assert look(moodle, COMPLETED).not_yet == reason
    last = look(moodle, COMPLETED, final=True)
    assert (last.nothing, last.statements) == (reason, ())


@pytest.mark.parametrize("code", ["usernotenroled", "nocriteriaset", "userdeleted", "invaliduser"])
def test_an_error_about_a_completion_proves_nothing(moodle: Moodle, code: str) -> None:
    moodle.answers[Function.COURSE_COMPLETION] = code
    moodle.answers[Function.ACTIVITY_COMPLETION] = code

    assert look(moodle, COMPLETED) == Interpretation(nothing=code)
    assert look(moodle, TICKED) == Interpretation(nothing=code)


@pytest.mark.parametrize(("state", "says"), [(0, "not_so"), (1, "so"), (2, "so"), (3, "not_so")])
def test_states_one_and_two_are_complete(moodle: Moodle, state: int, says: str) -> None:
    moodle.answers[Function.ACTIVITY_COMPLETION] = {"statuses": [{**ACTIVITY, "state": state}]}

    (statement,) = look(moodle, TICKED).statements

    assert statement.says.value == says
    assert ActivityState.from_body(statement.body) == ActivityState("12", "DIAG", "5", state)


def test_an_activity_s_year_is_the_municipality_s(moodle: Moodle) -> None:
    """Ten in the evening of 31 December by UTC is New Year's morning in Vladivostok."""
    evening = int(datetime(2025, 12, 31, 22, 0, tzinfo=UTC).timestamp())
    moodle.answers[Function.ACTIVITY_COMPLETION] = {
        "statuses": [{**ACTIVITY, "timecompleted": evening}]
    }

    (statement,) = look(moodle, TICKED).statements

    assert statement.register == "activity:lms:12:7:2026"


def test_all_touched_activities_are_told_and_the_pointed_one_even_without_a_record(
    moodle: Moodle,
) -> None:
    moodle.answers[Function.ACTIVITY_COMPLETION] = {
        "statuses": [
            {**ACTIVITY, "timecompleted": 0, "state": 0},
            {**ACTIVITY, "cmid": 13, "state": 1},
            {**ACTIVITY, "cmid": 14, "timecompleted": 0},
            {**ACTIVITY, "cmid": 15, "hascompletion": False},
        ]
    }

    found = look(moodle, TICKED)

    told = {one.register: (one.says.value, one.happened_at) for one in found.statements}
    assert told == {
        "activity:lms:12:7:2026": ("not_so", None),
        "activity:lms:13:7:2026": ("so", datetime.fromtimestamp(FINISHED, UTC)),
    }


def test_a_completion_ahead_of_its_criterion_is_looked_at_again(moodle: Moodle) -> None:
    """A 4.4 site said so for as long as the transaction of the last attempt was open."""
    moodle.answers[Function.COURSE_COMPLETION] = criteria(True, False, completed=True)

    early = look(moodle, COMPLETED)
    moodle.answers[Function.COURSE_COMPLETION] = criteria(True, True, completed=True)
    whole = look(moodle, COMPLETED)

    assert [one.says for one in early.statements] == [Says.ONLY]
    assert (early.look_again, whole.look_again) == (True, False)


def test_the_second_look_is_the_last(moodle: Moodle) -> None:
    moodle.answers[Function.COURSE_COMPLETION] = criteria(True, False, completed=True)
    event = {
        "eventname": "\\core\\event\\course_completed",
        "courseid": "5",
        "relateduserid": "7",
        "timecreated": FINISHED,
    }
    body = json.dumps(event).encode()
    readings = read(moodle, COMPLETED)

    def after(looks: int) -> bool:
        stored = StoredDelivery(1, "lms", Dialect.LOCAL_WEBHOOKS, body, (readings,) * looks)
        return understand(stored).look_again

    assert (after(1), after(2)) == (True, False)
