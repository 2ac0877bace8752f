"""The keys that sign sessions, derived from the installation's secret key."""

import hashlib
import hmac

from connector.config import Config
from connector.secretbox import key_for


def session_keys(config: Config) -> list[bytes]:
    """Newest first; a former key still opens the sessions it signed, so rotation signs nobody out.

    Derived, so that whoever learns a session key cannot open the stored secrets with it.
    """
    keys = key_for(config.secret_key, config.data_dir).split(",")
    names = [key.strip() for key in keys if key.strip()]
    return [hmac.digest(name.encode(), b"connector web sessions", hashlib.sha256) for name in names]
