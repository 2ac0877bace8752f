"""JSON from strangers: what is taken, what is refused and with which code."""

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dialects.strict_json import NotJson, decimal_of, dumps, loads


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "syntax"),
        (b"{", "syntax"),
        (b"{}{}", "syntax"),
        (b"{'a': 1}", "syntax"),
        (b"\xef\xbb\xbf{}", "syntax"),
        (b"\x00", "syntax"),
        (b'"\x00"', "syntax"),
        (b'"\xff"', "not_utf8"),
        (b'"\xed\xa0\x80"', "not_utf8"),
        ("{}".encode("utf-16"), "not_utf8"),
        (b"NaN", "not_a_number"),
        (b"[Infinity]", "not_a_number"),
        (b'{"a": -Infinity}', "not_a_number"),
        (b"1e400", "number_too_large"),
        (b"-1e400", "number_too_large"),
        (b"1" * 31, "number_too_large"),
        (b"1" * 5000, "number_too_large"),
        (b"0." + b"1" * 5000, "number_too_large"),
        (b'{"a": 1, "a": 1}', "duplicate_key"),
        (b'{"a": 1, "\\u0061": 2}', "duplicate_key"),
        (b'[{"b": {"a": 1, "a": 2}}]', "duplicate_key"),
        (b'"\\ud800"', "lone_surrogate"),
        (b'{"\\udfff": 1}', "lone_surrogate"),
        (b'["\\udc00\\ud800"]', "lone_surrogate"),
        (b"[" * 33 + b"]" * 33, "too_deep"),
        (b'{"a":' * 100_000, "too_deep"),
        (b"[" * 1_000_000, "too_deep"),
        (b"[" + b"[]," * 250_000 + b"1]", "too_many_values"),
    ],
)
def test_what_is_not_json_is_refused_with_its_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(NotJson) as caught:
        loads(raw)

    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"[]", []),
        (b" 1 ", 1),
        (b'"\\ud83d\\ude00"', "😀"),
        ('"ё"'.encode(), "ё"),
        (b'"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["', "[" * 40),
        (b'"\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["', '"' + "[" * 34),
        (b'"\\u0000"', "\x00"),
        (b"[" * 32 + b"]" * 32, json.loads("[" * 32 + "]" * 32)),
        (b"1" * 30, int("1" * 30)),
        (b"-" + b"1" * 30, -int("1" * 30)),
    ],
)
def test_what_is_json_is_taken(raw: bytes, value: Any) -> None:
    assert loads(raw) == value


def test_a_refusal_does_not_carry_what_was_sent() -> None:
    with pytest.raises(NotJson) as caught:
        loads(b'{"token": "wh-secret"')

    assert "wh-secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "raw",
    [
        b'"' + b'\\"' * 500_000,
        b'"\\' * 500_000,
        b'"' * 1_000_000,
        b"\\" * 1_000_000,
        b"{" + b'"":' * 300_000,
        b"[" * 20 + b"x" * 1_000_000,
        b"[]" * 40 + b'"' * 999_999,
        b"[]" * 40 + b'\\"' * 500_000,
        b"[]" * 40 + b'"\\' * 500_000,
    ],
)
def test_hostile_quotes_cost_no_more_than_their_length(raw: bytes) -> None:
    began = time.perf_counter()
    with pytest.raises(NotJson):
        loads(raw)

    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("33.332999999999998", "33.333"),
        ("40.00", "40.0"),
        ("0.1", "0.1"),
        ("7", "7"),
        ("1e2", "100.0"),
    ],
)
def test_a_number_means_the_shortest_decimal_of_its_double(text: str, meant: str) -> None:
    assert decimal_of(loads(text.encode())) == Decimal(meant)


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**29), 10**29)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_what_is_dumped_is_loaded_again(value: Any) -> None:
    assert loads(dumps(value)) == value


@given(JSON_VALUES)
def test_ordinary_json_reads_as_pythons_parser_reads_it(value: Any) -> None:
    text = json.dumps(value)

    assert loads(text.encode()) == json.loads(text)


@given(st.binary(max_size=200) | st.text(alphabet='[]{}":,\\ud81eE-+.0Nan ').map(str.encode))
def test_any_bytes_are_json_or_refused(raw: bytes) -> None:
    try:
        value = loads(raw)
    except NotJson:
        return
    assert loads(dumps(value)) == value
