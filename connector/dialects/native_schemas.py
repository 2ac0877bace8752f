"""What an event of our own Moodle plugin must say (contract 1), as marshmallow schemas.

Our own plugin is believed, so its events are checked whole: numbers are numbers, times are
instants, and a wrong event is set aside with the names of its fields at fault, not half believed.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from connector.dialects.strict_json import decimal_of
from connector.domain.facts import Mark
from connector.domain.signals import NativeType

_ISO = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?", re.ASCII
)
_YEARS = range(1971, 2200)
_LARGEST = 10**9
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Identity(fields.Field[str]):
    """A Moodle number as int or text, kept as text.

    A colon would make two registers look alike (`completion:source:course:user`).
    """

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise ValidationError("not an id")
        text = value.strip()
        if not 1 <= len(text) <= 64 or ":" in text or _CONTROL.search(text):
            raise ValidationError("not an id")
        return text


class EventId(fields.Field[str]):
    """Unique within the source; any text that is not a novel."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not 1 <= len(value) <= 1000:
            raise ValidationError("not an id")
        return value


class Text(fields.Field[str | None]):
    """A short text; empty is None. NUL is dropped: PostgreSQL refuses it."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str | None:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or len(value) > 2000:
            raise ValidationError("not a text")
        return value.replace("\x00", "").strip() or None


class Instant(fields.Field[datetime]):
    """ISO 8601; without an offset it is UTC, which is what the contract says."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not _ISO.fullmatch(value):
            raise ValidationError("not an instant")
        try:
            instant = datetime.fromisoformat(value)
            aware = instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise ValidationError("not an instant") from None
        if aware.year not in _YEARS:
            raise ValidationError("not an instant")
        return aware


class Whole(fields.Field[int]):
    """A whole number from 0 to a bound; true, "1" and 1.0 are none."""

    def __init__(self, largest: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._largest = largest

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if type(value) is not int or not 0 <= value <= self._largest:
            raise ValidationError("not a whole number")
        return value


class Number(fields.Field[Decimal]):
    """A number (a text is none), exact."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Decimal:
        if type(value) not in (int, float) or abs(value) > _LARGEST:
            raise ValidationError("not a number")
        return decimal_of(value)


class Flag(fields.Field[bool]):
    """true or false; 1 and "yes" are neither."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("not a truth value")
        return value


class Questions(fields.Field[tuple[Mark, ...]]):
    """Each question's slot, mark, max_mark and category; a slot comes once.

    Read by hand: a nested schema took most of the time of reading an attempt of 20 questions.
    """

    _parts: Mapping[str, tuple[fields.Field[Any], bool]] = {
        "slot": (Whole(100_000), True),
        "mark": (Number(), False),
        "max_mark": (Number(), True),
        "category": (Text(), False),
    }

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[Mark, ...]:
        if not isinstance(value, list):
            raise ValidationError("not a list")
        marks = tuple(self._mark(place, question) for place, question in enumerate(value))
        if len({mark.slot for mark in marks}) != len(marks):
            raise ValidationError("a slot comes twice")
        return marks

    def _mark(self, place: int, question: Any) -> Mark:
        if not isinstance(question, dict):
            raise ValidationError({str(place): ["not an object"]})
        read: dict[str, Any] = {}
        for name, (part, is_required) in self._parts.items():
            told = question.get(name)
            try:
                if told is None and is_required:
                    raise ValidationError("missing")
                read[name] = None if told is None else part._deserialize(told, name, question)
            except ValidationError:
                raise ValidationError({str(place): {name: ["wrong"]}}) from None
        return Mark(**read)


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
