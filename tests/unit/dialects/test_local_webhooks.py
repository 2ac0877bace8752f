"""local_webhooks where the captures do not reach: forgeries, types, tokens."""

from typing import Any

import pytest

from connector.dialects import local_webhooks
from connector.dialects.envelope import Cut, Unreadable
from tests.unit.dialects.foreign_events import only, pointed, webhook


def test_neither_host_nor_token_nor_free_text_make_another_event() -> None:
    one = only(local_webhooks.cut(webhook()))
    other = only(local_webhooks.cut(webhook(host="копия.example", token="wh-2", extra="вторая")))

    assert (one.key, one.digest) == (other.key, other.digest)


def test_types_of_numbers_make_no_other_event() -> None:
    as_text = webhook(objectid="41", courseid="2", other={"finalgrade": "40.00000"})
    as_number = webhook(objectid=41, courseid=2, other={"finalgrade": 40})

    assert only(local_webhooks.cut(as_text)).key == only(local_webhooks.cut(as_number)).key


@pytest.mark.parametrize(
    "difference",
    [
        {"relateduserid": "20"},
        {"userid": "2"},
        {"courseid": "3"},
        {"contextinstanceid": "4"},
        {"other": {"completionstate": 1}},
        {"timecreated": 1795326057},
    ],
)
def test_one_triple_with_anything_else_different_is_another_event(
    difference: dict[str, Any],
) -> None:
    assert (
        only(local_webhooks.cut(webhook())).key
        != only(local_webhooks.cut(webhook(**difference))).key
    )


def test_the_token_is_removed_wherever_it_stands() -> None:
    raw = webhook(extra="token=wh-1;", other={"wh-1": ["x", {"y": "wh-1wh-1"}]})
    taken = local_webhooks.cut(raw)

    assert taken.token == "wh-1"
    assert b"wh-1" not in only(taken).body
    assert "wh-1" not in repr(taken)


@pytest.mark.parametrize("raw", [b"[]", b"1", b"null", b'"wh-1"', b"{}", b'{"token": 5}'])
def test_a_body_without_a_token_presents_none(raw: bytes) -> None:
    assert local_webhooks.cut(raw) == Cut(())


def test_an_event_without_a_name_is_kept_to_be_seen() -> None:
    arrival = only(local_webhooks.cut(webhook(eventname=None)))

    assert arrival.relevant
    with pytest.raises(Unreadable):
        local_webhooks.read(arrival.body)


def test_a_task_that_completes_a_course_is_not_the_learner() -> None:
    raw = webhook(eventname="\\core\\event\\course_completed", userid="2", relateduserid=19)

    assert pointed(local_webhooks.cut(raw), local_webhooks.read).user_id == "19"


def test_the_course_total_graded_by_nobody_still_names_the_learner() -> None:
    raw = webhook(eventname="\\core\\event\\user_graded", userid=-1, other={"itemid": 3})
    pointer = pointed(local_webhooks.cut(raw), local_webhooks.read)

    assert (pointer.user_id, pointer.grade_item_id) == ("19", "3")


@pytest.mark.parametrize(
    "name",
    [
        "\\mod_quiz\\event\\attempt_started",
        "\\mod_quiz\\event\\attempt_preview_started",
        "\\local_webhooks\\event\\response_answer",
        "\\core\\event\\course_completion_updated",
        "\\core\\event\\user_enrolment_created",
        "что угодно",
    ],
)
def test_what_proves_nothing_is_only_counted(name: str) -> None:
    arrival = only(local_webhooks.cut(webhook(eventname=name)))

    assert not arrival.relevant
    assert local_webhooks.read(arrival.body) is None
