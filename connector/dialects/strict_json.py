"""JSON as we accept it from strangers: everything Python's parser takes too kindly is refused.

Python's parser takes NaN, 1e400 (as infinity), duplicate keys (the last wins, so two readers can
see two different events) and lone surrogates (which no database stores), and dies of depth. Depth
is therefore counted on the text, before the parser runs.

Numbers with a fraction are read as doubles: the senders are PHP, whose doubles come with 17 digits
(33.332999999999998 for 33.333), and the shortest decimal of the same double is the number that was
meant; up to 15 digits nothing changes. `decimal_of` gives that decimal.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from math import isinf
from typing import Any

MAX_DEPTH = 32
MAX_CONTAINERS = 200_000
MAX_DIGITS = 30
MAX_FRACTION_TEXT = 60

# Each match skips to the next bracket, or to the end. Possessive, and an unclosed string runs to
# the end: a hostile body of quotes and backslashes must not make the expression start over at every
# quote (quadratic: hours a MiB).
_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.?)*+(?:"|\Z))*+([\[\]{}]|\Z)', re.DOTALL)
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class NotJson(ValueError):
    """The bytes are not JSON as we accept it. `reason` is a code, safe to log and to count."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def loads(raw: bytes) -> Any:
    """The value of `raw`, UTF-8 without a byte order mark.

    Raises NotJson, with one of the codes: not_utf8, too_deep, too_many_values, not_a_number,
    number_too_large, duplicate_key, lone_surrogate, syntax.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise NotJson("not_utf8") from None
    _check_shape(raw)
    try:
        value = _DECODER.decode(text)
    except NotJson:
        raise
    except ValueError:
        raise NotJson("syntax") from None
    if _SURROGATE.search(raw):
        _check_surrogates(value)
    return value


def dumps(value: Any) -> bytes:
    """`value` as compact UTF-8 JSON with sorted keys: the bytes that `digest_of` hashes."""
    return _ENCODER.encode(value).encode("utf-8")


def decimal_of(number: int | float) -> Decimal:
    """The exact decimal of a number that `loads` returned."""
    return Decimal(repr(number))


def strings_of(value: Any) -> Iterator[str]:
    """Every string in `value`, keys too."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            yield from item
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


def _check_shape(raw: bytes) -> None:
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return
    depth = containers = 0
    for match in _BRACKET.finditer(raw):
        bracket = match[1]
        if bracket in (b"[", b"{"):
            depth += 1
            containers += 1
            if depth > MAX_DEPTH:
                raise NotJson("too_deep")
            if containers > MAX_CONTAINERS:
                raise NotJson("too_many_values")
        else:
            depth -= 1


def _check_surrogates(value: Any) -> None:
    for text in strings_of(value):
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise NotJson("lone_surrogate") from None


def _integer(text: str) -> int:
    # Python refuses to read more than 4300 digits, and would name the setting in its error.
    if len(text.lstrip("-")) > MAX_DIGITS:
        raise NotJson("number_too_large")
    return int(text)


def _fraction(text: str) -> float:
    if len(text) > MAX_FRACTION_TEXT:
        raise NotJson("number_too_large")
    number = float(text)
    if isinf(number):
        raise NotJson("number_too_large")
    return number


def _constant(_text: str) -> Any:
    raise NotJson("not_a_number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotJson("duplicate_key")
    return members


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=_fraction,
    parse_int=_integer,
    parse_constant=_constant,
)
