"""Requests of the three foreign senders, to be bent by a test."""

import json
from collections.abc import Callable
from typing import Any

from connector.dialects.envelope import Cut
from connector.domain.signals import Arrival, Pointer

INFO = "http://lrs.learninglocker.net/define/extensions/info"
SITE = "https://sdo.example"


def webhook(**members: Any) -> bytes:
    event = {
        "eventname": "\\mod_quiz\\event\\attempt_submitted",
        "objectid": "41",
        "timecreated": 1795326056,
        "relateduserid": "19",
        "userid": "19",
        "courseid": "2",
        "contextinstanceid": "1",
        "other": {"submitterid": None, "quizid": "1", "studentisonline": True},
        "host": "sdo.example",
        "token": "wh-1",
        "extra": "",
        **members,
    }
    return json.dumps(event).encode()


def trigger(**members: Any) -> bytes:
    event = {
        "event": "\\mod_quiz\\event\\attempt_submitted",
        "eventid": "32",
        "timecreated": "1795326056",
        "objectid": "41",
        **members,
    }
    return json.dumps(event).encode()


def statement(event: str, address: str, **members: Any) -> dict[str, Any]:
    return {
        "context": {
            "extensions": {INFO: {"event_name": event}},
            "contextActivities": {"parent": [{"id": f"{SITE}/course/view.php?id=3"}]},
        },
        "timestamp": "2026-11-22T06:08:16.000Z",
        "actor": {"account": {"homePage": SITE, "name": "17"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": SITE + address},
        **members,
    }


def only(cut: Cut) -> Arrival:
    (arrival,) = cut.arrivals
    return arrival


def pointed(cut: Cut, read: Callable[[bytes], Pointer | None]) -> Pointer:
    pointer = read(only(cut).body)
    assert pointer is not None
    return pointer
