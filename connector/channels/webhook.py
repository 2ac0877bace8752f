"""One signed call of another system's webhook, after Standard Webhooks, and what its answer means.

Only the status counts: the body of an answer is not read, whatever its length. A redirect is not
followed, since it would carry what is told of people to an address that nobody chose.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from connector import __version__
from connector.errors import ConnectorError

CONNECT_S = 5.0
READ_S = 15.0
LONGEST_PATIENCE_S = 86_400.0
_PREFIX = "whsec_"
_KEY_LENGTHS = range(24, 65)
"""Bytes of a key, as Standard Webhooks wants them."""


class BadAddress(ConnectorError):
    """The guard forbids this address; the message is a code."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """status: of the answer; error: a code where there was none. retry_after: seconds that the
    receiver asked for."""

    status: int | None
    error: str | None = None
    retry_after: float | None = None

    @property
    def is_accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """The receiver wants no more of anything."""
        return self.status == 410

    @property
    def is_away(self) -> bool:
        """Other events would fare the same at present."""
        return self.status is None or self.status == 429 or self.status >= 500


def is_key(secret: str) -> bool:
    """Whether a secret has the form of Standard Webhooks: `whsec_` and base64 of 24 to 64 bytes."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return False
    return secret.startswith(_PREFIX) and len(key) in _KEY_LENGTHS


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def headers(secrets: Sequence[str], message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Signed with each live secret, so that a receiver may change over when it suits it."""
    timestamp = int(now.timestamp())
    signatures = [signature(secret, message_id, timestamp, body) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": f"connector/{__version__}",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


class WebhookPost:
    """Calls receivers. allow_private: addresses in private networks, and plain HTTP, too."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private

    def check(self, url: str) -> None:
        """Whether such an address may be called at all. Looks nothing up. Raises BadAddress."""
        from connector.outgoing import Guard, OutgoingRefused

        try:
            Guard.for_urls(url).check(url)
        except OutgoingRefused as err:
            raise BadAddress(err.reason) from err
        if urlsplit(url).scheme != "https" and not self._allow_private:
            raise BadAddress("not_https")

    def post(
        self, url: str, secrets: Sequence[str], message_id: str, body: bytes, now: datetime
    ) -> Outcome:
        """One try, without redirects. Whatever happens is an outcome."""
        # Web, tick and workers hold none of this until there is somebody to call.
        import requests

        from connector.outgoing import Guard, GuardedSession, OutgoingRefused

        try:
            self.check(url)
        except BadAddress as err:
            return Outcome(None, f"outgoing_{err}")
        guard = Guard.for_urls(url, allow_private=self._allow_private)
        with GuardedSession(guard) as session:
            try:
                response = session.post(
                    url,
                    data=body,
                    headers=headers(secrets, message_id, now, body),
                    timeout=(CONNECT_S, READ_S),
                    stream=True,
                )
            except OutgoingRefused as err:
                return Outcome(None, f"outgoing_{err.reason}")
            except requests.exceptions.SSLError:
                return Outcome(None, "certificate")
            except requests.Timeout:
                return Outcome(None, "timed_out")
            except requests.RequestException:
                return Outcome(None, "connection")
            with response:
                patience = retry_after(response.headers.get("Retry-After", ""), now)
                return Outcome(response.status_code, None, patience)


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds from now, a day at most; None for what cannot be read or lies in the past."""
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return min(float(text[:9]), LONGEST_PATIENCE_S)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        return None
    seconds = (until - now).total_seconds()
    return min(seconds, LONGEST_PATIENCE_S) if seconds > 0 else None
