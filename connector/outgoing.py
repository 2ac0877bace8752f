"""The one guard that every outgoing HTTP request passes (architecture: Security).

An address typed by an administrator, or answered by a hostile name server, must not make the
connector talk to the inside of its own network. So the host must be on the administrator's list,
its addresses are looked up once and judged, and the connection is made to the judged address
itself: a second look-up between check and connection could be answered differently.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
)
from urllib3.util.connection import create_connection

from connector.answer_head import WholeHead

Lookup = Callable[[str, int], Iterable[str]]
_CHUNK = 64 * 1024


class OutgoingRefused(Exception):
    """The guard forbids this request; its administrator must act. `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BodyTooLarge(Exception):
    """The answer is longer than the limit; nothing of it may be used."""


class BodyTooSlow(Exception):
    """The answer did not end in time: it stalled, or came by the drop."""


class BodyBroken(Exception):
    """The answer ended early, or is packed though nobody asked for that."""


def look_up(host: str, port: int) -> list[str]:
    """The addresses of `host`, by the system's resolver. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def _plain(host: str) -> str:
    host = host.strip().rstrip(".").lower()
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError as err:
        raise OutgoingRefused("bad_host") from err


@dataclass(frozen=True)
class Guard:
    """What may be asked: these hosts, and addresses inside private networks only if allowed.

    allow_private: a municipality's Moodle often lives in its own network, the one of a
        demonstration on the loopback. Link-local addresses (cloud metadata), multicast and the
        unspecified address are never allowed.
    """

    hosts: frozenset[str]
    allow_private: bool = False
    lookup: Lookup = field(default=look_up, compare=False)

    @classmethod
    def for_urls(cls, *urls: str, allow_private: bool = False) -> "Guard":
        """A guard that lets through the hosts of these addresses and no others."""
        return cls(frozenset(_plain(urlsplit(url).hostname or "") for url in urls), allow_private)

    def check(self, url: str) -> None:
        """Raise OutgoingRefused unless the scheme is HTTP(S) and the host is on the list."""
        try:
            parts = urlsplit(url)
            host = _plain(parts.hostname or "")
            _ = parts.port  # raises for ports that are no ports
        except ValueError as err:
            raise OutgoingRefused("bad_url") from err
        if parts.scheme not in ("http", "https"):
            raise OutgoingRefused("scheme")
        if parts.username is not None or parts.password is not None:
            raise OutgoingRefused("credentials_in_url")
        if not host or host not in {_plain(allowed) for allowed in self.hosts}:
            raise OutgoingRefused("host_not_allowed")

    def addresses(self, host: str, port: int) -> list[str]:
        """The addresses to connect to; one forbidden forbids the host. Raises OSError too."""
        found = list(dict.fromkeys(self.lookup(host, port)))
        if not found:
            raise OSError(f"{host} has no address")
        for address in found:
            if not self._is_allowed(address):
                raise OutgoingRefused("private_address")
        return found

    def _is_allowed(self, text: str) -> bool:
        address = _unwrapped(ipaddress.ip_address(text.split("%")[0]))
        if address.is_link_local or address.is_multicast or address.is_unspecified:
            return False
        return address.is_global or (
            self.allow_private and (address.is_private or address.is_loopback)
        )


def _unwrapped(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 one carries inside, else itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in ipaddress.IPv6Network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _connect(connection: HTTPConnection, guard: Guard) -> socket.socket:
    """A socket to a judged address; errors as urllib3 expects them from `_new_conn`.

    The time to connect is that of all addresses together: a name may have any number of them.
    """
    patience = connection.timeout
    until = None if patience is None else monotonic() + patience
    try:
        addresses = guard.addresses(connection.host, connection.port)
    except OSError as err:
        raise NewConnectionError(connection, f"cannot look up the host: {err}") from err
    last: OSError | None = None
    for address in addresses:
        left = None if until is None else until - monotonic()
        if left is not None and left <= 0:
            last = TimeoutError()
            break
        try:
            made = create_connection(
                (address, connection.port), left, socket_options=connection.socket_options
            )
            made.settimeout(patience)
            return made
        except OSError as err:
            last = err
    if isinstance(last, TimeoutError):
        raise ConnectTimeoutError(connection, "the connection timed out") from last
    raise NewConnectionError(connection, f"cannot connect: {last}") from last


class GuardedAdapter(HTTPAdapter):
    """Carries requests over connections that only go to addresses the guard has judged."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        guard = self._guard

        # The certificate is still checked against the host's name: only the socket is ours.
        class Plain(HTTPConnection):
            response_class = WholeHead

            def _new_conn(self) -> socket.socket:
                return _connect(self, guard)

        class Secure(HTTPSConnection):
            response_class = WholeHead

            def _new_conn(self) -> socket.socket:
                return _connect(self, guard)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        self._guard.check(request.url or "")
        return super().send(request, *args, **kwargs)


class GuardedSession(requests.Session):
    """A session without redirects, cookies, or anything from the environment."""

    def __init__(self, guard: Guard) -> None:
        super().__init__()
        # Otherwise HTTP(S)_PROXY and ~/.netrc would decide where the token goes.
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # A packed body can grow a thousandfold in one step, past any limit on what was read.
        self.headers["Accept-Encoding"] = "identity"
        adapter = GuardedAdapter(guard)
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        # A redirect would carry the body, and with it the token, to an address nobody chose.
        kwargs["allow_redirects"] = False
        return super().send(request, **kwargs)


def read_body(
    response: requests.Response,
    limit: int,
    seconds: float,
    tick: Callable[[], float] = monotonic,
) -> bytes:
    """The body of a streamed answer: at most `limit` bytes, within `seconds` from now.

    Raises BodyTooLarge, BodyTooSlow, BodyBroken.
    """
    until = tick() + seconds
    body = bytearray()
    try:
        declared = response.headers.get("Content-Length", "")
        if declared.isdecimal() and int(declared) > limit:
            raise BodyTooLarge
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise BodyBroken("packed")
        # iter_content waits for a full chunk: a server that drips would hold the caller for hours.
        while chunk := response.raw.read1(_CHUNK, decode_content=False):
            body += chunk
            if len(body) > limit:
                raise BodyTooLarge
            if tick() > until:
                raise BodyTooSlow
    except ReadTimeoutError as err:
        raise BodyTooSlow from err
    except (HTTPError, OSError) as err:
        raise BodyBroken("ended early") from err
    finally:
        response.close()
    return bytes(body)
