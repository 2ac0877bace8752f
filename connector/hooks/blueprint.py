"""`POST /hooks/<source>`: verify, cut, store, commit, answer (contract 1).

The answer is always exactly 200 once the events are committed: two of the three public senders take
201, 202 and 204 for a failure. An unknown source answers as a wrong secret does, so codes cannot be
probed. Whatever was refused is counted and logged by reason; bodies and secrets never are.
"""

import logging
import re
from time import monotonic
from typing import Any

from flask import Blueprint, Response, request

from connector.clock import Clock
from connector.dialects import SENDERS, Sender
from connector.dialects.envelope import Cut, WrongEnvelope
from connector.dialects.strict_json import NotJson
from connector.dialects.xapi import statement_id
from connector.domain.signals import Dialect
from connector.errors import StorageUnavailable
from connector.hooks import answers
from connector.hooks.answers import Answer
from connector.hooks.limits import Refused, body_length, media_type, read_body
from connector.hooks.receiver import WRONG_TIME, HookSource, Receipt, Receiver
from connector.hooks.signatures import (
    TOLERANCE_SECONDS,
    is_basic,
    is_bearer,
    is_signed,
    is_token,
)
from connector.hooks.times import HookTimes

_log = logging.getLogger(__name__)
_CODE = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
_ALL_TYPES = tuple({media for sender in SENDERS.values() for media in sender.content_types})


def create_blueprint(
    receiver: Receiver, clock: Clock, times: HookTimes | None = None
) -> Blueprint:
    """The two routes, over `receiver`; signatures are judged by `clock`, answers timed in `times`.
    """
    blueprint = Blueprint("hooks", __name__, url_prefix="/hooks")
    door = _Door(receiver, clock)

    def timed(source: str, statements: bool) -> Response:
        began = monotonic()
        response = door.answer(source, statements=statements)
        if times is not None:
            times.took(response.status_code, monotonic() - began)
        return response

    def post(source: str) -> Response:
        return timed(source, statements=False)

    def post_statements(source: str) -> Response:
        return timed(source, statements=True)

    # Other methods are routed too, so that 405 has the same form as every other refusal.
    options: dict[str, Any] = {"methods": _METHODS, "provide_automatic_options": False}
    blueprint.add_url_rule("/<source>", "post", post, **options)
    blueprint.add_url_rule("/<source>/statements", "post_statements", post_statements, **options)
    return blueprint


class _Door:
    """Lets a request in, or says why not."""

    def __init__(self, receiver: Receiver, clock: Clock) -> None:
        self._receiver = receiver
        self._clock = clock

    def answer(self, code: str, *, statements: bool) -> Response:
        """The response to a request for source `code`, on the xAPI path or the plain one."""
        known = ""
        try:
            self._check_before_asking(statements)
            source = self._receiver.source(code) if _CODE.fullmatch(code) else None
            if source is None:
                raise _wrong_credentials("unknown_source")
            known = source.code
            return _response(self._take(source, statements))
        except Refused as refusal:
            self._receiver.refused(known, refusal.reason)
            _log.warning("hook.refused source=%s reason=%s", known or "?", refusal.reason)
            return _response(answers.problem(refusal.status, refusal.sentence))
        except StorageUnavailable:
            # Not counted: counting is a write too, and would keep the sender waiting for it.
            _log.error("hook.not_stored source=%s reason=storage_unavailable", known or "?")
            return _response(answers.not_stored())

    def _check_before_asking(self, statements: bool) -> None:
        """What can be told without knowing the source, and must not depend on it."""
        if request.method != "POST":
            raise Refused(405, "method", "Only POST is taken here.")
        sender = SENDERS[Dialect.XAPI if statements else Dialect.NATIVE]
        body_length(request.environ, sender.max_bytes)
        media_type(request.environ, _ALL_TYPES)

    def _take(self, source: HookSource, statements: bool) -> Answer:
        sender = SENDERS[source.dialect]
        if statements and source.dialect is not Dialect.XAPI:
            raise _wrong_credentials("wrong_path")
        in_body = source.dialect is Dialect.LOCAL_WEBHOOKS
        raw = read_body(request.environ, body_length(request.environ, sender.max_bytes))
        if not in_body and not self._is_known_sender(source, raw):
            raise _wrong_credentials(self._what_is_wrong(source, raw))
        cut = _cut(sender, raw)
        if in_body and not is_token(cut.token, source.secrets):
            raise _wrong_credentials("wrong_credentials")
        media_type(request.environ, sender.content_types)
        if source.dialect is Dialect.XAPI and not statements:
            raise Refused(404, "wrong_path", "The address of an xAPI source ends with /statements.")
        receipt = self._receiver.receive(source, cut.arrivals)
        return _received(source, cut, receipt)

    def _is_known_sender(self, source: HookSource, raw: bytes) -> bool:
        environ = request.environ
        authorization = environ.get("HTTP_AUTHORIZATION", "")
        match source.dialect:
            case Dialect.NATIVE:
                return self._is_signed(source, raw, TOLERANCE_SECONDS)
            case Dialect.TOOL_TRIGGER:
                return is_bearer(authorization, source.secrets)
            case Dialect.XAPI:
                return is_basic(authorization, source.secrets)
            case _:
                return False

    def _what_is_wrong(self, source: HookSource, raw: bytes) -> str:
        """For those who look after us; the sender is answered alike. A clock that is wrong looks
        like a wrong secret otherwise, and people would change the secret."""
        is_native = source.dialect is Dialect.NATIVE
        is_late = is_native and self._is_signed(source, raw, float("inf"))
        return WRONG_TIME if is_late else "wrong_credentials"

    def _is_signed(self, source: HookSource, raw: bytes, tolerance: float) -> bool:
        environ = request.environ
        return is_signed(
            raw,
            message_id=environ.get("HTTP_WEBHOOK_ID", ""),
            timestamp=environ.get("HTTP_WEBHOOK_TIMESTAMP", ""),
            signatures=environ.get("HTTP_WEBHOOK_SIGNATURE", ""),
            secrets=source.secrets,
            now=self._clock.now(),
            tolerance=tolerance,
        )


def _cut(sender: Sender, raw: bytes) -> Cut:
    try:
        return sender.cut(raw)
    except NotJson as error:
        raise Refused(400, error.reason, "The body is not JSON as it is taken here.") from None
    except WrongEnvelope as error:
        raise Refused(400, error.reason, "The JSON does not have the expected shape.") from None


def _received(source: HookSource, cut: Cut, receipt: Receipt) -> Answer:
    if source.dialect is not Dialect.XAPI:
        return answers.receipt(receipt)
    return answers.ids(
        [
            own or statement_id(source.code, arrival.key)
            for arrival, own in zip(cut.arrivals, cut.statement_ids, strict=True)
        ]
    )


def _wrong_credentials(reason: str) -> Refused:
    return Refused(401, reason, "The signature, token or time is wrong.")


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, answer.headers, mimetype=answer.media_type)
