"""Requests to the hooks as hypothesis draws them: captured and changed, garbage, wrongly signed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

from connector.domain.signals import Dialect
from tests.contract.moodle_deliveries import captured
from tests.contract.native_events import native_event
from tests.hostile.corpus_entries import corpus
from tests.integration.spine.native_stream import envelope, graded, moments

_PLUGINS = {
    Dialect.LOCAL_WEBHOOKS: "local_webhooks",
    Dialect.TOOL_TRIGGER: "tool_trigger",
    Dialect.XAPI: "logstore_xapi",
}
MEDIA = ("application/json", "application/x-www-form-urlencoded", "text/plain", "")


@dataclass(frozen=True)
class Invented:
    """A request. credentials: "right", "none", or what stands in their place."""

    sender: Dialect
    body: bytes
    credentials: str = "right"
    method: str = "POST"
    media: str = "application/json"
    path: str = ""

    @property
    def is_well_sent(self) -> bool:
        return (self.credentials, self.method, self.media, self.path) == (
            "right", "POST", "application/json", "",
        )  # fmt: skip


leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(("", "0", "-1", "T-1001", "K1", "19", "{user_id}", "%5C%00", "<b>", "9" * 41))
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@cache
def sound_bodies(sender: Dialect) -> tuple[Any, ...]:
    """What the sender really sent, as JSON values."""
    if sender is Dialect.NATIVE:
        return ()
    return tuple(one.body for one in captured(_PLUGINS[sender]) if one.body is not None)


@st.composite
def _native(draw: st.DrawFn) -> Any:
    number, at = draw(st.sampled_from(("K1", "K2", "Z3", "NOBODY"))), draw(moments)
    events = [
        {"id": draw(st.text(min_size=1, max_size=4)), "seq": draw(st.integers(0, 9)), **event}
        for event in draw(
            st.lists(
                st.builds(lambda s, m: graded_of(number, s, m, at), st.integers(1, 3), leaves)
                | st.builds(lambda n, m: native_event("ping", n, x=m), st.integers(1, 9), leaves),
                min_size=1,
                max_size=3,
            )
        )
    ]
    return json.loads(envelope(events))


def graded_of(number: str, serial: int, mark: Any, at: Any) -> Mapping[str, Any]:
    known = number if number != "NOBODY" else "STRANGER"
    return graded(known, serial, at, 1, 0, grade=mark)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to every member of a JSON value."""
    found = [path] if path else []
    inside = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        inside = enumerate(value)  # type: ignore[assignment]
    for name, part in inside:
        found += places(part, (*path, name))
    return found


def with_one_changed(value: Any, path: tuple[Any, ...], instead: Any) -> Any:
    """A copy of `value` with another member at `path`."""
    if not path:
        return instead
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = with_one_changed(copied[path[0]], path[1:], instead)
    return copied


@st.composite
def bodies(draw: st.DrawFn, sender: Dialect) -> bytes:
    """A sound body with some members changed, a body of the corpus, or garbage."""
    choice = draw(st.integers(0, 9))
    if choice == 0:
        return draw(st.binary(max_size=60))
    if choice == 1:
        known = [entry.body for entry in corpus() if entry.sender is sender]
        return draw(st.sampled_from([body for body in known if len(body) < 20_000]))
    sound = _native() if sender is Dialect.NATIVE else st.sampled_from(sound_bodies(sender))
    value = draw(sound)
    for _ in range(draw(st.integers(0, 3))):
        found = places(value)
        if not found:
            break
        value = with_one_changed(value, draw(st.sampled_from(found)), draw(values))
    text = json.dumps(value, ensure_ascii=draw(st.booleans())).encode()
    if choice == 2:
        at = draw(st.integers(0, len(text) - 1))
        text = text[:at] + draw(st.binary(max_size=3)) + text[at + draw(st.integers(0, 3)) :]
    return text


@st.composite
def requests(draw: st.DrawFn) -> Invented:
    sender = draw(st.sampled_from(list(Dialect)))
    body = draw(bodies(sender))
    if draw(st.booleans()):
        return Invented(sender, body)
    return Invented(
        sender,
        body,
        draw(st.sampled_from(("right", "none")) | st.text(st.characters(max_codepoint=255))),
        draw(st.sampled_from(("POST", "POST", "GET", "PUT", "DELETE", "OPTIONS", "PATCH"))),
        draw(st.sampled_from(MEDIA)),
        draw(st.sampled_from(("", "", "/statements", "/x", "%00", "/../webhooks", "?a=b"))),
    )
