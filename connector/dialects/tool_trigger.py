"""tool_trigger: a workflow's HTTP request, filled into a template that an administrator wrote.

Seen in the captures, and what is made of it:

- With "JSON encode" off every value is percent-encoded as a form value; with it on, the values are
  plain but can be forged: an institution `&user[idnumber]=T-1001&event=forged` replaced both. The
  form is told by the event name, whose backslashes are %5C when encoded; only then is each text
  decoded, once, so a "+" in a plain e-mail survives.
- A placeholder without a value stays in the text (`{course_idnumber}`): it is no value.
- `eventid` is the row in the plugin's own table: the same in every retry and in all workflows of
  one event. It is the key. The workflows of one event send different fields (the short template has
  no user number) and look names and e-mails up at delivery, so the digest covers only what one
  event cannot have two of: event name, object, time, and the idnumbers of user and course. Realtime
  and cron variants are duplicates; a forged event name or idnumber is a conflict.
- Realtime workflows send before the commit, and rolled-back events too: nothing is believed.

`TEMPLATE` is what we ask administrators to paste ("JSON encode" off): numbers only, no look-up
steps, so no name leaves Moodle. The captured templates are understood as well.
"""

import re
from typing import Any
from urllib.parse import unquote_plus

from connector.dialects.envelope import Cut, Unreadable, WrongEnvelope, malformed, short_type
from connector.dialects.moodle_events import CONCERNS, QUESTION_GRADED, checked
from connector.dialects.moodle_values import moodle_id, moodle_time, plain
from connector.dialects.strict_json import dumps, loads
from connector.domain.evidence import digest_of
from connector.domain.signals import About, Arrival, Pointer

CONTENT_TYPES = ("application/json",)

TEMPLATE = """{
  "event": "{eventname}",
  "eventid": "{id}",
  "timecreated": "{timecreated}",
  "userid": "{userid}",
  "relateduserid": "{relateduserid}",
  "objectid": "{objectid}",
  "contextinstanceid": "{contextinstanceid}",
  "courseid": "{courseid}",
  "other_quizid": "{other_quizid}",
  "other_attemptid": "{other_attemptid}",
  "other_itemid": "{other_itemid}"
}"""

_PLACEHOLDER = re.compile(r"\{[a-z0-9_]{1,64}\}", re.ASCII)
_ENCODED_BACKSLASH = "%5c"


def cut(raw: bytes) -> Cut:
    """The one event of a request. Raises NotJson; WrongEnvelope if it is no object."""
    written = loads(raw)
    if not isinstance(written, dict):
        raise WrongEnvelope("not_an_object")
    body = dumps(written)
    event = _values(written)
    name = event.get("event")
    if not isinstance(name, str) or not name:
        return Cut((malformed(written, body),))
    row = moodle_id(event.get("eventid"))
    arrival = Arrival(
        key=f"row:{row}" if row else _key_without_row(event),
        digest=digest_of(
            {
                "event": name,
                "objectid": plain(event.get("objectid")),
                "timecreated": plain(event.get("timecreated")),
                "user": _text(_part(event, "user").get("idnumber")),
                "course": _text(_part(event, "course").get("idnumber")),
            }
        ),
        type=short_type(name),
        body=body,
        relevant=name in CONCERNS,
    )
    return Cut((arrival,))


def read(body: bytes) -> Pointer | None:
    """What a stored event points at; None if its type concerns nothing here. Raises Unreadable.

    The learner is `relateduserid`, else the user whom the workflow looked up; `actor` and `userid`
    are who did it and are not used.
    """
    written = loads(body)
    event = _values(written) if isinstance(written, dict) else {}
    name = event.get("event")
    if not isinstance(name, str) or not name:
        raise Unreadable("no_event_name")
    concern = CONCERNS.get(name)
    if concern is None:
        return None
    about = concern.about
    user, course = _part(event, "user"), _part(event, "course")
    learner = moodle_id(event.get("relateduserid")) or moodle_id(user.get("id"))
    if about is About.USER:
        learner = moodle_id(event.get("objectid")) or learner
    context = moodle_id(event.get("contextinstanceid"))
    course_id = moodle_id(event.get("courseid")) or moodle_id(course.get("id"))
    if about in (About.GRADE, About.COURSE_COMPLETION):
        # These events live in the course's own context, so its number is there in any template.
        course_id = course_id or context
    attempt = event.get("other_attemptid" if name == QUESTION_GRADED else "objectid")
    in_module = about in (About.ATTEMPT, About.ACTIVITY_COMPLETION)
    return checked(
        Pointer(
            about=about,
            user_id=learner,
            user_idnumber=None if learner else _text(user.get("idnumber")),
            course_id=course_id,
            course_idnumber=None if course_id else _text(course.get("idnumber")),
            attempt_id=moodle_id(attempt) if about is About.ATTEMPT else None,
            quiz_id=moodle_id(event.get("other_quizid")) if about is About.ATTEMPT else None,
            cmid=context if in_module else None,
            grade_item_id=moodle_id(event.get("other_itemid")) if about is About.GRADE else None,
            expects=concern.expects,
            raised_at=moodle_time(event.get("timecreated")),
        )
    )


def _values(written: dict[str, Any]) -> dict[str, Any]:
    """The event, its texts decoded if this template's are encoded, unresolved placeholders None."""
    name = written.get("event")
    encoded = isinstance(name, str) and _ENCODED_BACKSLASH in name.lower()

    def value(item: Any) -> Any:
        if isinstance(item, dict):
            return {name: value(part) for name, part in item.items()}
        if not isinstance(item, str):
            return item
        if _PLACEHOLDER.fullmatch(item):
            return None
        return unquote_plus(item) if encoded else item

    values: dict[str, Any] = value(written)
    return values


def _key_without_row(event: dict[str, Any]) -> str:
    told = {name: plain(event.get(name)) for name in ("event", "objectid", "timecreated")}
    told["learner"] = plain(event.get("relateduserid"))
    told["user"] = plain(_part(event, "user"))
    told["course"] = plain(_part(event, "course"))
    told["context"] = plain(event.get("contextinstanceid"))
    told["other"] = {name: plain(event[name]) for name in event if name.startswith("other_")}
    return "sha256:" + digest_of(told)


def _part(event: dict[str, Any], name: str) -> dict[str, Any]:
    part = event.get(name)
    return part if isinstance(part, dict) else {}


def _text(value: Any) -> str | None:
    text = value.replace("\x00", "").strip() if isinstance(value, str) else ""
    return text or None
