"""What every dialect hands over: a request cut into events, and why it could not be read."""

import re
from dataclasses import dataclass, field

from connector.domain.evidence import digest_of
from connector.domain.signals import Arrival

MALFORMED = "malformed"
"""Type under which an entry is kept that does not even say what it is."""

_MAX_KEY = 180
_MAX_TYPE = 120
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class WrongEnvelope(ValueError):
    """JSON, but not the outer shape of this dialect. `reason` is a code, safe to log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreadable(ValueError):
    """A stored event of a type that concerns us does not say what such an event must say.

    reason: a code. fields: names of our schema's fields at fault, never values, so both may be
    logged and shown.
    """

    def __init__(self, reason: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(" ".join((reason, *fields)))
        self.reason = reason
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Cut:
    """One request cut into events, in the sender's order.

    token: what the body itself presents as its password (local_webhooks), to be compared before
        anything is stored; None for dialects that authenticate by header.
    statement_ids: for each arrival the id the sender gave it, if it gave one (xapi).
    """

    arrivals: tuple[Arrival, ...]
    token: str | None = field(default=None, repr=False)
    statement_ids: tuple[str | None, ...] = ()


def short_key(key: str) -> str:
    """`key` as it may be stored: a long one, or one with control characters, becomes its hash.

    PostgreSQL refuses NUL in a text and would fail the whole request for it.
    """
    if key and len(key) <= _MAX_KEY and not _CONTROL.search(key):
        return key
    return "sha256:" + digest_of({"key": key})


def short_type(name: str) -> str:
    """An event type as it may be stored and shown."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", name)[:_MAX_TYPE]


def malformed(entry: object, body: bytes) -> Arrival:
    """An entry that does not say what it is: kept, to be seen, under the hash of what it holds."""
    digest = digest_of({"entry": entry})
    return Arrival(key=f"sha256:{digest}", digest=digest, type=MALFORMED, body=body)
