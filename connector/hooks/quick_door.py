"""The short way in for what comes most: a small signed request of a source that is remembered.

Looking for a route, gates and sessions cost five times what verifying and cutting do, and a thread
a request costs as much again. So the server's own thread takes these requests and goes on; they are
answered when their group is stored. Whatever is not plainly right is left alone, to be answered by
the ordinary way (connector.hooks.blueprint), which knows every refusal.
"""

import logging
import re
from collections.abc import Callable, Mapping
from time import monotonic

from connector.clock import Clock
from connector.dialects import SENDERS
from connector.dialects.envelope import WrongEnvelope
from connector.dialects.strict_json import NotJson
from connector.domain.signals import Dialect
from connector.errors import StorageUnavailable
from connector.hooks import answers
from connector.hooks.answers import Answer
from connector.hooks.receiver import QuickReceiver, Receipt
from connector.hooks.signatures import is_signed
from connector.hooks.times import HookTimes

BODY_LIMIT = 8 << 10
"""Bytes. A larger body takes milliseconds to cut, and everybody else would wait for it."""

_log = logging.getLogger(__name__)
_PATH = re.compile(r"/hooks/([a-z0-9-]{1,40})", re.ASCII)
_CONTENT_TYPES = ("application/json", "application/json; charset=utf-8")
_ODD = ("CONTENT_ENCODING", "TRANSFER_ENCODING")


class QuickDoor:
    """Lets plain requests in without waiting."""

    def __init__(
        self, receiver: QuickReceiver, clock: Clock, times: HookTimes | None = None
    ) -> None:
        self.receiver = receiver
        self._clock = clock
        self._times = times or HookTimes()

    def take(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        answer: Callable[[Answer], None],
    ) -> bool:
        """Whether the request is taken; then `answer` is called once, in this thread or another.

        headers: by name, in capitals and with underscores. body: whole.
        """
        began = monotonic()
        found = _PATH.fullmatch(path)
        if method != "POST" or found is None or not _is_plain(headers, body):
            return False
        source = self.receiver.known(found[1])
        if source is None or source.dialect is not Dialect.NATIVE:
            return False
        if not is_signed(
            body,
            message_id=headers.get("WEBHOOK_ID", ""),
            timestamp=headers.get("WEBHOOK_TIMESTAMP", ""),
            signatures=headers.get("WEBHOOK_SIGNATURE", ""),
            secrets=source.secrets,
            now=self._clock.now(),
        ):
            return False
        try:
            cut = SENDERS[Dialect.NATIVE].cut(body)
        except (NotJson, WrongEnvelope):
            return False

        def told(outcome: Receipt | StorageUnavailable) -> None:
            if isinstance(outcome, StorageUnavailable):
                _log.error("hook.not_stored source=%s reason=storage_unavailable", source.code)
                given = answers.not_stored()
            else:
                given = answers.receipt(outcome)
            self._times.took(given.status, monotonic() - began)
            answer(given)

        try:
            self.receiver.submit(source, cut.arrivals, told)
        except StorageUnavailable as err:
            told(err)
        return True


def _is_plain(headers: Mapping[str, str], body: bytes) -> bool:
    return (
        headers.get("CONTENT_LENGTH") == str(len(body))
        and headers.get("CONTENT_TYPE") in _CONTENT_TYPES
        and not any(name in headers for name in _ODD)
    )
