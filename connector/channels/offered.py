"""Which channels there are: each plugin is asked alone, and a faulty one harms only itself."""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from connector import channelspecs
from connector.domain.messengers import FaultyChannel, Http, OfferedChannel
from connector.domain.preferences import EMAIL

log = logging.getLogger(__name__)

_CODE = re.compile(r"[a-z][a-z0-9_]{1,19}")
_TAKEN = frozenset({EMAIL, "smtp", "mailbox"})


@dataclass(frozen=True, slots=True)
class ChannelFault:
    """where: the plugin's entry point, and the channel. message: in Russian, or what it raised."""

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Offered:
    """by_code: what can be used, in the order in which it was offered."""

    by_code: Mapping[str, OfferedChannel]
    faults: tuple[ChannelFault, ...] = ()


def installed(safe_mode: bool = False) -> list[EntryPoint]:
    """safe_mode: no plugin's Python is run."""
    if safe_mode:
        return []
    # An editable installation and its build folder may both be seen: the same plugin twice.
    points = entry_points(group=channelspecs.GROUP)
    return sorted(dict.fromkeys(points), key=lambda point: (point.name, point.value))


def gather(
    own: Mapping[str, object],
    points: Iterable[EntryPoint],
    settings: Mapping[str, Any],
    http: Http,
) -> Offered:
    """own: the core's plugins by name, asked first: nobody takes a code away from them. Never
    raises for a plugin's sake."""
    found: dict[str, OfferedChannel] = {}
    faults: list[ChannelFault] = []
    known = set(own)
    for name, ask in _asked(own, points):
        try:
            known.add(name)
            offers = _offers(ask(), settings.get(name) or {}, http)
        # Somebody else's code, imported and asked.
        except Exception as err:
            log.error("channel.plugin_fault plugin=%s error=%s", name, type(err).__name__)
            faults.append(ChannelFault(name, f"{type(err).__name__}: {err}"[:300]))
            continue
        for offer in offers:
            if isinstance(offer, FaultyChannel):
                faults.append(ChannelFault(f"{name}.{offer.code}", offer.message))
            elif wrong := _wrong(offer, found):
                faults.append(ChannelFault(name, wrong))
            else:
                found[offer.code] = offer
    faults += (
        ChannelFault(name, "в CONNECTOR_CHANNELS назван, но не установлен")
        for name in sorted(settings.keys() - known)
    )
    return Offered(found, tuple(faults))


def _asked(own: Mapping[str, object], points: Iterable[EntryPoint]) -> Iterator[tuple[str, Any]]:
    for name, plugin in own.items():
        yield name, lambda plugin=plugin: plugin
    for point in points:
        yield point.name, point.load


def _offers(plugin: object, settings: Mapping[str, Any], http: Http) -> list[Any]:
    """Raises whatever the plugin raises, PluginValidationError where a hook is not ours."""
    manager = pluggy.PluginManager("connector")
    manager.add_hookspecs(channelspecs)
    manager.register(plugin, name="plugin")
    manager.check_pending()
    answers = manager.hook.connector_channels(settings=settings, http=http)
    return [offer for answer in answers for offer in answer]


def _wrong(offer: object, found: Mapping[str, OfferedChannel]) -> str | None:
    if not isinstance(offer, OfferedChannel):
        return "хук connector_channels отвечает не списком OfferedChannel"
    if not _CODE.fullmatch(offer.code) or offer.code in _TAKEN:
        return f"код канала «{offer.code}» не годится: нужны 2–20 латинских букв, цифр, «_»"
    if offer.code in found:
        return f"канал «{offer.code}» уже есть, этот не действует"
    if not offer.title.strip():
        return f"у канала «{offer.code}» нет названия"
    return None
