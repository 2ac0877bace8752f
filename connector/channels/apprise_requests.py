"""What apprise's services find where they look for `requests`: the guarded way out and no other.

They call `requests.post` and the like of their module's own name, with time limits, redirects and
proxies as they please. So that name is given something else, which lets each message out through
the guard (connector.outgoing) and writes down what became of it: apprise itself answers yes or no.
A service that can go out in any other way is not used at all.
"""

import dis
import io
import json
import re
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from types import CodeType, ModuleType
from typing import Any
from urllib.parse import unquote_plus

import requests

from connector.channels.http import CONNECT_S, MOST_ANSWER, READ_S, WHOLE_S
from connector.domain.messengers import ChannelDown, Refused, TryLater
from connector.outgoing import (
    BodyBroken,
    BodyTooLarge,
    BodyTooSlow,
    Guard,
    GuardedSession,
    OutgoingRefused,
    read_body,
)

MOST_REQUESTS = 5
"""Of one message: a service that asks on and on holds up everybody's letters."""
_PASSED = ("params", "data", "json", "headers", "auth", "files", "cookies")
"""Of what a service asks for; limits, redirects and certificates are not its business."""
_PLAIN = frozenset(
    {
        "__future__", "ast", "base64", "binascii", "calendar", "collections", "contextlib", "copy",
        "dataclasses", "datetime", "email", "enum", "functools", "gzip", "hashlib", "hmac", "html",
        "io", "itertools", "json", "logging", "math", "os", "random", "re", "requests", "secrets",
        "string", "struct", "sys", "threading", "time", "typing", "unicodedata", "urllib", "uuid",
        "xml", "zoneinfo",
    }
)  # fmt: skip
"""What a service may import: nothing in it reaches a network but `requests`, which is replaced."""
_OTHERWISE = frozenset({"urllib.request", "requests.sessions", "requests.adapters"})


class Exchange:
    """One message's requests. fault: what kept the last from being answered; status: of the last
    answer. address: each request that tells anything must name it."""

    def __init__(self, guard: Guard, address: str) -> None:
        self._guard = guard
        self._address = re.compile(rf"(?<!\w){re.escape(address)}(?!\w)")
        self._left = MOST_REQUESTS
        self.fault: Exception | None = None
        self.status: int | None = None

    def request(self, method: str, url: str, asked: dict[str, Any]) -> requests.Response:
        """Raises RequestException, as requests itself would."""
        self.fault = self.status = None
        passed = {name: asked[name] for name in _PASSED if name in asked}
        try:
            if not self._left:
                raise ChannelDown("too_many_requests")
            self._left -= 1
            with GuardedSession(self._guard) as session:
                prepared = session.prepare_request(requests.Request(method, url, **passed))
                if method.upper() != "GET" and not self._address.search(_told(prepared)):
                    # Left out by the service, and what is meant for one would go to many.
                    raise Refused("bad_address")
                response = session.send(prepared, timeout=(CONNECT_S, READ_S), stream=True)
                body = read_body(response, MOST_ANSWER, WHOLE_S)
        except (Refused, ChannelDown) as err:
            self.fault = err
        except OutgoingRefused as err:
            self.fault = ChannelDown(f"outgoing_{err.reason}")
        except (BodyBroken, BodyTooLarge, BodyTooSlow, requests.ReadTimeout):
            self.fault = TryLater("answer_lost", perhaps_sent=True)
        except requests.RequestException:
            self.fault = ChannelDown("unreachable")
        if self.fault is not None:
            raise requests.ConnectionError(str(self.fault))
        self.status = response.status_code
        response.raw = io.BytesIO(body)
        return response


EXCHANGE: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


class GuardedRequests:
    """The part of `requests` that services use; whatever else they ask it for is not there."""

    codes = requests.codes
    RequestException = requests.RequestException
    TooManyRedirects = requests.TooManyRedirects

    def request(self, method: str, url: str, **asked: Any) -> requests.Response:
        exchange = EXCHANGE.get()
        if exchange is None:
            raise requests.ConnectionError("no message is being sent")
        return exchange.request(method, url, asked)

    def get(self, url: str, **asked: Any) -> requests.Response:
        return self.request("GET", url, **asked)

    def post(self, url: str, **asked: Any) -> requests.Response:
        return self.request("POST", url, **asked)

    def put(self, url: str, **asked: Any) -> requests.Response:
        return self.request("PUT", url, **asked)

    def delete(self, url: str, **asked: Any) -> requests.Response:
        return self.request("DELETE", url, **asked)


GUARDED = GuardedRequests()


def bind(service: type) -> frozenset[str]:
    """Has a service of apprise go out through the guard alone. What it imports that could go out
    otherwise is returned; such a service must not be used. Idempotent."""
    modules = {sys.modules[kind.__module__] for kind in service.__mro__}
    own = [m for m in modules if re.fullmatch(r"apprise\.plugins\.(?!base$).+", m.__name__)]
    unsafe = frozenset(name for module in own for name in _unsafe(module))
    if not unsafe:
        for module in own:
            if hasattr(module, "requests"):
                module.requests = GUARDED  # type: ignore[attr-defined]
    return unsafe


def _unsafe(module: ModuleType) -> Iterator[str]:
    spec = module.__spec__
    assert spec is not None
    # Compiled code, not the source: Python 3.11 cannot make trees of sources in two threads.
    for level, taken, name in _imports(spec.loader.get_code(spec.name)):  # type: ignore[union-attr]
        if level == 1 and name != "base":
            # Another module of apprise's services, which nobody has looked at.
            yield f".{name}"
        elif level:
            continue
        elif name.partition(".")[0] not in _PLAIN or name in _OTHERWISE:
            yield name
        elif taken and name == "requests":
            # Taken by itself, it would not be replaced.
            yield name


def _imports(code: CodeType) -> Iterator[tuple[int, bool, str]]:
    """Each import in it, of functions too: dots before the name, whether by `from`, the name."""
    before: list[dis.Instruction] = []
    for instruction in dis.get_instructions(code):
        if instruction.opname == "IMPORT_NAME":
            level, taken = (pushed.argval for pushed in before[-2:])
            yield level, taken is not None, instruction.argval
        before.append(instruction)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _imports(inner)


def _told(prepared: requests.PreparedRequest) -> str:
    """All that a request says, decoded, for an address to be looked for."""
    body = prepared.body or b""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    try:
        text = json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        text = unquote_plus(text)
    headers = " ".join(str(value) for value in prepared.headers.values())
    return f"{unquote_plus(prepared.url or '')} {headers} {text}"
