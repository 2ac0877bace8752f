"""What a sender is answered, in bytes: the same whichever way its request came in."""

import json
import time
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from connector.dialects.sources import Receipt

RETRY_AFTER_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. headers: beside the content type."""

    status: HTTPStatus
    media_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


def receipt(told: Receipt) -> Answer:
    """The events are committed."""
    counts = (told.accepted, told.duplicate, told.ignored)
    body = b'{"accepted":%d,"duplicate":%d,"ignored":%d}\n' % counts
    return Answer(HTTPStatus.OK, "application/json", body)


def ids(statements: list[str]) -> Answer:
    """The statements are committed (xAPI asks for their ids)."""
    return Answer(HTTPStatus.OK, "application/json", _bytes(statements))


def problem(status: int, sentence: str) -> Answer:
    """A refusal (RFC 9457)."""
    known = HTTPStatus(status)
    members = {"type": "about:blank", "title": known.phrase, "status": status, "detail": sentence}
    headers = (("Allow", "POST"),) if known is HTTPStatus.METHOD_NOT_ALLOWED else ()
    return Answer(known, "application/problem+json", _bytes(members), headers)


def not_stored() -> Answer:
    """Nothing of it was stored, and sending it again is right."""
    told = problem(503, "The events could not be stored. Please send them again.")
    return Answer(
        told.status, told.media_type, told.body, (("Retry-After", str(RETRY_AFTER_SECONDS)),)
    )


def _bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def in_bytes(answer: Answer) -> bytes:
    """The whole answer of HTTP/1.1, on a connection that stays open."""
    headers = (
        ("Content-Length", str(len(answer.body))),
        ("Content-Type", answer.media_type),
        ("Date", _date(int(time.monotonic()))),
        *answer.headers,
    )
    lines = [f"HTTP/1.1 {answer.status.value} {answer.status.phrase}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join((*lines, "", "")).encode("latin-1") + answer.body


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    """The same within a second, whichever it is."""
    return formatdate(usegmt=True)
