"""What an event of our own Moodle plugin must say (contract 1), as marshmallow schemas.

Our own plugin is believed, so its events are checked whole: a wrong event is set aside with the
names of its fields at fault, not half believed.
"""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields

from connector.dialects.native_fields import (
    EventId,
    Flag,
    Identity,
    Instant,
    Number,
    Questions,
    Text,
    Whole,
)
from connector.domain.signals import NativeType


def _optional(field: type[Text] | type[Identity] | type[Instant] | type[Number]) -> Any:
    return field(allow_none=True, load_default=None)


class _Part(Schema):
    class Meta:
        unknown = EXCLUDE  # the plugin may grow; what we do not know is not our business


class UserSchema(_Part):
    id = Identity(required=True)
    idnumber = _optional(Text)
    email = _optional(Text)


class CourseSchema(_Part):
    id = Identity(required=True)
    idnumber = _optional(Text)
    shortname = _optional(Text)
    fullname = _optional(Text)


class QuizSchema(_Part):
    id = Identity(required=True)
    cmid = _optional(Identity)
    idnumber = _optional(Text)
    name = _optional(Text)


class AttemptSchema(_Part):
    id = Identity(required=True)
    number = Whole(10**9, load_default=0)
    state = Text(required=True)
    started_at = _optional(Instant)
    finished_at = _optional(Instant)
    grade = _optional(Number)
    max_grade = _optional(Number)
    provisional = Flag(load_default=False)
    questions = Questions(load_default=())


class AttemptIdSchema(_Part):
    id = Identity(required=True)


class ActivitySchema(_Part):
    cmid = Identity(required=True)
    idnumber = _optional(Text)
    state = Whole(3, required=True)
    modified_at = Instant(required=True)


class WithdrawnActivitySchema(ActivitySchema):
    state = Whole(3, allow_none=True, load_default=0)


class EventSchema(_Part):
    id = EventId(required=True)
    seq = Whole(2**63 - 1, required=True)
    version = Whole(10**6, load_default=1)
    occurred_at = Instant(required=True)


class UserEventSchema(EventSchema):
    user = fields.Nested(UserSchema, required=True)
    course = fields.Nested(CourseSchema, allow_none=True, load_default=None)


class AttemptGradedSchema(UserEventSchema):
    quiz = fields.Nested(QuizSchema, required=True)
    attempt = fields.Nested(AttemptSchema, required=True)


class AttemptRetractedSchema(UserEventSchema):
    quiz = fields.Nested(QuizSchema, allow_none=True, load_default=None)
    attempt = fields.Nested(AttemptIdSchema, required=True)


class CompletionSchema(UserEventSchema):
    course = fields.Nested(CourseSchema, required=True)
    completed_at = Instant(required=True)


class ActivityCompletedSchema(UserEventSchema):
    activity = fields.Nested(ActivitySchema, required=True)


class ActivityRetractedSchema(UserEventSchema):
    activity = fields.Nested(WithdrawnActivitySchema, required=True)


SCHEMAS: dict[NativeType, Schema] = {
    NativeType.ATTEMPT_GRADED: AttemptGradedSchema(),
    NativeType.ATTEMPT_RETRACTED: AttemptRetractedSchema(),
    NativeType.COURSE_COMPLETED: CompletionSchema(),
    NativeType.COURSE_RETRACTED: CompletionSchema(),
    NativeType.ACTIVITY_COMPLETED: ActivityCompletedSchema(),
    NativeType.ACTIVITY_RETRACTED: ActivityRetractedSchema(),
    NativeType.USER_UPDATED: UserEventSchema(),
    NativeType.USER_DELETED: UserEventSchema(),
    NativeType.PING: EventSchema(),
}


def faulty_fields(messages: Any, inside: str = "") -> tuple[str, ...]:
    """Paths of the fields at fault, of a marshmallow error: `attempt.questions.0.mark`."""
    if not isinstance(messages, dict):
        return (inside,)
    paths: list[str] = []
    for name in sorted(messages, key=str):
        step = "" if name == "_schema" else str(name)
        path = ".".join(part for part in (inside, step) if part)
        paths.extend(faulty_fields(messages[name], path))
    return tuple(paths)
