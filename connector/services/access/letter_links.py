"""What the links in letters say, signed: nobody can make one up, and nothing is stored for them.

A link that signs in is bound to its recipient and the address it was sent to, and ends after a
while. One that unsubscribes does not end: a mail program may use it years later (RFC 8058).
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.secretbox import SecretBox

_SIGN_IN = "connector letters: sign in"
_UNSUBSCRIBE = "connector letters: unsubscribe"
_SIGNATURE = 16
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class SignInLink:
    """path: of ours, where the reader is led. address: digest of the one it was sent to."""

    municipality: str
    recipient: str
    path: str
    expires_at: datetime
    address: str

    def fits(self, address: str | None) -> bool:
        """Whether it was sent to this address; another one may be another person's."""
        return address is not None and hmac.compare_digest(self.address, _short(address))


@dataclass(frozen=True, slots=True)
class UnsubscribeLink:
    """kinds: of the notices in the letter."""

    municipality: str
    recipient: str
    kinds: tuple[str, ...]


class LetterLinks:
    """Makes and opens the links of letters. url: of the pages, without a slash at its end.

    term: how long a link signs in; zero: links lead to pages and sign nobody in.
    """

    def __init__(self, box: SecretBox, url: str, term: timedelta) -> None:
        self._url = url
        self._term = term
        self._sign_in = box.signing_keys(_SIGN_IN)
        self._unsubscribe = box.signing_keys(_UNSUBSCRIBE)

    @property
    def hours(self) -> int:
        """How long a link signs in."""
        return round(self._term / timedelta(hours=1))

    def page(self, path: str) -> str:
        return self._url + path

    def sign_in(
        self, municipality: str, recipient: str, address: str, path: str, now: datetime
    ) -> str:
        """The address of a page, by way of signing in where that is allowed."""
        if not self._term:
            return self.page(path)
        until = int((now + self._term).timestamp())
        # Two letters of one second are two links.
        parts = [municipality, recipient, path, until, _short(address), secrets.token_hex(4)]
        return self.page(f"/enter/{_signed(self._sign_in[0], parts)}")

    def unsubscribe(self, municipality: str, recipient: str, kinds: Collection[str]) -> str:
        parts = [municipality, recipient, sorted(kinds)]
        return self.page(f"/unsubscribe/{_signed(self._unsubscribe[0], parts)}")

    def open_sign_in(self, token: str) -> SignInLink | None:
        """None where it is not one of ours; an expired one is still opened."""
        match _opened(self._sign_in, token):
            case [str(town), str(recipient), str(path), int(until), str(address), str(_)]:
                expires = datetime.fromtimestamp(until, UTC)
                return SignInLink(town, recipient, path, expires, address)
        return None

    def open_unsubscribe(self, token: str) -> UnsubscribeLink | None:
        """None where it is not one of ours."""
        match _opened(self._unsubscribe, token):
            case [str(town), str(recipient), [*kinds]]:
                return UnsubscribeLink(town, recipient, tuple(map(str, kinds)))
        return None


def digest_of(token: str) -> bytes:
    """How a used link is kept."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _short(address: str) -> str:
    return hashlib.sha256(address.casefold().encode()).hexdigest()[:16]


def _signed(key: bytes, parts: list[Any]) -> str:
    body = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
    return _text(body) + "." + _text(_signature(key, body))


def _opened(keys: list[bytes], token: str) -> Any:
    body, dot, signature = token.partition(".")
    if not dot or len(token) > _LONGEST or not token.isascii():
        return None
    try:
        said, signed = _bytes(body), _bytes(signature)
    except ValueError:
        return None
    if not any(hmac.compare_digest(_signature(key, said), signed) for key in keys):
        return None
    # Two spellings of one link would be two links, each for one use.
    return json.loads(said) if token == f"{_text(said)}.{_text(signed)}" else None


def _signature(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)[:_SIGNATURE]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
