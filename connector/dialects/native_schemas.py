"""What an event of our own Moodle plugin must say (contract 1), as marshmallow fields.

Our own plugin is believed, so its events are checked whole: a wrong event is set aside with the
names of its fields at fault, not half believed.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from connector.dialects.native_fields import (
    EventId,
    Flag,
    Identity,
    Instant,
    Number,
    Part,
    Questions,
    Text,
    Whole,
)
from connector.domain.signals import NativeType

Parts = Mapping[str, fields.Field[Any]]


def _optional(field: type[Text] | type[Identity] | type[Instant] | type[Number]) -> Any:
    return field(allow_none=True, load_default=None)


_USER: Parts = {
    "id": Identity(required=True),
    "idnumber": _optional(Text),
    "email": _optional(Text),
}
_COURSE: Parts = {
    "id": Identity(required=True),
    "idnumber": _optional(Text),
    "shortname": _optional(Text),
    "fullname": _optional(Text),
}
_QUIZ: Parts = {
    "id": Identity(required=True),
    "cmid": _optional(Identity),
    "idnumber": _optional(Text),
    "name": _optional(Text),
}
_ATTEMPT: Parts = {
    "id": Identity(required=True),
    "number": Whole(10**9, load_default=0),
    "state": Text(required=True),
    "started_at": _optional(Instant),
    "finished_at": _optional(Instant),
    "grade": _optional(Number),
    "max_grade": _optional(Number),
    "provisional": Flag(load_default=False),
    "questions": Questions(load_default=()),
}
_ACTIVITY: Parts = {
    "cmid": Identity(required=True),
    "idnumber": _optional(Text),
    "state": Whole(3, required=True),
    "modified_at": Instant(required=True),
}
_WITHDRAWN_ACTIVITY: Parts = {**_ACTIVITY, "state": Whole(3, allow_none=True, load_default=0)}

_EVENT: Parts = {
    "id": EventId(required=True),
    "seq": Whole(2**63 - 1, required=True),
    "version": Whole(10**6, load_default=1),
    "occurred_at": Instant(required=True),
}
_OF_A_USER: Parts = {
    **_EVENT,
    "user": Part(_USER, required=True),
    "course": Part(_COURSE, allow_none=True, load_default=None),
}
_COMPLETION: Parts = {
    **_OF_A_USER,
    "course": Part(_COURSE, required=True),
    "completed_at": Instant(required=True),
}

EVENTS: Mapping[NativeType, Part] = {
    NativeType.ATTEMPT_GRADED: Part(
        {**_OF_A_USER, "quiz": Part(_QUIZ, required=True), "attempt": Part(_ATTEMPT, required=True)}
    ),
    NativeType.ATTEMPT_RETRACTED: Part(
        {
            **_OF_A_USER,
            "quiz": Part(_QUIZ, allow_none=True, load_default=None),
            "attempt": Part({"id": Identity(required=True)}, required=True),
        }
    ),
    NativeType.COURSE_COMPLETED: Part(_COMPLETION),
    NativeType.COURSE_RETRACTED: Part(_COMPLETION),
    NativeType.ACTIVITY_COMPLETED: Part({**_OF_A_USER, "activity": Part(_ACTIVITY, required=True)}),
    NativeType.ACTIVITY_RETRACTED: Part(
        {**_OF_A_USER, "activity": Part(_WITHDRAWN_ACTIVITY, required=True)}
    ),
    NativeType.USER_UPDATED: Part(_OF_A_USER),
    NativeType.USER_DELETED: Part(_OF_A_USER),
    NativeType.PING: Part(_EVENT),
}


def faulty_fields(messages: Any, inside: str = "") -> tuple[str, ...]:
    """Paths of the fields at fault, of a marshmallow error: `attempt.questions.0.mark`."""
    if not isinstance(messages, dict):
        return (inside,)
    paths: list[str] = []
    for name in sorted(messages, key=str):
        path = ".".join(part for part in (inside, str(name)) if part)
        paths.extend(faulty_fields(messages[name], path))
    return tuple(paths)
