"""native: our own Moodle plugin, signed, and believed (contract 1).

A request is `{"events": [event, ...]}`, at most 100; each event is stored by itself under its own
id. Reading it later gives the account, the course, and one statement about one register.
"""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from hashlib import sha256
from typing import Any

from marshmallow import ValidationError

from connector.dialects.envelope import (
    Cut,
    Unreadable,
    WrongEnvelope,
    malformed,
    short_key,
    short_type,
)
from connector.dialects.native_schemas import EVENTS, faulty_fields
from connector.dialects.strict_json import dumps, loads
from connector.domain.evidence import Kind, Says, Statement, Version, digest_of
from connector.domain.facts import (
    FINISHED,
    ActivityState,
    Attempt,
    CourseCompletion,
    activity_register,
    attempt_register,
    completion_register,
)
from connector.domain.signals import Arrival, NativeType

CONTENT_TYPES = ("application/json",)
MAX_EVENTS = 100
VERSION = 1
"""Of an event. The release of the plugin in deploy/moodle begins with it."""

_KNOWN = frozenset(NativeType)


@dataclass(frozen=True, slots=True)
class Account:
    """A Moodle user as the plugin tells it."""

    id: str
    idnumber: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Course:
    """A Moodle course as the plugin tells it."""

    id: str
    idnumber: str | None
    shortname: str | None
    fullname: str | None


@dataclass(frozen=True, slots=True)
class NativeEvent:
    """One event, checked. What its type does not speak of is None.

    user: None for a ping only. attempt_id: of a graded or retracted attempt; `attempt` of a graded
    one. completed_at: time of the completion meant. activity with modified_at: state of a course
    module; a retracted one keeps its last state.
    """

    id: str
    seq: int
    type: NativeType
    occurred_at: datetime
    digest: str
    user: Account | None = None
    course: Course | None = None
    attempt: Attempt | None = None
    attempt_id: str | None = None
    completed_at: datetime | None = None
    activity: ActivityState | None = None
    modified_at: datetime | None = None

    @property
    def version(self) -> Version:
        """Its place among the versions of its register (domain 2)."""
        return Version(self.occurred_at, self.seq, self.id, self.digest)


def cut(raw: bytes) -> Cut:
    """The events of a request. Raises NotJson; WrongEnvelope for another shape or too many events.

    Events are not looked into: a malformed one is stored and fails when it is read, where somebody
    sees it; refusing it would make the plugin send the whole batch again for days.
    """
    envelope = loads(raw)
    if not isinstance(envelope, dict) or not isinstance(envelope.get("events"), list):
        raise WrongEnvelope("no_events")
    events = envelope["events"]
    if len(events) > MAX_EVENTS:
        raise WrongEnvelope("too_many_events")
    return Cut(tuple(_arrival(event) for event in events))


def read(body: bytes) -> NativeEvent:
    """A stored event, checked whole.

    Raises Unreadable: unknown_type, unknown_version, malformed (with the fields at fault).
    """
    event = loads(body)
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise Unreadable("malformed", ("type",))
    if event["type"] not in _KNOWN:
        raise Unreadable("unknown_type")
    kind = NativeType(event["type"])
    version = event.get("version", VERSION)
    if isinstance(version, int) and version != VERSION:
        raise Unreadable("unknown_version")
    try:
        told: dict[str, Any] = EVENTS[kind].deserialize(event)
    except ValidationError as error:
        raise Unreadable("malformed", faulty_fields(error.messages)) from None
    user, course = told.get("user"), told.get("course")
    activity = told.get("activity")
    return NativeEvent(
        id=told["id"],
        seq=told["seq"],
        type=kind,
        occurred_at=told["occurred_at"],
        digest=digest_of(event),
        user=Account(**user) if user else None,
        course=Course(**course) if course else None,
        attempt=_attempt(told) if kind is NativeType.ATTEMPT_GRADED else None,
        attempt_id=told["attempt"]["id"] if "attempt" in told else None,
        completed_at=told.get("completed_at"),
        activity=_activity(activity, course) if activity else None,
        modified_at=activity["modified_at"] if activity else None,
    )


