"""Who sent it: Standard Webhooks signatures, tokens, Basic; each compared in constant time.

Nothing here raises on what a stranger sends. Every secret is tried whether or not an earlier one
fitted, so the time taken does not tell which of two live secrets is in use.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime

TOLERANCE_SECONDS = 300

_PREFIX = "whsec_"
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
# A rotating sender signs with two secrets; more than a few is somebody buying our processor time.
_MAX_SIGNATURES = 16


def is_signed(
    body: bytes,
    *,
    message_id: str,
    timestamp: str,
    signatures: str,
    secrets: Sequence[str],
    now: datetime,
    tolerance: float = TOLERANCE_SECONDS,
) -> bool:
    """Whether a Standard Webhooks `v1` signature over `id.timestamp.body` fits a live secret.

    message_id, timestamp, signatures: the headers as WSGI gives them (latin-1), "" if missing.
    The timestamp must lie within `tolerance` seconds of `now` on either side.
    """
    if not message_id or not _TIMESTAMP.fullmatch(timestamp):
        return False
    if abs(int(timestamp) - now.timestamp()) > tolerance:
        return False
    offered = _signatures(signatures)
    signed = b".".join((_header_bytes(message_id), timestamp.encode("ascii"), body))
    fits = False
    for secret in secrets:
        key = _key(secret)
        if not key:
            continue
        expected = hmac.digest(key, signed, hashlib.sha256)
        for signature in offered:
            fits |= hmac.compare_digest(expected, signature)
    return fits


def is_token(offered: str | None, secrets: Sequence[str]) -> bool:
    """Whether a token that stood in a body is a live secret."""
    if not offered:
        return False
    return _is_one_of(offered.encode("utf-8", "replace"), secrets)


def is_bearer(authorization: str, secrets: Sequence[str]) -> bool:
    """Whether an Authorization header (as WSGI gives it) bears a live secret as its token."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return False
    return _is_one_of(_header_bytes(token.strip()), secrets)


def is_basic(authorization: str, secrets: Sequence[str]) -> bool:
    """Whether an Authorization header (as WSGI gives it) holds a live secret as HTTP Basic.

    A secret is compared with `user:password` and with the password alone, byte for byte: the plugin
    sends Cyrillic passwords as UTF-8.
    """
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        offered = base64.b64decode(_header_bytes(encoded.strip()), validate=True)
    except (binascii.Error, ValueError):
        return False
    _user, colon, password = offered.partition(b":")
    if not colon:
        return False
    whole, alone = _is_one_of(offered, secrets), _is_one_of(password, secrets)
    return whole or alone


def _is_one_of(offered: bytes, secrets: Sequence[str]) -> bool:
    found = False
    for secret in secrets:
        # An empty secret would let everybody in.
        fits = hmac.compare_digest(offered, secret.encode("utf-8", "replace"))
        found |= fits and secret != ""
    return found


def _signatures(header: str) -> list[bytes]:
    offered = []
    for part in header.split(" ", _MAX_SIGNATURES)[:_MAX_SIGNATURES]:
        version, _, encoded = part.partition(",")
        if version != "v1":
            continue
        try:
            offered.append(base64.b64decode(_header_bytes(encoded), validate=True))
        except (binascii.Error, ValueError):
            continue
    return offered


def _key(secret: str) -> bytes:
    encoded = secret.removeprefix(_PREFIX)
    padding = "=" * (-len(encoded) % 4)
    try:
        return base64.b64decode(encoded + padding, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _header_bytes(value: str) -> bytes:
    return value.encode("latin-1", "replace")
