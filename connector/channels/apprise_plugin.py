"""Services that apprise knows, offered as channels: a plugin like any other, shipped with the core.

apprise is an extra: without it, whoever names a service is told what to install.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from connector import hookimpl
from connector.channels.apprise_messenger import AppriseMessenger
from connector.channels.apprise_services import read_service
from connector.domain.messengers import FaultyChannel, OfferedChannel

NOT_INSTALLED = "не установлен пакет apprise: .venv/bin/pip install 'apprise>=2.3,<3'."


@dataclass(frozen=True, slots=True)
class ApprisePlugin:
    """foreign: whether services on others' servers may be used. allow_private: as for Guard."""

    foreign: bool
    allow_private: bool

    @hookimpl
    def connector_channels(
        self, settings: Mapping[str, Any]
    ) -> list[OfferedChannel | FaultyChannel]:
        """One channel for each service that the administrator named."""
        if settings and find_spec("apprise") is None:
            return [FaultyChannel(str(code), NOT_INSTALLED) for code in settings]
        return [self._offered(str(code), said) for code, said in settings.items()]

    def _offered(self, code: str, said: Any) -> OfferedChannel | FaultyChannel:
        service = read_service(code, said, self.foreign)
        if isinstance(service, FaultyChannel):
            return service
        messenger = AppriseMessenger(service, self.allow_private)
        return OfferedChannel(code, service.title, messenger, service.asks, messenger.examine)
