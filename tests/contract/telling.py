"""A living Moodle's happenings as each of the three public senders tells them (README)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from connector.dialects import local_webhooks, tool_trigger, xapi
from connector.dialects.envelope import Cut
from connector.domain.signals import Arrival, Dialect
from tests.contract.living_moodle import Event

INFO = "http://lrs.learninglocker.net/define/extensions/info"
SITE = "https://lms.example"
_QUIZ_EVENTS = ("attempt_submitted", "attempt_regraded", "attempt_deleted",
                "question_manually_graded")  # fmt: skip
_NEVER_TOLD_BY_XAPI = {
    "user_graded", "grade_deleted", "attempt_regraded", "attempt_deleted", "user_updated",
    "user_deleted",
}  # fmt: skip


def arrivals(dialect: Dialect, event: Event, number: int) -> list[Arrival]:
    """What arrives of an event; nothing where the sender does not tell it. number: of the row in
    the sender's own table."""
    tellers: dict[Dialect, Callable[[Event, int], Cut | None]] = {
        Dialect.LOCAL_WEBHOOKS: _webhook,
        Dialect.TOOL_TRIGGER: _trigger,
        Dialect.XAPI: _statement,
    }
    cut = tellers[dialect](event, number)
    return [one for one in cut.arrivals if one.relevant] if cut is not None else []


def _name(event: Event) -> str:
    part = "mod_quiz" if event.name in _QUIZ_EVENTS else "core"
    return f"\\{part}\\event\\{event.name}"


def _webhook(event: Event, number: int) -> Cut:
    graded = event.name == "question_manually_graded"
    return local_webhooks.cut(
        json.dumps(
            {
                "eventname": _name(event),
                "objectid": str(number) if graded else event.object_id or str(number),
                "timecreated": event.at,
                "userid": "2",
                "relateduserid": None if graded else event.user,
                "courseid": event.course or "0",
                "contextinstanceid": event.cmid or event.course or "1",
                "other": {
                    "quizid": event.quiz,
                    "attemptid": event.object_id,
                    "itemid": event.item,
                },
                "host": "lms.example",
                "token": "wh-1",
                "extra": "",
            }
        ).encode()
    )


def _trigger(event: Event, number: int) -> Cut:
    graded = event.name == "question_manually_graded"
    told = {
        "event": _name(event),
        "eventid": str(number),
        "timecreated": str(event.at),
        "userid": "2",
        "relateduserid": None if graded else event.user,
        "objectid": str(number) if graded else event.object_id,
        "contextinstanceid": event.cmid or event.course,
        "courseid": event.course,
        "other_quizid": event.quiz,
        "other_attemptid": event.object_id,
        "other_itemid": event.item,
    }
    kept = {name: value for name, value in told.items() if value is not None}
    return tool_trigger.cut(json.dumps(kept).encode())


def _statement(event: Event, number: int) -> Cut | None:
    if event.name in _NEVER_TOLD_BY_XAPI:
        return None
    course = f"{SITE}/course/view.php?id={event.course}"
    place = course
    if event.object_id and event.cmid:
        place = f"{SITE}/mod/quiz/attempt.php?attempt={event.object_id}&cmid={event.cmid}"
    elif event.cmid:
        place = f"{SITE}/mod/page/view.php?id={event.cmid}"
    elif event.course is None:
        place = f"{SITE}/user/profile.php?id={event.user}"
    parents = [{"id": course}] if event.course else []
    return xapi.cut(
        json.dumps(
            {
                "context": {
                    "extensions": {INFO: {"event_name": _name(event)}},
                    "contextActivities": {"parent": parents},
                },
                "timestamp": f"{datetime.fromtimestamp(event.at, UTC):%Y-%m-%dT%H:%M:%S}.000Z",
                "actor": {"account": {"homePage": SITE, "name": event.user}},
                "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
                "object": {"id": place},
            }
        ).encode()
    )
