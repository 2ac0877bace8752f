"""logstore_xapi: batches of xAPI statements, sent by a task after the commit.

A statement has no id, and is made anew whenever it is sent: names are those of that moment, and the
score of a quiz is not the attempt's but the learner's current grade in the gradebook (an attempt of
40 said 100). Only addresses are used: they hold Moodle's numbers. Key and digest cover what cannot
change between two sendings of one event: event, verb, object, person, time, and for the completion
of an activity its outcome, because a fail and a pass within one second differ in nothing else.

The learner's number is the actor's account name, as the plugin sends it by default. With its
setting "Identify users by email" there is an address instead, with "Send username" a log-in name; a
log-in name of digits only cannot be told from a number.
"""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid5

from connector.dialects.envelope import (
    Cut,
    Unreadable,
    WrongEnvelope,
    malformed,
    short_type,
)
from connector.dialects.moodle_events import CONCERNS, MODULE_COMPLETION, checked
from connector.dialects.moodle_values import moodle_id
from connector.dialects.strict_json import dumps, loads
from connector.domain.evidence import digest_of
from connector.domain.signals import About, Arrival, Pointer

CONTENT_TYPES = ("application/json",)

_INFO = "http://lrs.learninglocker.net/define/extensions/info"
_NAMESPACE = UUID("5b7d0a4e-6c3f-5d0b-9a51-0f2a8f3f6f11")
_ATTEMPT_PAGES = ("/mod/quiz/attempt.php", "/mod/quiz/review.php", "/review.php")
_MODULE_PAGE = re.compile(r"/mod/[a-z0-9_]+/view\.php", re.ASCII)
_ANSWERED = "/answered"


def cut(raw: bytes) -> Cut:
    """The statements of a request: an array, perhaps empty, or a single one.

    Raises NotJson; WrongEnvelope if it is neither. An entry that is no statement is kept: refusing
    it would make the plugin put the whole batch aside for good.
    """
    written = loads(raw)
    if isinstance(written, dict):
        written = [written]
    if not isinstance(written, list):
        raise WrongEnvelope("not_an_array")
    return Cut(
        tuple(_arrival(entry) for entry in written),
        statement_ids=tuple(_own_id(entry) for entry in written),
    )


def statement_id(source: str, key: str) -> str:
    """The id under which we answer for a statement that has none: the same whenever it is sent."""
    return str(uuid5(_NAMESPACE, f"{source}:{key}"))


def read(body: bytes) -> Pointer | None:
    """What a stored statement points at; None if its type concerns nothing here.

    Raises Unreadable.
    """
    statement = loads(body)
    name = _event_name(statement)
    if name is None:
        raise Unreadable("no_event_name")
    if not _is_relevant(statement, name):
        return None
    concern = CONCERNS[name]
    about = concern.about
    user_id, email, username = _actor(statement)
    places = _places(statement)
    return checked(
        Pointer(
            about=about,
            user_id=user_id,
            course_id=_course(places),
            attempt_id=_attempt(places) if about is About.ATTEMPT else None,
            cmid=_module(places) if about in (About.ATTEMPT, About.ACTIVITY_COMPLETION) else None,
            expects=concern.expects,
            raised_at=_instant(_member(statement, "timestamp")),
            user_email=email,
            username=username,
        )
    )


def _arrival(statement: Any) -> Arrival:
    body = dumps(statement)
    name = _event_name(statement)
    if name is None:
        return malformed(statement, body)
    told = {
        "event": name,
        "verb": _member(statement, "verb", "id"),
        "object": _member(statement, "object", "id"),
        "account": _member(statement, "actor", "account", "name"),
        "mbox": _member(statement, "actor", "mbox"),
        "timestamp": _member(statement, "timestamp"),
    }
    if name == MODULE_COMPLETION:
        told["success"] = _member(statement, "result", "success")
        told["completion"] = _member(statement, "result", "completion")
    digest = digest_of(told)
    return Arrival(
        key=digest,
        digest=digest,
        type=short_type(name),
        body=body,
        relevant=_is_relevant(statement, name),
    )


def _own_id(statement: Any) -> str | None:
    try:
        return str(UUID(_member(statement, "id")))
    except (ValueError, TypeError, AttributeError):
        return None


def _is_relevant(statement: Any, name: str) -> bool:
    verb = _member(statement, "verb", "id")
    # One per question comes with every attempt, without a mark: the attempt's own says enough.
    answered = isinstance(verb, str) and verb.endswith(_ANSWERED)
    return name in CONCERNS and not answered


def _event_name(statement: Any) -> str | None:
    name = _member(statement, "context", "extensions", _INFO, "event_name")
    return name if isinstance(name, str) and name else None


def _actor(statement: Any) -> tuple[str | None, str | None, str | None]:
    """Number, e-mail, log-in name: one of them, or none."""
    name = _member(statement, "actor", "account", "name")
    if isinstance(name, int) and not isinstance(name, bool):
        name = str(name)
    if isinstance(name, str) and name.strip():
        number = moodle_id(name)
        return (number, None, None) if number else (None, None, _clean(name))
    mbox = _member(statement, "actor", "mbox")
    if isinstance(mbox, str) and mbox.startswith("mailto:"):
        return None, _clean(mbox.removeprefix("mailto:")) or None, None
    return None, None, None


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()


def _places(statement: Any) -> list[tuple[str, dict[str, list[str]]]]:
    """Path and query of the object's address, then of everything it lies in."""
    found = [_member(statement, "object", "id")]
    for relation in ("parent", "grouping"):
        around = _member(statement, "context", "contextActivities", relation)
        around = around if isinstance(around, list) else [around]
        found.extend(_member(activity, "id") for activity in around)
    places = []
    for address in found:
        if not isinstance(address, str):
            continue
        try:
            parts = urlsplit(address)
            places.append((parts.path, parse_qs(parts.query, max_num_fields=20)))
        except ValueError:
            # An address that is none points nowhere; the others still may.
            continue
    return places


def _attempt(places: list[tuple[str, dict[str, list[str]]]]) -> str | None:
    return _first(q.get("attempt") for path, q in places if path.endswith(_ATTEMPT_PAGES))


def _course(places: list[tuple[str, dict[str, list[str]]]]) -> str | None:
    return _first(q.get("id") for path, q in places if path.endswith("/course/view.php"))


def _module(places: list[tuple[str, dict[str, list[str]]]]) -> str | None:
    of_page = _first(q.get("id") for path, q in places if _MODULE_PAGE.search(path))
    return of_page or _first(q.get("cmid") for _path, q in places)


def _first(values: Any) -> str | None:
    return next((number for v in values if v and (number := moodle_id(v[0]))), None)


def _instant(text: Any) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _member(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
