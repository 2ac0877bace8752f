"""Signatures, tokens and Basic, with the reference implementation as the oracle."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from connector.hooks.signatures import is_basic, is_bearer, is_signed, is_token
from tests.contract.moodle_deliveries import BASIC, BASIC_HEADER

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
BODY = '{"events": []}'


def secret_of(key: bytes) -> str:
    return "whsec_" + base64.b64encode(key).decode()


OLD, NEW = secret_of(b"o" * 24), secret_of(b"n" * 32)


def signature(secret: str, body: str = BODY, at: datetime = NOW, message: str = "m1") -> str:
    return Webhook(secret).sign(message, at, body)


def signed(
    signatures: str,
    *secrets: str,
    body: bytes = BODY.encode(),
    timestamp: str = STAMP,
    message: str = "m1",
    now: datetime = NOW,
) -> bool:
    return is_signed(
        body,
        message_id=message,
        timestamp=timestamp,
        signatures=signatures,
        secrets=secrets,
        now=now,
    )


def test_the_reference_implementations_signature_fits() -> None:
    assert signed(signature(NEW), NEW)


def test_a_secret_without_its_prefix_or_padding_is_the_same_secret() -> None:
    assert signed(signature(NEW), NEW.removeprefix("whsec_"))
    assert signed(signature(NEW), NEW.rstrip("="))


def test_while_a_secret_is_rotated_both_fit() -> None:
    assert signed(signature(OLD), OLD, NEW)
    assert signed(signature(NEW), OLD, NEW)
    assert not signed(signature(OLD), NEW)


def test_one_fitting_signature_among_several_is_enough() -> None:
    other = "v1," + base64.b64encode(b"x" * 32).decode()

    assert signed(f"{other} {signature(OLD)} v1a,c2ln", OLD)
    assert signed(f"v2,zzz  {signature(OLD)}", OLD)
    assert not signed(other, OLD)


def test_signatures_beyond_sixteen_are_not_tried() -> None:
    assert signed("v1,AAAA " * 15 + signature(OLD), OLD)
    assert not signed("v1,AAAA " * 16 + signature(OLD), OLD)


@pytest.mark.parametrize(
    ("offset", "fits"), [(0, True), (299, True), (300, True), (301, False), (86_400, False)]
)
@pytest.mark.parametrize("direction", [1, -1])
def test_five_minutes_are_allowed_on_either_side(offset: int, direction: int, fits: bool) -> None:
    at = NOW + timedelta(seconds=offset * direction)

    assert signed(signature(NEW, at=at), NEW, timestamp=str(int(at.timestamp()))) is fits


def test_body_id_and_time_are_all_signed() -> None:
    good = signature(NEW)

    assert not signed(good, NEW, body=BODY.encode() + b" ")
    assert not signed(good, NEW, message="m2")
    assert not signed(good, NEW, timestamp=str(int(STAMP) + 1))


@pytest.mark.parametrize(
    "secrets", [(), ("",), ("whsec_",), ("whsec_!!!",), ("ы",), ("whsec_ы",), ("whsec_=",)]
)
def test_no_secret_or_a_broken_one_lets_nobody_in(secrets: tuple[str, ...]) -> None:

    empty = hmac.digest(b"", f"m1.{STAMP}.{BODY}".encode(), hashlib.sha256)

    assert not signed("v1," + base64.b64encode(empty).decode(), *secrets)


@pytest.mark.parametrize("timestamp", ["", "x", "-1", "1e9", "1.5", "١", " 1", "9" * 40, "nan"])
def test_a_timestamp_that_is_none_fits_nothing(timestamp: str) -> None:
    assert not signed(signature(NEW), NEW, timestamp=timestamp)


KEYS = st.binary(min_size=1, max_size=64)
IDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)
OFFSETS = st.integers(-400, 400)


@given(KEYS, IDS, st.text(max_size=200), OFFSETS, KEYS)
def test_we_agree_with_the_reference_implementation(
    key: bytes, message: str, body: str, offset: int, other: bytes
) -> None:
    at = NOW + timedelta(seconds=offset)
    header = signature(secret_of(key), body, at, message)
    stamp = str(int(at.timestamp()))
    headers = {"webhook-id": message, "webhook-timestamp": stamp, "webhook-signature": header}
    for secret in (secret_of(key), secret_of(other)):
        with time_machine.travel(NOW, tick=False):
            try:
                Webhook(secret).verify(body, headers, json_parse=False)
                agreed = True
            except WebhookVerificationError:
                agreed = False
        ours = signed(header, secret, body=body.encode(), timestamp=stamp, message=message)
        assert ours is agreed


LATIN = st.text(st.characters(max_codepoint=255), max_size=60)


@given(st.binary(max_size=60), LATIN, LATIN | st.just(STAMP), LATIN | LATIN.map("v1,{}".format))
def test_garbage_headers_fit_nothing_and_raise_nothing(
    body: bytes, message: str, timestamp: str, signatures: str
) -> None:
    assert not signed(signatures, NEW, body=body, message=message, timestamp=timestamp)


@given(LATIN, LATIN)
def test_garbage_credentials_fit_nothing_and_raise_nothing(header: str, tail: str) -> None:
    secrets = ("s3cret-that-nobody-guesses", "")
    for authorization in (header, f"Basic {tail}", f"Bearer {tail}", f"basic\t{tail}"):
        assert not is_basic(authorization, secrets)
        assert not is_bearer(authorization, secrets)
    assert not is_token(header, secrets)


def test_a_token_fits_exactly() -> None:
    assert is_token("wh-токен", ("other", "wh-токен"))
    assert not is_token("wh-токе", ("wh-токен",))
    assert not is_token("", ("",))
    assert not is_token(None, ("",))


def test_a_bearer_token_fits_whatever_the_case_of_its_scheme() -> None:
    assert is_bearer("Bearer tt-1", ("tt-1",))
    assert is_bearer("bearer  tt-1 ", ("tt-1",))
    assert not is_bearer("Bearer", ("",))
    assert not is_bearer("tt-1", ("tt-1",))


def test_the_recorded_basic_header_fits_as_a_pair_and_by_password() -> None:
    assert is_basic(BASIC_HEADER, (BASIC,))
    assert is_basic(BASIC_HEADER, ("lrs-secret-пароль",))
    assert not is_basic(BASIC_HEADER, ("lrs-user",))
    assert not is_basic("Basic " + base64.b64encode(b"lrs-user").decode(), ("lrs-user", ""))
    assert not is_basic("Basic " + base64.b64encode(b"lrs-user:").decode(), ("",))
