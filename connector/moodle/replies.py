"""What an HTTP answer of Moodle means: 200 can be an error (captures README, 5)."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from connector.moodle.errors import MoodleRefused, MoodleSays, MoodleUnavailable

# The state of a user, course or attempt, told as an error.
_STATES = frozenset(
    {
        "invalidrecord",
        "invaliduser",
        "userdeleted",
        "usernotenroled",
        "nocriteriaset",
        "invalidcourseid",
        "unknowncourse",
        "invalidcoursemodule",
    }
)
# Moodle is being upgraded or maintained, or its database is in trouble.
_TRANSIENT = frozenset({"upgraderunning", "sitemaintenance", "dbconnectionfailed", "cannotlock"})
_MISSING_RECORD = "dml_missing_record_exception"
_NOT_STORABLE = re.compile(rb"\\u(?:0000|d[89a-f])", re.IGNORECASE)


def check_status(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Return for 200; else raise what the HTTP status means. `now`: to read a Retry-After date."""
    if status == 200:
        return
    if status == 403 and not body.strip():
        raise MoodleUnavailable("webservices_off")
    if status == 429 or status >= 500:
        raise MoodleUnavailable(f"http_{status}", retry_after(headers.get("Retry-After"), now))
    if 300 <= status < 400:
        raise MoodleRefused("redirected")
    raise MoodleRefused(f"http_{status}")


def retry_after(text: str | None, now: datetime) -> float | None:
    """Seconds of a Retry-After header, given as seconds or as a date; None if there is none."""
    if not text:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())


def read_at(header: str | None, now: datetime) -> datetime:
    """The moment of the answer by Moodle's clock: its Date header, else `now` cut to the second."""
    if header:
        try:
            told = parsedate_to_datetime(header)
        except ValueError:
            pass
        else:
            return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
    return now.astimezone(UTC).replace(microsecond=0)


def parse(body: bytes) -> Any:
    """The JSON of an answer. Raises MoodleUnavailable for anything else: HTML, cut, packed."""
    try:
        parsed = json.loads(body.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
        if _NOT_STORABLE.search(body):
            # NUL and lone surrogates are JSON, but PostgreSQL refuses the one, UTF-8 the other.
            text = json.dumps(parsed, ensure_ascii=False)
            if "\\u0000" in text:
                raise ValueError("NUL")
            text.encode("utf-8")
    except (ValueError, RecursionError) as err:
        raise MoodleUnavailable("not_json") from err
    return parsed


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def check_error(parsed: Any) -> None:
    """Return unless the body is one of Moodle's errors; then raise whose business it is.

    An errorcode that is not known is taken as a refusal: read as a state, it could retract a fact.
    """
    if not isinstance(parsed, dict) or not ("exception" in parsed or "errorcode" in parsed):
        return
    exception = str(parsed.get("exception", ""))
    code = str(parsed.get("errorcode", ""))[:100] or "unknown"
    table = None
    if code == "invalidrecord":
        table = _table(str(parsed.get("message", "")))
        if table == "external_functions":
            raise MoodleRefused("unknown_function")
    if code in _TRANSIENT or (exception.startswith("dml_") and exception != _MISSING_RECORD):
        raise MoodleUnavailable(code)
    if code in _STATES:
        raise MoodleSays(code, table)
    raise MoodleRefused(code)


def _table(message: str) -> str | None:
    """The table named in the message of `invalidrecord`, in whatever language the caller has."""
    words: list[str] = re.findall(r"[a-z0-9_]+", message.lower())
    named = [word for word in words if "_" in word] or words
    return named[-1] if named else None