def statements(
    event: NativeEvent, source: str, zone: tzinfo, delivery: int | None = None
) -> tuple[Statement, ...]:
    """What `event` says about evidence: one statement, or none (user.*, ping).

    source: its code. zone: of the municipality; an activity's register is kept by local year.
    """
    said = _said(event, source, zone)
    if said is None or event.user is None:
        return ()
    kind, register, says, happened_at, body = said
    return (
        Statement(
            kind=kind,
            register=register,
            source=source,
            user_id=event.user.id,
            says=says,
            version=event.version,
            happened_at=happened_at,
            body=body,
            delivery=delivery,
        ),
    )


def _said(
    event: NativeEvent, source: str, zone: tzinfo
) -> tuple[Kind, str, Says, datetime | None, dict[str, Any]] | None:
    user_id = event.user.id if event.user else ""
    if event.attempt is not None:
        attempt = event.attempt
        happened_at = attempt.finished_at or attempt.started_at or event.occurred_at
        register = attempt_register(source, attempt.attempt_id)
        return Kind.ATTEMPT, register, Says.SO, happened_at, attempt.as_body()
    if event.attempt_id is not None:
        register = attempt_register(source, event.attempt_id)
        return Kind.ATTEMPT, register, Says.NOT_SO, None, {"attempt": {"id": event.attempt_id}}
    if event.completed_at is not None and event.course is not None:
        course = event.course
        name = course.fullname or course.shortname
        completion = CourseCompletion(course.id, course.idnumber, name)
        register = completion_register(source, course.id, user_id)
        says = Says.SO if event.type is NativeType.COURSE_COMPLETED else Says.NOT_SO
        return Kind.COMPLETION, register, says, event.completed_at, completion.as_body()
    if event.activity is not None and event.modified_at is not None:
        activity = event.activity
        year = event.modified_at.astimezone(zone).year
        register = activity_register(source, activity.cmid, user_id, year)
        holds = event.type is NativeType.ACTIVITY_COMPLETED and activity.is_complete
        says = Says.SO if holds else Says.NOT_SO
        return Kind.ACTIVITY, register, says, event.modified_at, activity.as_body()
    return None


def _arrival(event: Any) -> Arrival:
    body = dumps(event)
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        return malformed(event, body)
    digest = sha256(body).hexdigest()
    given = event.get("id")
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    key = short_key(given) if isinstance(given, str) and given else f"sha256:{digest}"
    name = event["type"]
    return Arrival(key, digest, short_type(name), body, relevant=name in _KNOWN)


def _attempt(told: dict[str, Any]) -> Attempt:
    quiz, attempt = told["quiz"], told["attempt"]
    # Its year would be a guess, and a report hangs on the year.
    if attempt["state"] == FINISHED and attempt["finished_at"] is None:
        raise Unreadable("malformed", ("attempt.finished_at",))
    if attempt["state"] is None:
        raise Unreadable("malformed", ("attempt.state",))
    return Attempt(
        quiz_id=quiz["id"],
        quiz_cmid=quiz["cmid"],
        quiz_idnumber=quiz["idnumber"],
        quiz_name=quiz["name"],
        attempt_id=attempt["id"],
        number=attempt["number"],
        state=attempt["state"],
        provisional=attempt["provisional"],
        started_at=attempt["started_at"],
        finished_at=attempt["finished_at"],
        grade=attempt["grade"],
        max_grade=attempt["max_grade"],
        marks=attempt["questions"],
        course_id=told["course"]["id"] if told["course"] else None,
    )


def _activity(activity: dict[str, Any], course: dict[str, Any] | None) -> ActivityState:
    return ActivityState(
        cmid=activity["cmid"],
        idnumber=activity["idnumber"],
        course_id=course["id"] if course else None,
        state=activity["state"] or 0,
    )
