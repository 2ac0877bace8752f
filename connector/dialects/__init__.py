"""From a sender's bytes to the domain's signals, one file a dialect.

A dialect cuts a request into `Arrival`s while the sender waits, and reads a stored event when a
worker gets to it: a `Pointer` for the three foreign senders, a `NativeEvent` for our own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connector.dialects import local_webhooks, native, tool_trigger, xapi
from connector.dialects.envelope import Cut
from connector.domain.signals import Dialect, Pointer


@dataclass(frozen=True, slots=True)
class Sender:
    """How one dialect is taken in.

    cut: raises NotJson, WrongEnvelope. content_types: what its sender uses. max_bytes: of a body.
    """

    cut: Callable[[bytes], Cut]
    content_types: tuple[str, ...]
    max_bytes: int = 1 << 20


SENDERS: Mapping[Dialect, Sender] = {
    Dialect.NATIVE: Sender(native.cut, native.CONTENT_TYPES),
    Dialect.LOCAL_WEBHOOKS: Sender(local_webhooks.cut, local_webhooks.CONTENT_TYPES),
    Dialect.TOOL_TRIGGER: Sender(tool_trigger.cut, tool_trigger.CONTENT_TYPES),
    Dialect.XAPI: Sender(xapi.cut, xapi.CONTENT_TYPES, max_bytes=4 << 20),
}

POINTER_READERS: Mapping[Dialect, Callable[[bytes], Pointer | None]] = {
    Dialect.LOCAL_WEBHOOKS: local_webhooks.read,
    Dialect.TOOL_TRIGGER: tool_trigger.read,
    Dialect.XAPI: xapi.read,
}
"""The foreign dialects; native is read by `native.read`, because it is believed."""
