"""Errors that name who must act; the base of all of them."""

import errno

_REASONS = {
    errno.ENOENT: "нет такого файла или папки",
    errno.EACCES: "нет прав",
    errno.EPERM: "нет прав",
    errno.EISDIR: "это папка, а нужен файл",
    errno.ENOTDIR: "это файл, а нужна папка",
    errno.EEXIST: "уже есть",
    errno.ENOSPC: "на диске нет места",
    errno.EROFS: "сюда нельзя писать: диск только для чтения",
    errno.ENAMETOOLONG: "слишком длинное имя",
    errno.EADDRINUSE: "он занят",
    errno.EADDRNOTAVAIL: "на этой машине такого нет",
}


class ConnectorError(Exception):
    """Something the connector foresaw went wrong."""


class StorageUnavailable(ConnectorError):
    """The database did not take it; nothing is half-stored, and trying again later is right."""


class BrokerUnavailable(ConnectorError):
    """The broker did not take a hint; the work is stored, and the next sweep finds it."""


class BadSettings(ConnectorError):
    """A setting of the environment cannot be used; whoever installs must mend it."""


class UnknownThing(ConnectorError):
    """A source, delivery, indicator or person that does not exist was named."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"{kind}: {name}")
        self.kind = kind
        self.name = name


class LostLease(ConnectorError):
    """The work was taken over by another worker; nothing of it may be written."""


class StaleRead(ConnectorError):
    """What was judged has changed meanwhile; read and judge again."""


def reason_of(error: OSError) -> str:
    """Why the system refused, in Russian; as it says it itself where that is rare."""
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)
