"""The address of a Moodle as people type it, and as it is asked."""

import re
from urllib.parse import urlsplit

from connector.errors import ConnectorError

LONGEST = 500

# What people copy from the browser: pages of Moodle, never a part of its address.
_PAGES = re.compile(r"/(?:webservice|login|my|course|admin|user|mod|local|index\.php)(?:/.*)?$")


class BadAddress(ConnectorError):
    """No address of a Moodle; the message (Russian) says what is expected."""


def moodle_address(typed: str) -> str:
    """`https://lms.example.org` or `https://example.org/moodle`. Raises BadAddress.

    A page's address is cut to the site's, since that is what one copies from a browser.
    """
    text = typed.strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadAddress("Это не адрес сайта. Пример: https://moodle.example.org") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadAddress("Адрес начинается с https:// (или http://). Пример: https://lms.school.ru")
    if parts.username is not None or parts.password is not None:
        raise BadAddress("Уберите из адреса имя и пароль.")
    if len(text) > LONGEST or any(letter.isspace() or ord(letter) < 32 for letter in text):
        raise BadAddress("В адресе не должно быть пробелов, и он не длиннее 500 знаков.")
    host = parts.hostname if ":" not in parts.hostname else f"[{parts.hostname}]"
    place = host if port is None else f"{host}:{port}"
    path = _PAGES.sub("", parts.path).rstrip("/")
    return f"{parts.scheme}://{place}{path}"
