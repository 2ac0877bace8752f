"""tool_trigger where the captures do not reach: the recommended template, forgeries."""

from typing import Any
from urllib.parse import quote_plus

import pytest

from connector.dialects import tool_trigger
from connector.dialects.envelope import Unreadable, WrongEnvelope
from connector.domain.signals import About
from tests.unit.dialects.foreign_events import only, pointed, trigger


def filled(**values: str) -> bytes:
    """The recommended template as the plugin fills it with "JSON encode" off."""
    text = tool_trigger.TEMPLATE
    for name, value in values.items():
        text = text.replace("{" + name + "}", quote_plus(value))
    return text.encode()


def test_the_recommended_template_is_json_and_says_all_that_is_needed() -> None:
    raw = filled(
        eventname="\\mod_quiz\\event\\question_manually_graded",
        id="77",
        timecreated="1795326056",
        userid="2",
        relateduserid="",
        objectid="13",
        contextinstanceid="5",
        courseid="3",
        other_attemptid="40",
    )

    assert only(tool_trigger.cut(raw)).key == "row:77"
    pointer = pointed(tool_trigger.cut(raw), tool_trigger.read)
    assert (pointer.about, pointer.attempt_id) == (About.ATTEMPT, "40")
    assert (pointer.user_id, pointer.cmid, pointer.course_id) == (None, "5", "3")
    assert pointer.quiz_id is None


def test_encoded_and_plain_workflows_of_one_event_are_one_row() -> None:
    plain_form = only(tool_trigger.cut(trigger()))
    encoded = only(
        tool_trigger.cut(
            trigger(event="%5Cmod_quiz%5cevent%5Cattempt_submitted", timecreated=1795326056)
        )
    )

    assert (plain_form.key, plain_form.digest) == (encoded.key, encoded.digest)
    assert plain_form.type == encoded.type == "\\mod_quiz\\event\\attempt_submitted"


def test_a_plus_in_a_plain_idnumber_survives() -> None:
    members = {"user": {"idnumber": "T+1%20"}, "course": {"id": "3"}}
    name = "\\core\\event\\course_completed"
    as_is = pointed(tool_trigger.cut(trigger(event=name, **members)), tool_trigger.read)
    decoded = pointed(
        tool_trigger.cut(trigger(event=quote_plus(name), **members)), tool_trigger.read
    )

    assert as_is.user_idnumber == "T+1%20"
    assert decoded.user_idnumber == "T 1"


def test_a_profile_that_overwrites_the_idnumber_is_a_conflict() -> None:
    honest = only(tool_trigger.cut(trigger(user={"id": "6", "idnumber": "T-1003"})))
    forged = only(tool_trigger.cut(trigger(user={"id": "6", "idnumber": "T-1001"})))

    assert honest.key == forged.key
    assert honest.digest != forged.digest


def test_names_looked_up_at_delivery_make_no_conflict() -> None:
    before = only(tool_trigger.cut(trigger(user={"email": "a+b@x", "lastname": "Хабибуллина"})))
    after = only(tool_trigger.cut(trigger(user={"email": "a b@x", "lastname": "Ёлкина"}, site="x")))

    assert (before.key, before.digest) == (after.key, after.digest)


@pytest.mark.parametrize("row", [None, "", "{id}", "{eventid}", "x", 0])
def test_without_a_row_number_the_event_itself_is_the_key(row: Any) -> None:
    one = only(tool_trigger.cut(trigger(eventid=row)))
    other = only(tool_trigger.cut(trigger(eventid=row, objectid="42")))

    assert one.key.startswith("sha256:")
    assert one.key != other.key


@pytest.mark.parametrize("raw", [b"[]", b"1", b'"a=1&b=2"'])
def test_a_trigger_that_is_no_object_is_a_wrong_envelope(raw: bytes) -> None:
    with pytest.raises(WrongEnvelope):
        tool_trigger.cut(raw)


def test_unresolved_placeholders_are_no_values() -> None:
    raw = trigger(
        event="\\core\\event\\course_completed",
        user={"id": "{user_id}", "idnumber": "{user_idnumber}"},
        course={"id": "3"},
    )

    with pytest.raises(Unreadable) as caught:
        tool_trigger.read(only(tool_trigger.cut(raw)).body)
    assert caught.value.reason == "no_user"
