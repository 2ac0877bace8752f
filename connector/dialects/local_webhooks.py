"""local_webhooks: Moodle's event as it is, from inside the user's own request.

The body is the same JSON text under both of its content types. It carries no event id, and the
triple (eventname, objectid, timecreated) is not one: 20 of 505 recorded bodies repeated it within a
second with another `other` (viewing a page: incomplete, then complete). The key is therefore a hash
over everything the event says, with numbers brought to one form; host, token and the free text of
the service are left out, so two services sending one event give one row. Since the key holds all
that the digest holds, a changed body is another key, and a forged one just one more place to look.

The delivery leaves before Moodle commits, even for what is rolled back: nothing in it is believed.
"""

from typing import Any

from connector.dialects.envelope import Cut, Unreadable, malformed, short_type
from connector.dialects.moodle_events import CONCERNS, QUESTION_GRADED, checked
from connector.dialects.moodle_values import moodle_id, moodle_time, plain
from connector.dialects.strict_json import dumps, loads
from connector.domain.evidence import digest_of
from connector.domain.signals import About, Arrival, Pointer

CONTENT_TYPES = ("application/json", "application/x-www-form-urlencoded")

_REMOVED = "[removed]"
_KEY_FIELDS = (
    "eventname",
    "objectid",
    "timecreated",
    "relateduserid",
    "userid",
    "courseid",
    "contextinstanceid",
    "other",
)


def cut(raw: bytes) -> Cut:
    """The one event of a request, its token taken out of the body wherever it stands.

    A body that is no object presents no token (and so will not pass). Raises NotJson.
    """
    event = loads(raw)
    if not isinstance(event, dict):
        return Cut(())
    token = event.pop("token", None)
    if not isinstance(token, str) or not token:
        return Cut(())
    event = _without(token, event)
    body = dumps(event)
    name = event.get("eventname")
    if not isinstance(name, str) or not name:
        return Cut((malformed(event, body),), token)
    digest = digest_of({field: plain(event.get(field)) for field in _KEY_FIELDS})
    arrival = Arrival(digest, digest, short_type(name), body, relevant=name in CONCERNS)
    return Cut((arrival,), token)


def read(body: bytes) -> Pointer | None:
    """What a stored event points at; None if its type concerns nothing here.

    The learner is `relateduserid`: `userid` is who did it, and -1 or 2 when nobody or a task did.
    Raises Unreadable.
    """
    event = loads(body)
    name = event.get("eventname") if isinstance(event, dict) else None
    if not isinstance(name, str) or not name:
        raise Unreadable("no_event_name")
    concern = CONCERNS.get(name)
    if concern is None:
        return None
    given = event.get("other")
    other: dict[str, Any] = given if isinstance(given, dict) else {}
    about = concern.about
    learner = moodle_id(event.get("relateduserid")) or moodle_id(other.get("relateduserid"))
    attempt = other.get("attemptid") if name == QUESTION_GRADED else event.get("objectid")
    if about is About.USER:
        learner = learner or moodle_id(event.get("objectid"))
    in_module = about in (About.ATTEMPT, About.ACTIVITY_COMPLETION)
    return checked(
        Pointer(
            about=about,
            user_id=learner,
            course_id=moodle_id(event.get("courseid")),
            attempt_id=moodle_id(attempt) if about is About.ATTEMPT else None,
            quiz_id=moodle_id(other.get("quizid")) if about is About.ATTEMPT else None,
            cmid=moodle_id(event.get("contextinstanceid")) if in_module else None,
            grade_item_id=moodle_id(other.get("itemid")) if about is About.GRADE else None,
            expects=concern.expects,
            raised_at=moodle_time(event.get("timecreated")),
        )
    )


def _without(secret: str, value: Any) -> Any:
    """`value` with `secret` removed from every text: a service's free field may repeat it."""
    if isinstance(value, str):
        return value.replace(secret, _REMOVED)
    if isinstance(value, list):
        return [_without(secret, item) for item in value]
    if isinstance(value, dict):
        return {_without(secret, name): _without(secret, item) for name, item in value.items()}
    return value
