"""What a sender tells us, before anything is believed.

Two shapes leave a dialect. An `Arrival` is one event as it is written down: a key, a digest and the
bytes. A `Pointer` or `NativeEvent` is what the stored bytes mean when a worker reads them later;
the split keeps the web request to verify, cut, insert, commit (architecture: the inbox row is the
truth).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Dialect(StrEnum):
    """The senders we understand (contract 1)."""

    NATIVE = "native"
    LOCAL_WEBHOOKS = "local_webhooks"
    TOOL_TRIGGER = "tool_trigger"
    XAPI = "xapi"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event cut out of a request, ready to be stored.

    key: natural key, unique within the source together with digest; at most 200 characters.
    digest: SHA-256 (hex) of what the event says as sorted-key JSON. Same key and digest is a
        duplicate; same key with another digest is a conflict, kept beside the first.
    type: the sender's own event type, at most 120 characters.
    body: the event as JSON in UTF-8, without secrets.
    relevant: False for types that concern nothing here; those are counted, not stored.
    """

    key: str
    digest: str
    type: str
    body: bytes
    relevant: bool = True


class About(StrEnum):
    """What kind of object a foreign sender's event points at."""

    ATTEMPT = "attempt"
    GRADE = "grade"
    COURSE_COMPLETION = "course_completion"
    ACTIVITY_COMPLETION = "activity_completion"
    USER = "user"
    RATING = "rating"


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where to look in Moodle; ids are decimal strings as Moodle numbers them, None if not told.

    Nothing here is believed (contract 1): not identity, score, completion nor deletion. Idnumbers
    are
    kept only where a sender gives no number, to look the number up.
    expects: what the event claims, used only to tell "not committed yet" from "it is so":
        "finished" for a submitted attempt, "completed" for a course completion, None otherwise.
    """

    about: About
    user_id: str | None = None
    user_idnumber: str | None = None
    course_id: str | None = None
    course_idnumber: str | None = None
    attempt_id: str | None = None
    quiz_id: str | None = None
    cmid: str | None = None
    grade_item_id: str | None = None
    expects: str | None = None
    raised_at: datetime | None = None
    user_email: str | None = None
    username: str | None = None


class NativeType(StrEnum):
    """Event types of the native dialect (contract 1)."""

    ATTEMPT_GRADED = "quiz.attempt_graded"
    ATTEMPT_RETRACTED = "quiz.attempt_retracted"
    COURSE_COMPLETED = "course.completed"
    COURSE_RETRACTED = "course.completion_retracted"
    ACTIVITY_COMPLETED = "activity.completed"
    ACTIVITY_RETRACTED = "activity.retracted"
    USER_UPDATED = "user.updated"
    USER_DELETED = "user.deleted"
    PING = "ping"
