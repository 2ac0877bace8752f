"""One service of apprise as a messenger. apprise is loaded with the first message, not before."""

import logging
import re
import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from connector.channels.apprise_services import PLACE, Service
from connector.domain.messengers import ChannelDown, Refused, ShortMessage, TryLater

if TYPE_CHECKING:
    from connector.channels.apprise_requests import Exchange

_ADDRESS = re.compile(r"[^\W_][\w.-]*(?:[@:][\w.-]+)*")
LONGEST_ADDRESS = 100
_TOKEN_REFUSED = frozenset({401, 403, 407})
_UNKNOWN = frozenset({400, 404, 410, 422})
_AWAY = frozenset({408, 425, 429, 502, 503, 504})
_UNCERTAIN = frozenset({500, 502, 504})
"""Said by whoever stands before the service, which may have taken the message all the same."""


class AppriseMessenger:
    """A Messenger. Threads may share it: each message has an object of apprise's of its own."""

    def __init__(self, service: Service, allow_private: bool) -> None:
        self._service = service
        self._allow_private = allow_private

    def send(self, message: ShortMessage) -> None:
        from connector.channels.apprise_requests import EXCHANGE, Exchange
        from connector.outgoing import Guard

        address = self.cleaned(message.address)
        told = self._told(address)
        guard = Guard(self._service.hosts, self._allow_private)
        exchange = Exchange(guard, address)
        token = EXCHANGE.set(exchange)
        try:
            # No format is named: what a format would change, links among it, stays as it is.
            accepted = bool(told.notify(body=message.text))
        finally:
            EXCHANGE.reset(token)
        if not accepted or exchange.status is None:
            raise _verdict(exchange)

    def examine(self) -> str | None:
        """Whether apprise knows the service and it can be kept within the guard; asks nobody."""
        try:
            self._told("proba")
        except (ChannelDown, Refused) as err:
            return {
                "other_host": (
                    "имя сервера в url читается двояко. Ключ с «/» запишите параметром, "
                    "например ?webhook=ключ."
                ),
                "unknown_service": f"apprise не знает службы {self._service.scheme}://.",
                "unguarded_service": (
                    f"служба {self._service.scheme}:// ходит в сеть мимо проверки адресов, "
                    "такие не используются."
                ),
            }.get(str(err), "apprise не понимает url; образец — на странице службы в его описании.")
        return None

    def cleaned(self, address: str) -> str:
        """What may stand in the address. Raises Refused for what could mean somebody else too."""
        before = self._service.url.partition(PLACE)[0]
        if before.endswith("@"):
            # Half the people type it, and the address has it already.
            address = address.removeprefix("@")
        if len(address) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
            raise Refused("bad_address")
        return address

    def _told(self, address: str) -> Any:
        """apprise's object for this one person. Raises ChannelDown, Refused."""
        from apprise import AppriseAsset
        from apprise.exception import AppriseException

        kind = _kind(self._service)
        asset = AppriseAsset(
            app_id="connector",
            async_mode=False,
            http_redirects=False,
            # Pictures would be fetched by the reader's program from somewhere abroad.
            image_path_mask=False,
            image_url_mask="",
            storage_mode="memory",
        )
        try:
            read = kind.parse_url(self._service.url.replace(PLACE, quote(address, safe="")))
            if read and not self._is_meant(read.get("host")):
                raise ChannelDown("other_host")
            told = kind(**{**read, "asset": asset}) if read else None
        except (AppriseException, TypeError, ValueError) as err:
            raise Refused("bad_address") from err
        if told is None or len(told) != 1:
            raise Refused("bad_address")
        # It would sleep between two requests of one message, and all other letters with it.
        told.request_rate_per_sec = 0
        return told

    def _is_meant(self, host: str | None) -> bool:
        """Whether apprise reads the same server out of the address as the guard does."""
        return self._service.module is None or (host or "").lower() in self._service.hosts


def _kind(service: Service) -> Any:
    """apprise's class of the service, bound to the guard. Raises ChannelDown."""
    from apprise.manager_plugins import NotificationManager
    from apprise.plugins.base import NotifyBase

    from connector.channels.apprise_requests import bind

    # It names addresses and, in its details, tokens.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    if service.module is not None:
        module = import_module(f"apprise.plugins.{service.module}")
        kinds = [
            kind
            for kind in vars(module).values()
            if isinstance(kind, type)
            and issubclass(kind, NotifyBase)
            and kind.__module__ == module.__name__
        ]
        kind = kinds[0] if kinds else None
    else:
        with warnings.catch_warnings():
            # Loads all of apprise, services for other systems among it.
            warnings.simplefilter("ignore")
            try:
                kind = NotificationManager()[service.scheme]  # type: ignore[no-untyped-call]
            except KeyError:
                kind = None
    if kind is None:
        raise ChannelDown("unknown_service")
    if bind(kind):
        raise ChannelDown("unguarded_service")
    return kind


def _verdict(exchange: "Exchange") -> Exception:
    """What a message that was not accepted died of."""
    status = exchange.status
    if exchange.fault is not None:
        return exchange.fault
    if status is None:
        # apprise had nobody to tell it to.
        return Refused("bad_address")
    reason = f"service_{status}"
    if status in _TOKEN_REFUSED or status in _AWAY or 300 <= status < 400:
        return ChannelDown(reason, perhaps_sent=status in _UNCERTAIN)
    if status in _UNKNOWN:
        return Refused(reason)
    return TryLater(reason, perhaps_sent=status in _UNCERTAIN or status < 300)
