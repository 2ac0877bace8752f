"""The services named for apprise in CONNECTOR_CHANNELS, read and judged without loading apprise."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from connector.domain.messengers import FaultyChannel

PLACE = "{address}"
OWN_SERVERS = {
    "rocket": "rocketchat",
    "ntfy": "ntfy",
    "gotify": "gotify",
    "ncloud": "nextcloud",
    "nctalk": "nextcloudtalk",
    "json": "custom_json",
    "form": "custom_form",
    "xml": "custom_xml",
}
"""By scheme (and with an `s` behind it, over TLS), the module of apprise: what an organisation runs
on a server of its own and where one person can be meant. Not Mattermost's own scheme, which only
knows channels: whatever somebody typed would be read by all of one."""

_KEYS = frozenset({"title", "url", "address", "hosts"})


@dataclass(frozen=True, slots=True)
class Service:
    """url: with one PLACE, behind the host. hosts: the only ones it may call."""

    code: str
    title: str
    asks: str
    url: str = field(repr=False)
    hosts: frozenset[str]

    @property
    def scheme(self) -> str:
        return self.url.partition("://")[0].lower()

    @property
    def module(self) -> str | None:
        """Of apprise; None where only apprise knows."""
        return module_of(self.scheme)


def module_of(scheme: str) -> str | None:
    """The module of a service on servers of one's own; None for any other."""
    return OWN_SERVERS.get(scheme) or OWN_SERVERS.get(scheme.removesuffix("s"))


def read_service(code: str, said: Any, foreign: bool) -> Service | FaultyChannel:
    """foreign: whether services on others' servers may be used too."""
    wrong = _wrong(said, foreign)
    if wrong is not None:
        return FaultyChannel(code, wrong)
    hosts = said.get("hosts") or [urlsplit(said["url"]).hostname]
    return Service(code, said["title"], said["address"], said["url"], frozenset(hosts))


def _wrong(said: Any, foreign: bool) -> str | None:
    """What is to be mended. Nothing of the address is repeated: there are tokens in it."""
    if not isinstance(said, Mapping) or said.keys() - _KEYS:
        return "здесь пишут title, url, address и, если нужно, hosts, больше ничего."
    for key in ("title", "url", "address"):
        if not isinstance(said.get(key), str) or not said[key].strip():
            return f"не хватает {key}."
    hosts = said.get("hosts") or []
    if not isinstance(hosts, list) or not all(isinstance(host, str) for host in hosts):
        return "hosts — список имён серверов."
    url = said["url"]
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return "url не разбирается."
    own = module_of(parts.scheme) is not None
    if not own and not foreign:
        return (
            f"{parts.scheme}:// — чужой сервер, чаще всего зарубежный мессенджер; такие выключены. "
            "Без разрешения действуют службы на своём сервере: "
            f"{', '.join(OWN_SERVERS)}. Разрешить: CONNECTOR_FOREIGN_MESSENGERS=1."
        )
    if not own and not hosts:
        return "для этой службы перечислите в hosts серверы, к которым она обращается."
    if own and hosts:
        return "hosts лишнее: служба обращается только к серверу из url."
    if own and not host:
        return "в url нет имени сервера."
    behind = url.partition(parts.netloc)[2] if parts.netloc else ""
    if url.count(PLACE) != 1 or behind.partition("#")[0].count(PLACE) != 1:
        return f"в url должно один раз стоять {PLACE}, после имени сервера."
    if not _is_value(parts.path, parts.query):
        return f"{PLACE} может быть частью пути или значением параметра, но не его именем."
    return None


def _is_value(path: str, query: str) -> bool:
    if PLACE in path:
        return True
    (pair,) = [one for one in query.split("&") if PLACE in one]
    return PLACE not in pair.partition("=")[0]
