"""Secrets at rest: encrypted under CONNECTOR_SECRET_KEY, which can be rotated (architecture)."""

import base64
import hashlib
import hmac
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from connector.errors import BadSettings

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


class SecretBox:
    """Encrypts with the first key, decrypts with any."""

    def __init__(self, keys: str) -> None:
        self._names = [key.strip() for key in keys.split(",") if key.strip()]
        if not self._names:
            raise BadSettings("CONNECTOR_SECRET_KEY is empty")

    @cached_property
    def _fernet(self) -> "MultiFernet":
        # Seven megabytes that a tick, and a worker without a Moodle to ask, have no use for.
        from cryptography.fernet import Fernet, MultiFernet

        return MultiFernet([Fernet(_derived(name)) for name in self._names])

    def signing_keys(self, purpose: str) -> list[bytes]:
        """Newest first; derived, so that whoever learns one cannot open the stored secrets."""
        return [
            hmac.digest(name.encode(), purpose.encode(), hashlib.sha256) for name in self._names
        ]

    def seal(self, secret: str) -> bytes:
        return self._fernet.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """Raises BadSettings where no key fits: the key was changed without keeping the old one."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as err:
            raise BadSettings(
                "CONNECTOR_SECRET_KEY does not open the stored secrets; put the former key "
                "behind the new one, separated by a comma"
            ) from err


def key_for(secret_key: str, data_dir: Path) -> str:
    """The configured key, else the one kept in the data folder, made on first use."""
    if secret_key:
        return secret_key
    path = data_dir / "secret.key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        made = base64.urlsafe_b64encode(os.urandom(32)).decode()
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
    return path.read_text(encoding="ascii").strip()


def _derived(name: str) -> bytes:
    """Any text serves as a key: people paste what their generator gives."""
    return base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest())
